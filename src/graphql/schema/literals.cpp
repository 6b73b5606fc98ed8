// Literals of documents and SDL to declared types.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "graphql/language/printer.h"
#include "graphql/schema/coercion.h"
#include "graphql/schema/scalars.h"
#include "graphql/schema/suggestions.h"

namespace graphql {
namespace {

using Kind = ast::Value::Kind;

template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw base::Error(base::code::kValidation, fmt::format(format, std::forward<Args>(args)...));
}

/// The variable's value, or nullptr if it has none.
const base::Json* variable_value(const ast::Value& variable, const base::Json* variables) {
  if (variables == nullptr) fail("Variable '${}' cannot stand in a constant.", variable.text);
  return variables->find(variable.text);
}

/// What a literal amounts to, before its type is looked at.
enum class Given { kAbsent, kNull, kValue };

Given given(const ast::Value& literal, const base::Json* variables) {
  if (literal.kind == Kind::kNull) return Given::kNull;
  if (literal.kind != Kind::kVariable) return Given::kValue;
  const base::Json* value = variable_value(literal, variables);
  if (value == nullptr) return Given::kAbsent;
  return value->is_null() ? Given::kNull : Given::kValue;
}

class LiteralReader {
 public:
  explicit LiteralReader(const base::Json* variables) : variables_(variables) {}

  base::Json read(const ast::Value& literal, const Type& type) const {
    if (given(literal, variables_) != Given::kValue) {
      if (type.is_non_null()) fail("Expected non-nullable type '{}' not to be None.", type.printed);
      return {};
    }
    // Coerced already, to a type that may stand here: validation saw to that.
    if (literal.kind == Kind::kVariable) return *variable_value(literal, variables_);
    if (type.is_list()) return read_list(literal, type.element());
    switch (type.named->kind) {
      case NamedType::Kind::kInputObject:
        return read_object(literal, *type.named);
      case NamedType::Kind::kEnum:
        return read_enum(literal, *type.named);
      default:
        return read_scalar_literal(*type.named, literal, variables_);
    }
  }

 private:
  base::Json read_list(const ast::Value& literal, const Type& element) const {
    base::Json::Array items;
    if (literal.kind != Kind::kList) {
      items.push_back(read(literal, element));
      return items;
    }
    items.reserve(literal.items.size());
    for (const ast::Value& item : literal.items) items.push_back(read(item, element));
    return items;
  }

  base::Json read_object(const ast::Value& literal, const NamedType& type) const {
    if (literal.kind != Kind::kObject) {
      fail("Expected value of type '{}', found {}.", type.name, print_value(literal));
    }
    refuse_unknown_fields(literal, type);
    base::Json object = base::Json::object();
    for (const InputValue& field : type.input_fields) read_field(object, literal, field, type);
    if (type.one_of) check_one_of(object, literal, type);
    return object;
  }

  void read_field(base::Json& object, const ast::Value& literal, const InputValue& field,
                  const NamedType& type) const {
    const auto found = std::ranges::find(literal.fields, field.name, &ast::ObjectField::name);
    const Given state = found == literal.fields.end() ? Given::kAbsent : given(found->value, variables_);
    const bool means_default =
        state == Given::kAbsent || (state == Given::kNull && field.type->is_non_null());
    if (means_default && field.default_literal != nullptr) {
      object.members().emplace_back(field.name, field.default_value);
    } else if (state != Given::kAbsent) {
      object.members().emplace_back(field.name, read(found->value, *field.type));
    } else if (field.type->is_non_null()) {
      fail("Field '{}.{}' of required type '{}' was not provided.", type.name, field.name,
           field.type->printed);
    }
  }

  static void refuse_unknown_fields(const ast::Value& literal, const NamedType& type) {
    for (const ast::ObjectField& given_field : literal.fields) {
      if (type.input_field(given_field.name) != nullptr) continue;
      std::vector<std::string_view> known;
      for (const InputValue& field : type.input_fields) known.emplace_back(field.name);
      fail("Field '{}' is not defined by type '{}'.{}", given_field.name, type.name,
           suggest(given_field.name, known));
    }
  }

  static void check_one_of(const base::Json& object, const ast::Value& literal, const NamedType& type) {
    if (literal.fields.size() != 1) fail("OneOf Input Object '{}' must specify exactly one key.", type.name);
    const std::string& key = literal.fields.front().name;
    if (object[key].is_null()) fail("Field '{}.{}' must be non-null.", type.name, key);
  }

  static base::Json read_enum(const ast::Value& literal, const NamedType& type) {
    if (literal.kind == Kind::kEnum && type.has_value(literal.text)) return literal.text;
    std::vector<std::string_view> known;
    for (const EnumValue& each : type.values) known.emplace_back(each.name);
    const std::string suggestion = suggest(literal.text, known, "the enum value");
    if (literal.kind == Kind::kEnum) {
      fail("Value '{}' does not exist in '{}' enum.{}", literal.text, type.name, suggestion);
    }
    fail("Enum '{}' cannot represent non-enum value: {}.{}", type.name, print_value(literal), suggestion);
  }

  const base::Json* variables_;
};

void read_argument(base::Json& arguments, const InputValue& definition, const ast::Argument* argument,
                   const base::Json* variables) {
  const Given state = argument == nullptr ? Given::kAbsent : given(argument->value, variables);
  const bool non_null = definition.type->is_non_null();
  const bool means_default = state == Given::kAbsent || (state == Given::kNull && non_null);
  if (means_default && definition.default_literal != nullptr) {
    arguments.members().emplace_back(definition.name, definition.default_value);
  } else if (state == Given::kAbsent && !non_null) {
    return;
  } else if (argument == nullptr) {
    fail("Argument '{}' of required type '{}' was not provided.", definition.name, definition.type->printed);
  } else if (state == Given::kAbsent) {
    fail(
        "Argument '{}' of required type '{}' was provided the variable '${}' which was not provided a "
        "runtime value.",
        definition.name, definition.type->printed, argument->value.text);
  } else if (state == Given::kNull && non_null) {
    fail("Argument '{}' of non-null type '{}' must not be null.", definition.name, definition.type->printed);
  } else {
    bool absent = false;
    arguments.members().emplace_back(definition.name,
                                     coerce_literal(argument->value, *definition.type, variables, &absent));
  }
}

}  // namespace

base::Json coerce_literal(const ast::Value& value, const Type& type, const base::Json* variables,
                          bool* absent) {
  *absent = value.kind == Kind::kVariable && variable_value(value, variables) == nullptr;
  if (*absent) return {};
  return LiteralReader(variables).read(value, type);
}

base::Json coerce_arguments(const std::vector<InputValue>& definitions,
                            const std::vector<ast::Argument>& given_arguments, const base::Json* variables) {
  base::Json arguments = base::Json::object();
  arguments.members().reserve(definitions.size());
  for (const InputValue& definition : definitions) {
    const auto found = std::ranges::find(given_arguments, definition.name, &ast::Argument::name);
    read_argument(arguments, definition, found == given_arguments.end() ? nullptr : &*found, variables);
  }
  return arguments;
}

}  // namespace graphql
