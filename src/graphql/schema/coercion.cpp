// JSON values to declared types; literals are in literals.cpp.
#include "graphql/schema/coercion.h"

#include <fmt/format.h>

#include <functional>

#include "base/error.h"
#include "graphql/language/printer.h"
#include "graphql/schema/inspect.h"
#include "graphql/schema/scalars.h"
#include "graphql/schema/suggestions.h"

namespace graphql {
namespace {

constexpr std::size_t kMaxErrors = 50;

/// Where a value stands within the one that is read; a list through the stack.
struct Place {
  const Place* outer = nullptr;
  std::string_view key;  ///< of an object's field; empty in a list
  std::size_t index = 0;

  void append_to(std::string& out) const {
    if (outer == nullptr) return;
    outer->append_to(out);
    out += key.empty() ? fmt::format("[{}]", index) : fmt::format(".{}", key);
  }
};

/// Reads a value completely, telling every problem to `report`, which returns
/// whether to go on.
class ValueReader {
 public:
  using Report = std::function<bool(const Place&, const base::Json& value, const std::string& problem)>;
  explicit ValueReader(Report report) : report_(std::move(report)) {}

  base::Json read(const base::Json& value, const Type& type, const Place& place) {
    if (value.is_null()) {
      if (type.is_non_null()) {
        problem(place, value, fmt::format("Expected non-nullable type '{}' not to be None.", type.printed));
      }
      return {};
    }
    if (type.is_list()) return read_list(value, type.element(), place);
    switch (type.named->kind) {
      case NamedType::Kind::kInputObject:
        return read_object(value, *type.named, place);
      case NamedType::Kind::kEnum:
        return read_enum(value, *type.named, place);
      default:
        return read_leaf(value, *type.named, place);
    }
  }

 private:
  base::Json read_list(const base::Json& value, const Type& element, const Place& place) {
    base::Json::Array items;
    if (!value.is_array()) {
      items.push_back(read(value, element, place));
      return items;
    }
    items.reserve(value.items().size());
    for (std::size_t i = 0; i < value.items().size() && !stopped_; ++i) {
      items.push_back(read(value.items()[i], element, Place{&place, {}, i}));
    }
    return items;
  }

  base::Json read_object(const base::Json& value, const NamedType& type, const Place& place) {
    if (!value.is_object()) {
      problem(place, value, fmt::format("Expected type '{}' to be a mapping.", type.name));
      return {};
    }
    base::Json object = base::Json::object();
    for (const InputValue& field : type.input_fields) {
      if (stopped_) return {};
      read_field(object, value, field, place);
    }
    refuse_unknown_fields(value, type, place);
    if (type.one_of) check_one_of(value, type, place);
    return object;
  }

  void read_field(base::Json& object, const base::Json& value, const InputValue& field, const Place& place) {
    const base::Json* given = value.find(field.name);
    const bool has_default = field.default_literal != nullptr;
    const bool means_default = given == nullptr || (given->is_null() && field.type->is_non_null());
    if (means_default && has_default) {
      object.members().emplace_back(field.name, field.default_value);
    } else if (given != nullptr) {
      object.members().emplace_back(field.name, read(*given, *field.type, Place{&place, field.name, 0}));
    } else if (field.type->is_non_null()) {
      problem(
          place, value,
          fmt::format("Field '{}' of required type '{}' was not provided.", field.name, field.type->printed));
    }
  }

  void refuse_unknown_fields(const base::Json& value, const NamedType& type, const Place& place) {
    for (const auto& [key, member] : value.members()) {
      if (stopped_) return;
      if (type.input_field(key) != nullptr) continue;
      std::vector<std::string_view> known;
      for (const InputValue& field : type.input_fields) known.emplace_back(field.name);
      problem(place, value,
              fmt::format("Field '{}' is not defined by type '{}'.{}", key, type.name, suggest(key, known)));
    }
  }

  void check_one_of(const base::Json& value, const NamedType& type, const Place& place) {
    if (value.members().size() != 1) {
      problem(place, value, fmt::format("Exactly one key must be specified for OneOf type '{}'.", type.name));
      return;
    }
    const auto& [key, member] = value.members().front();
    if (member.is_null()) {
      problem(Place{&place, key, 0}, member, fmt::format("Field '{}' must be non-null.", key));
    }
  }

