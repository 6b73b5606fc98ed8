// Section 5.6: literals against the types their positions expect.
#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/error.h"
#include "graphql/language/printer.h"
#include "graphql/schema/coercion.h"
#include "graphql/schema/suggestions.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

using Kind = ast::Value::Kind;

/// Where a value stands.
struct Position {
  const Type* type = nullptr;  ///< null: anything may stand here
  bool has_default = false;
  const NamedType* one_of = nullptr;
};

bool mentions_variable(const ast::Value& value) {
  return value.kind == Kind::kVariable ||
         std::any_of(value.items.begin(), value.items.end(), mentions_variable) ||
         std::any_of(value.fields.begin(), value.fields.end(),
                     [](const ast::ObjectField& field) { return mentions_variable(field.value); });
}

bool is_int32(const std::string& lexeme) {
  std::int32_t number = 0;
  const char* end = lexeme.data() + lexeme.size();
  const auto [stopped, error] = std::from_chars(lexeme.data(), end, number);
  return stopped == end && error == std::errc();
}

/// Checks one value, everything inside it included.
class ValueCheck {
 public:
  explicit ValueCheck(Context& context) : context_(context) {}

  void check(const ast::Value& value, const Position& position) {
    if (value.kind == Kind::kVariable) {
      context_.current().uses.push_back({&value, position.type, position.has_default, position.one_of});
      return;
    }
    if (position.type == nullptr) {
      check_untyped(value);
      return;
    }
    if (value.kind == Kind::kNull) {
      // For `T! = default` an explicit null means the default.
      if (position.type->is_non_null() && !position.has_default) report_unexpected(value, *position.type);
      return;
    }
    check_typed(value, position.type->nullable(), *position.type);
  }

 private:
  /// `shown` is the type of the whole position: `[Int!]!` for a single `1` that
  /// stands for a list.
  void check_typed(const ast::Value& value, const Type& type, const Type& shown) {
    if (type.is_list()) {
      const Type& element = type.element();
      if (value.kind != Kind::kList) return check_typed(value, element.nullable(), shown);
      for (const ast::Value& item : value.items) check(item, {.type = &element});
      return;
    }
    switch (type.named->kind) {
      case NamedType::Kind::kInputObject:
        return check_object(value, *type.named, shown);
      case NamedType::Kind::kEnum:
        return check_enum(value, *type.named);
      default:
        return check_scalar(value, *type.named, shown);
    }
  }

  void check_object(const ast::Value& value, const NamedType& type, const Type& shown) {
    if (value.kind != Kind::kObject) {
      report_unexpected(value, shown);
      return check_untyped(value);
    }
    check_fields_are_unique(value);
    for (const ast::ObjectField& field : value.fields) {
      const InputValue* definition = type.input_field(field.name);
      if (definition == nullptr) {
        report_unknown_field(field, type);
        check(field.value, {});
      } else {
        check(field.value, {.type = definition->type,
                            .has_default = definition->default_literal != nullptr,
                            .one_of = type.one_of ? &type : nullptr});
      }
    }
    check_required_fields(value, type);
    if (type.one_of) check_one_of(value, type);
  }

  void check_fields_are_unique(const ast::Value& object) {
    for_each_duplicate(
        object.fields, [](const ast::ObjectField& field) -> std::string_view { return field.name; },
        [&](const ast::ObjectField& first, const ast::ObjectField& again) {
          context_.report({first.location, again.location}, "There can be only one input field named '{}'.",
                          again.name);
        });
  }

  void check_required_fields(const ast::Value& object, const NamedType& type) {
    for (const InputValue& definition : type.input_fields) {
      if (!definition.is_required()) continue;
      const bool given =
          std::any_of(object.fields.begin(), object.fields.end(),
                      [&](const ast::ObjectField& field) { return field.name == definition.name; });
      if (given) continue;
      context_.report({object.location}, "Field '{}.{}' of required type '{}' was not provided.", type.name,
                      definition.name, definition.type->printed);
    }
  }

  void check_one_of(const ast::Value& object, const NamedType& type) {
    if (object.fields.size() != 1) {
      context_.report({object.location}, "OneOf Input Object '{}' must specify exactly one key.", type.name);
    } else if (object.fields.front().value.kind == Kind::kNull) {
      context_.report({object.location}, "Field '{}.{}' must be non-null.", type.name,
                      object.fields.front().name);
    }
  }

