#include "services/rekuest/definition_shape.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using graphql::NamedType;
namespace code = base::code;

[[noreturn]] void refuse(const std::string& path, std::string_view problem) {
  throw Error(code::kValidation, "{}: {}", path, problem);
}

/// The value a declaration has under either spelling; null means absent.
const Json* given(const Json& value, std::string_view snake, std::string_view camel) {
  const Json* found = value.find(snake);
  if (found == nullptr && camel != snake) found = value.find(camel);
  return found == nullptr || found->is_null() ? nullptr : found;
}

}  // namespace

Shapes::Shapes(const graphql::Schema& schema) {
  for (const NamedType* type : schema.types()) {
    if (type->kind == NamedType::Kind::kInputObject) add(*type);
  }
  for (const NamedType* type : schema.types()) {
    if (type->kind == NamedType::Kind::kInputObject) add_variants(*type);
  }
}

const Shapes::Member* Shapes::Shape::member(std::string_view key) const {
  const auto is_named = [key](const Member& member) { return member.snake == key || member.camel == key; };
  const auto it = std::find_if(members.begin(), members.end(), is_named);
  return it == members.end() ? nullptr : &*it;
}

Shapes::Shape& Shapes::add(const NamedType& type) {
  std::unique_ptr<Shape>& slot = shapes_[type.name];
  if (slot != nullptr) return *slot;
  slot = std::make_unique<Shape>();
  Shape& shape = *slot;
  shape.name = type.name;
  for (const graphql::InputValue& field : type.input_fields) {
    Member member;
    member.camel = field.name;
    member.snake = base::snake_case(field.name);
    member.list = field.type->is_list();
    member.non_null = field.type->is_non_null();
    member.required = field.is_required();
    member.default_value = field.default_value;
    const NamedType& named = *field.type->named;
    if (named.kind == NamedType::Kind::kInputObject) {
      member.leaf = Leaf::kObject;
      member.object = &add(named);
    } else if (named.kind == NamedType::Kind::kEnum) {
      member.leaf = Leaf::kEnum;
      member.enumeration = &named;
    } else if (named.name == "Int") {
      member.leaf = Leaf::kInt;
    } else if (named.name == "Float") {
      member.leaf = Leaf::kFloat;
    } else if (named.name == "Boolean") {
      member.leaf = Leaf::kBoolean;
    } else if (named.name == "String" || named.name == "ID" || named.name == "SearchQuery" ||
               named.name == "ActionHash" || named.name == "Identifier" || named.name == "DateTime") {
      member.leaf = Leaf::kText;
    }
    shape.members.push_back(std::move(member));
  }
  return shape;
}

void Shapes::add_variants(const NamedType& type) {
  for (const graphql::ast::Directive& directive : type.directives) {
    if (directive.name != "unionElementOf") continue;
    const auto text = [&directive](std::string_view name) {
      const graphql::ast::Value* value = directive.argument(name);
      return value == nullptr ? std::string() : value->text;
    };
    const auto merged = shapes_.find(text("union"));
    if (merged == shapes_.end()) continue;
    merged->second->discriminator = base::snake_case(text("discriminator"));
    merged->second->variants[text("key")] = shapes_.at(type.name).get();
  }
}

Json Shapes::complete(std::string_view type, const Json& value, const std::string& path) const {
  const auto it = shapes_.find(type);
  if (it == shapes_.end()) throw Error(code::kInternal, "The schema has no input {}.", type);
  return complete(*it->second, value, path);
}

Json Shapes::complete(const Shape& shape, const Json& value, const std::string& path) const {
  if (!value.is_object()) refuse(path, "must be an object.");
  for (const auto& [key, unused] : value.members()) {
    if (shape.member(key) == nullptr) refuse(path, fmt::format("has no member `{}`.", key));
  }
  const Shape* actual = &shape;
  if (!shape.variants.empty()) {
    const Json& kind = value[shape.discriminator];
    const auto variant = kind.is_string() ? shape.variants.find(kind.as_string()) : shape.variants.end();
    if (variant == shape.variants.end())
      refuse(path, fmt::format("needs a known `{}`.", shape.discriminator));
    actual = variant->second;
    for (const auto& [key, member] : value.members()) {
      if (!member.is_null() && actual->member(key) == nullptr) {
        refuse(path, fmt::format("a {} does not read `{}`.", variant->first, key));
      }
    }
  }
  Json result = Json::object();
  for (const Member& member : actual->members) {
    const Json* found = given(value, member.snake, member.camel);
    const std::string below = path + "." + member.snake;
    if (found == nullptr && member.required) refuse(below, "is required.");
    const bool nested_default = found == nullptr && !member.default_value.is_null();
    result.members().emplace_back(member.snake, found != nullptr ? complete(member, *found, below)
                                                : nested_default
                                                    ? complete(member, member.default_value, below)
                                                    : Json());
  }
  return result;
}

Json Shapes::complete(const Member& member, const Json& value, const std::string& path) const {
  if (!member.list) return leaf(member, value, path);
  if (!value.is_array()) refuse(path, "must be a list.");
  Json list = Json::array();
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    list.push_back(leaf(member, value.items()[i], fmt::format("{}[{}]", path, i)));
  }
  return list;
}

Json Shapes::leaf(const Member& member, const Json& value, const std::string& path) const {
  switch (member.leaf) {
    case Leaf::kObject:
      return complete(*member.object, value, path);
    case Leaf::kEnum:
      if (!value.is_string() || !member.enumeration->has_value(value.as_string())) {
        refuse(path, fmt::format("must be a {}.", member.enumeration->name));
      }
      return value;
    case Leaf::kText:
      if (value.is_string()) return value;
      refuse(path, "must be a string.");
    case Leaf::kBoolean:
      if (value.is_bool()) return value;
      refuse(path, "must be true or false.");
    case Leaf::kInt:
      if (value.is_number() && value.as_int64()) return Json(*value.as_int64());
      refuse(path, "must be a whole number.");
    case Leaf::kFloat:
      if (value.is_number() && value.as_double()) return Json(*value.as_double());
      refuse(path, "must be a number.");
    case Leaf::kAny:
      return value;
  }
  return value;
}

}  // namespace rekuest