  base::Json read_enum(const base::Json& value, const NamedType& type, const Place& place) {
    if (!value.is_string()) {
      problem(place, value,
              fmt::format("Enum '{}' cannot represent non-string value: {}.", type.name, inspect(value)));
      return {};
    }
    if (type.has_value(value.as_string())) return value;
    std::vector<std::string_view> known;
    for (const EnumValue& each : type.values) known.emplace_back(each.name);
    problem(place, value,
            fmt::format("Value {} does not exist in '{}' enum.{}", inspect(value), type.name,
                        suggest(value.as_string(), known, "the enum value")));
    return {};
  }

  base::Json read_leaf(const base::Json& value, const NamedType& type, const Place& place) {
    try {
      return read_scalar(type, value);
    } catch (const base::Error& error) {
      problem(place, value, error.message());
      return {};
    }
  }

  void problem(const Place& place, const base::Json& value, const std::string& what) {
    if (!stopped_) stopped_ = !report_(place, value, what);
  }

  Report report_;
  bool stopped_ = false;
};

class VariableReader {
 public:
  VariableReader(const Schema& schema, const base::Json& given, std::vector<ResponseError>& errors)
      : schema_(schema), given_(given), errors_(errors) {}

  base::Json read(const ast::Operation& operation) {
    base::Json variables = base::Json::object();
    for (const ast::VariableDefinition& definition : operation.variables) {
      if (full_) break;
      read_variable(definition, variables);
    }
    return variables;
  }

 private:
  void read_variable(const ast::VariableDefinition& definition, base::Json& variables) {
    const Type* type = schema_.resolve(definition.type);
    if (type == nullptr || !type->named->is_input()) {
      report(definition,
             fmt::format("Variable '${}' expected value of type '{}' which cannot be used as an input type.",
                         definition.name, print_type(definition.type)));
      return;
    }
    const base::Json* value = given_.find(definition.name);
    const bool means_default = value == nullptr || (value->is_null() && type->is_non_null());
    if (means_default && definition.default_value) {
      read_default(definition, *type, variables);
    } else if (value == nullptr) {
      if (!type->is_non_null()) return;
      report(definition, fmt::format("Variable '${}' of required type '{}' was not provided.",
                                     definition.name, type->printed));
    } else if (value->is_null() && type->is_non_null()) {
      report(definition, fmt::format("Variable '${}' of non-null type '{}' must not be null.",
                                     definition.name, type->printed));
    } else {
      variables.set(definition.name, read_value(definition, *value, *type));
    }
  }

  void read_default(const ast::VariableDefinition& definition, const Type& type, base::Json& variables) {
    try {
      bool absent = false;
      variables.set(definition.name, coerce_literal(*definition.default_value, type, nullptr, &absent));
    } catch (const base::Error& error) {
      report(definition,
             fmt::format("Variable '${}' has an invalid default; {}", definition.name, error.message()));
    }
  }

  base::Json read_value(const ast::VariableDefinition& definition, const base::Json& value,
                        const Type& type) {
    ValueReader reader([&](const Place& place, const base::Json& wrong, const std::string& problem) {
      std::string path;
      place.append_to(path);
      const std::string where = path.empty() ? path : fmt::format(" at '{}{}'", definition.name, path);
      report(definition, fmt::format("Variable '${}' got invalid value {}{}; {}", definition.name,
                                     inspect(wrong), where, problem));
      return !full_;
    });
    return reader.read(value, type, Place{});
  }

  void report(const ast::VariableDefinition& definition, std::string message) {
    full_ = errors_.size() + 1 >= kMaxErrors;
    if (full_) message = "Too many errors processing variables, error limit reached. Execution aborted.";
    ResponseError error = ResponseError::from(base::Error(base::code::kValidation, std::move(message)));
    error.locations.push_back(definition.location);
    errors_.push_back(std::move(error));
  }

  const Schema& schema_;
  const base::Json& given_;
  std::vector<ResponseError>& errors_;
  bool full_ = false;
};

}  // namespace

base::Json coerce_value(const base::Json& value, const Type& type, std::string_view where) {
  ValueReader reader([&](const Place& place, const base::Json& wrong, const std::string& problem) -> bool {
    std::string path(where);
    place.append_to(path);
    throw base::Error(base::code::kValidation, "Invalid value {} at '{}'; {}", inspect(wrong), path, problem);
  });
  return reader.read(value, type, Place{});
}

base::Json coerce_variables(const Schema& schema, const ast::Operation& operation, const base::Json& given,
                            std::vector<ResponseError>& errors) {
  return VariableReader(schema, given, errors).read(operation);
}

}  // namespace graphql
