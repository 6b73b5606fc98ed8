#include "graphql/schema/schema.h"

#include <algorithm>

#include "graphql/schema/schema_builder.h"
#include "graphql/schema/store.h"

namespace graphql {
namespace {

/// Types that only documents write are kept for ever, so there must not be
/// endlessly many.
constexpr std::size_t kMaxListsInDocuments = 5;

template <class Range>
auto find_by_name(const Range& range, std::string_view name) -> decltype(&*range.begin()) {
  for (const auto& each : range) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

}  // namespace

const InputValue* FieldDef::argument(std::string_view argument_name) const {
  return find_by_name(arguments, argument_name);
}

const FieldDef* NamedType::field(std::string_view field_name) const {
  const auto found = field_index_.find(field_name);
  return found == field_index_.end() ? nullptr : found->second;
}

const InputValue* NamedType::input_field(std::string_view field_name) const {
  return find_by_name(input_fields, field_name);
}

bool NamedType::has_value(std::string_view enum_value) const {
  return find_by_name(values, enum_value) != nullptr;
}

bool NamedType::includes(const NamedType& object) const {
  return this == &object || std::ranges::find(members, &object) != members.end();
}

std::shared_ptr<const Schema> Schema::from_sdl(const std::vector<std::string_view>& documents) {
  return SchemaBuilder().build(documents);
}

const NamedType* Schema::type(std::string_view name) const {
  const auto found = store_->types_by_name.find(name);
  return found == store_->types_by_name.end() ? nullptr : found->second;
}

const DirectiveDef* Schema::directive(std::string_view name) const {
  const auto found = store_->directives_by_name.find(name);
  return found == store_->directives_by_name.end() ? nullptr : found->second;
}

const NamedType* Schema::root(ast::OperationKind kind) const {
  switch (kind) {
    case ast::OperationKind::kQuery:
      return query_;
    case ast::OperationKind::kMutation:
      return mutation_;
    case ast::OperationKind::kSubscription:
      return subscription_;
  }
  return nullptr;
}

const Type* Schema::resolve(const ast::TypeReference& reference) const {
  return store_->resolve(reference, kMaxListsInDocuments);
}

const Schema::Store::Link* Schema::Store::add_link(const NamedType& named) {
  const std::lock_guard lock(mutex_);
  Link& added = links_.emplace_back();
  added.named = &named;
  added.printed = named.name;
  return &added;
}

const Schema::Store::Link* Schema::Store::resolve(const ast::TypeReference& reference,
                                                  std::size_t max_lists) {
  if (reference.kind == ast::TypeReference::Kind::kNamed) {
    const auto found = types_by_name.find(reference.name);
    return found == types_by_name.end() ? nullptr : static_cast<const Link*>(found->second->self);
  }
  const bool is_list = reference.kind == ast::TypeReference::Kind::kList;
  if (is_list && max_lists == 0) return nullptr;
  const Link* inner = resolve(*reference.of, max_lists - (is_list ? 1 : 0));
  if (inner == nullptr) return nullptr;
  return is_list ? list_of(*inner) : non_null_of(*inner);
}

const Schema::Store::Link* Schema::Store::wrap(const Link& inner, Type::Kind kind,
                                               std::atomic<const Link*>& known) {
  if (const Link* link = known.load(std::memory_order_acquire)) return link;
  const std::lock_guard lock(mutex_);
  if (const Link* link = known.load(std::memory_order_relaxed)) return link;
  Link& added = links_.emplace_back();
  added.kind = kind;
  added.of = &inner;
  added.named = inner.named;
  added.printed = kind == Type::Kind::kList ? "[" + inner.printed + "]" : inner.printed + "!";
  known.store(&added, std::memory_order_release);
  return &added;
}

}  // namespace graphql
