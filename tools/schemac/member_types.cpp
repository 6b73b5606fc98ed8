#include "schemac/member_types.h"

#include <fmt/format.h>

#include "graphql/schema/scalars.h"
#include "schemac/cpp_names.h"

namespace schemac {
namespace {

using graphql::InputValue;
using graphql::NamedType;
using graphql::ScalarRule;
using graphql::Type;
using Kind = NamedType::Kind;

std::string scalar_type(std::string_view scalar) {
  switch (graphql::rule_of(scalar)) {
    case ScalarRule::kInt:
    case ScalarRule::kByteCount:
      return "std::int64_t";
    case ScalarRule::kFloat:
      return "double";
    case ScalarRule::kBoolean:
      return "bool";
    case ScalarRule::kId:
      return "entity::Id";
    case ScalarRule::kDateTime:
      return "entity::Time";
    case ScalarRule::kString:
    case ScalarRule::kUuid:
    case ScalarRule::kText:
      return "std::string";
    case ScalarRule::kJson:
      return "base::Json";
  }
  return "";
}

std::string plain_type(const Type& type) {
  const Type& nullable = type.nullable();
  if (nullable.kind != Type::Kind::kList) {
    if (graphql::ast::find_directive(nullable.named->directives, "json") != nullptr) return "base::Json";
    return nullable.named->kind == Kind::kScalar ? scalar_type(nullable.named->name) : nullable.named->name;
  }
  const Type& element = type.element();
  const std::string inner = plain_type(element);
  return element.is_non_null() ? fmt::format("std::vector<{}>", inner)
                               : fmt::format("std::vector<std::optional<{}>>", inner);
}

/// Does a value of `from` hold one of `wanted`, not counting lists?
bool holds(const NamedType& from, const NamedType& wanted, std::unordered_set<const NamedType*>& seen) {
  if (&from == &wanted) return true;
  if (!seen.insert(&from).second) return false;
  for (const InputValue& field : from.input_fields) {
    if (!field.type->is_list() && holds(*field.type->named, wanted, seen)) return true;
  }
  return false;
}

}  // namespace

InputTypes::InputTypes(const graphql::Schema& schema) {
  for (const NamedType* type : schema.types()) {
    for (const graphql::FieldDef& field : type->fields) {
      if (const InputValue* filters = field.argument("filters")) add_filter(*filters->type->named);
      if (const InputValue* ordering = field.argument("ordering")) orderings_.insert(ordering->type->named);
    }
  }
}

bool is_lookup(const NamedType& type) { return type.name.ends_with("FilterLookup"); }

// With the lookups and the filters of relations in it.
void InputTypes::add_filter(const NamedType& type) {
  if (!filters_.insert(&type).second) return;
  for (const InputValue& field : type.input_fields) {
    const NamedType& part = *field.type->named;
    if (!field.type->is_list() && (is_lookup(part) || part.name.ends_with("Filter"))) add_filter(part);
  }
}

bool InputTypes::contains_itself(const NamedType& type, const NamedType& part) const {
  std::unordered_set<const NamedType*> seen;
  return holds(part, type, seen);
}

std::string InputTypes::given_type(const InputValue& value) const { return plain_type(*value.type); }

std::string InputTypes::member_type(const InputValue& value, const NamedType* owner) const {
  const std::string plain = plain_type(*value.type);
  if (value.type->is_non_null()) return plain;
  const NamedType& named = *value.type->named;
  if (owner != nullptr && !value.type->is_list() && named.kind == Kind::kInputObject &&
      contains_itself(*owner, named)) {
    return fmt::format("std::shared_ptr<const {}>", plain);
  }
  const bool three_states = owner != nullptr && value.default_literal == nullptr && !is_filter(*owner) &&
                            !is_ordering(*owner) && !owner->one_of;
  return fmt::format("{}<{}>", three_states ? "entity::Given" : "std::optional", plain);
}

std::string InputTypes::initializer(const InputValue& value) const {
  using Literal = graphql::ast::Value::Kind;
  const NamedType& named = *value.type->named;
  if (value.default_literal != nullptr && !value.type->is_list() && named.is_leaf()) {
    const graphql::ast::Value& literal = *value.default_literal;
    if (literal.kind == Literal::kEnum && named.kind == Kind::kEnum) {
      return fmt::format(" = {}::{}", named.name, enumerator_name(literal.text));
    }
    const bool number = literal.kind == Literal::kInt || literal.kind == Literal::kFloat;
    const std::string type = plain_type(*value.type);
    if ((number && (type == "std::int64_t" || type == "double")) || literal.kind == Literal::kBoolean) {
      return " = " + literal.text;
    }
    if (literal.kind == Literal::kString && type == "std::string") {
      return " = " + base::Json(literal.text).dump();
    }
  }
  if (!value.type->is_non_null() || value.type->is_list()) return "";
  if (named.kind == Kind::kEnum) return "{}";
  if (named.kind != Kind::kScalar) return "";
  const std::string type = plain_type(*value.type);
  if (type == "std::int64_t" || type == "double") return " = 0";
  return type == "bool" ? " = false" : "";
}

bool InputTypes::is_inside(const InputValue& value, const NamedType* owner) const {
  const NamedType& named = *value.type->named;
  if (value.type->is_list()) return false;
  if (named.kind == Kind::kEnum) return initializer(value).starts_with(" =");
  return named.kind == Kind::kInputObject && !member_type(value, owner).starts_with("std::shared_ptr");
}

}  // namespace schemac