  void report_unknown_field(const ast::ObjectField& field, const NamedType& type) {
    if (context_.full()) return;
    std::vector<std::string_view> known;
    for (const InputValue& definition : type.input_fields) known.emplace_back(definition.name);
    context_.report({field.location}, "Field '{}' is not defined by type '{}'.{}", field.name, type.name,
                    suggest(field.name, known));
  }

  void check_enum(const ast::Value& value, const NamedType& type) {
    const bool is_name = value.kind == Kind::kEnum;
    if (is_name && type.has_value(value.text)) return;
    if (!context_.full()) {
      const std::string shown = print_value(value);
      std::vector<std::string_view> known;
      for (const EnumValue& candidate : type.values) known.emplace_back(candidate.name);
      const std::string suggestion = suggest(shown, known, "the enum value");
      if (is_name) {
        context_.report({value.location}, "Value '{}' does not exist in '{}' enum.{}", shown, type.name,
                        suggestion);
      } else {
        context_.report({value.location}, "Enum '{}' cannot represent non-enum value: {}.{}", type.name,
                        shown, suggestion);
      }
    }
    check_untyped(value);
  }

  void check_scalar(const ast::Value& value, const NamedType& type, const Type& shown) {
    check_untyped(value);
    if (context_.full()) return;
    if (type.name == "Int") {
      if (value.kind != Kind::kInt) {
        report_scalar(value, "Int cannot represent non-integer value");
      } else if (!is_int32(value.text)) {
        report_scalar(value, "Int cannot represent non 32-bit signed integer value");
      }
    } else if (type.name == "Float") {
      if (value.kind != Kind::kInt && value.kind != Kind::kFloat) {
        report_scalar(value, "Float cannot represent non numeric value");
      }
    } else if (type.name == "String") {
      if (value.kind != Kind::kString) report_scalar(value, "String cannot represent a non string value");
    } else if (type.name == "Boolean") {
      if (value.kind != Kind::kBoolean) report_scalar(value, "Boolean cannot represent a non boolean value");
    } else if (type.name == "ID") {
      if (value.kind != Kind::kString && value.kind != Kind::kInt) {
        report_scalar(value, "ID cannot represent a non-string and non-integer value");
      }
    } else {
      check_custom_scalar(value, type, shown);
    }
  }

  /// Scalars like DateTime and UUID have their own rules, which coercion
  /// knows. A literal that mentions variables is checked once they are known.
  void check_custom_scalar(const ast::Value& value, const NamedType& type, const Type& shown) {
    if (mentions_variable(value)) return;
    try {
      bool absent = false;
      coerce_literal(value, *type.self, nullptr, &absent);
    } catch (const base::Error& error) {
      context_.report({value.location}, "Expected value of type '{}', found {}; {}", shown.printed,
                      print_value(value), error.message());
    }
  }

  /// Inside JSON, or where another error hides the type: only what holds for
  /// every value.
  void check_untyped(const ast::Value& value) {
    for (const ast::Value& item : value.items) check(item, {});
    if (value.fields.empty()) return;
    check_fields_are_unique(value);
    for (const ast::ObjectField& field : value.fields) check(field.value, {});
  }

  void report_scalar(const ast::Value& value, std::string_view what) {
    context_.report({value.location}, "{}: {}", what, print_value(value));
  }

  void report_unexpected(const ast::Value& value, const Type& type) {
    if (context_.full()) return;
    context_.report({value.location}, "Expected value of type '{}', found {}.", type.printed,
                    print_value(value));
  }

  Context& context_;
};

}  // namespace

void arguments_have_correct_types(Context& context, const ArgumentsSite& site) {
  ValueCheck check(context);
  for (const ast::Argument& argument : site.given) {
    const InputValue* definition = nullptr;
    if (site.definitions != nullptr) {
      const auto found =
          std::find_if(site.definitions->begin(), site.definitions->end(),
                       [&](const InputValue& candidate) { return candidate.name == argument.name; });
      if (found != site.definitions->end()) definition = &*found;
    }
    if (definition == nullptr) {
      check.check(argument.value, {});
    } else {
      check.check(argument.value,
                  {.type = definition->type, .has_default = definition->default_literal != nullptr});
    }
  }
}

void variable_default_has_correct_type(Context& context, const VariableSite& site) {
  if (site.node.default_value.has_value())
    ValueCheck(context).check(*site.node.default_value, {.type = site.type});
}

}  // namespace graphql::validation
