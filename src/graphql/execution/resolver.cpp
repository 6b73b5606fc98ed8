#include "graphql/execution/resolver.h"

#include <utility>

#include "base/text.h"
#include "graphql/schema/scalars.h"

namespace graphql {

void ResolverMap::set(const FieldDef& field, std::shared_ptr<Resolver> resolver) {
  resolvers_[&field] = std::move(resolver);
}

void ResolverMap::set_action(const FieldDef& field, std::shared_ptr<RootAction> action) {
  actions_[&field] = std::move(action);
}

void ResolverMap::set_stream(const FieldDef& field, std::shared_ptr<RootStream> stream) {
  streams_[&field] = std::move(stream);
}

Resolver* ResolverMap::find(const FieldDef& field) const {
  const auto it = resolvers_.find(&field);
  return it == resolvers_.end() ? nullptr : it->second.get();
}

const RootAction* ResolverMap::action(const FieldDef& field) const {
  const auto it = actions_.find(&field);
  return it == actions_.end() ? nullptr : it->second.get();
}

const RootStream* ResolverMap::stream(const FieldDef& field) const {
  const auto it = streams_.find(&field);
  return it == streams_.end() ? nullptr : it->second.get();
}

const NamedType& json_object_type(const base::Json& value, const NamedType& declared) {
  if (!declared.is_abstract()) return declared;
  const ast::Directive* variant = ast::find_directive(declared.directives, "variant");
  const ast::Value* by = variant == nullptr ? nullptr : variant->argument("by");
  const base::Json& tag = value[by == nullptr ? std::string_view("__typename") : std::string_view(by->text)];
  if (tag.is_string()) {
    for (const NamedType* member : declared.members) {
      const ast::Directive* own = ast::find_directive(member->directives, "variant");
      const ast::Value* wanted = own == nullptr ? nullptr : own->argument("value");
      const std::string& name = wanted == nullptr ? member->name : wanted->text;
      if (name == tag.as_string()) return *member;
    }
  }
  throw base::Error(base::code::kInternal, "A stored value fits no type of {}.", declared.name);
}

namespace {

// `Args!` may hold JSON's null: a value like any other.
bool holds_null(const Type& type) {
  return type.is_non_null() && !type.is_list() && type.named->kind == NamedType::Kind::kScalar &&
         rule_of(type.named->name) == ScalarRule::kJson;
}

}  // namespace

Cell json_cell(const base::Json& value, const Type& type, FieldOutput& out) {
  if (value.is_null()) return holds_null(type) ? Cell::raw("null") : Cell::null();
  if (type.named->is_leaf() && value.is_number() &&
      (type.named->name == "ID" || type.named->name == "DateTime")) {
    // Kept as rows keep them: ids as integers, times as microseconds.
    if (const auto number = value.as_int64()) return Cell::of(*number);
  }
  if (type.named->is_leaf()) return Cell::of(value);
  if (type.is_list()) {
    if (!value.is_array()) throw base::Error(base::code::kInternal, "A stored {} is no list.", type.printed);
    out.begin_list();
    for (const base::Json& item : value.items()) out.item(json_cell(item, type.element(), out));
    return out.end_list();
  }
  return out.add_object(Object{&json_object_type(value, *type.named), &value, 0});
}

namespace {

std::string member_of(const FieldDef& field) {
  const ast::Directive* column = ast::find_directive(*field.directives, "column");
  const ast::Value* name = column == nullptr ? nullptr : column->argument("name");
  return name == nullptr ? base::snake_case(field.name) : name->text;
}

class JsonFieldResolver : public Resolver {
 public:
  explicit JsonFieldResolver(const FieldDef& field) : type_(*field.type), member_(member_of(field)) {}

  void finish(Batch& batch) const override {
    for (std::size_t i = 0; i < batch.parents.size(); ++i) {
      batch.out.set(i, json_cell(batch.parents[i].json()[member_], type_, batch.out));
    }
  }

 private:
  const Type& type_;
  std::string member_;
};

}  // namespace

std::shared_ptr<Resolver> json_field_resolver(const FieldDef& field) {
  return std::make_shared<JsonFieldResolver>(field);
}

}  // namespace graphql
