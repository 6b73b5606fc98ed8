// Which C++ type an argument or a field of an input has.
#pragma once

#include <string>
#include <unordered_set>

#include "graphql/schema/schema.h"

namespace schemac {

/// `StrFilterLookup` and its kin: operators on one column.
bool is_lookup(const graphql::NamedType& type);

/// What the whole schema says about its input types.
class InputTypes {
 public:
  explicit InputTypes(const graphql::Schema& schema);

  /// An input that restricts rows: the type of an argument `filters`, or part of one.
  bool is_filter(const graphql::NamedType& type) const { return filters_.contains(&type); }
  /// The type of an argument `ordering`.
  bool is_ordering(const graphql::NamedType& type) const { return orderings_.contains(&type); }

  /// The member `value` of `owner`; arguments have no owner.
  std::string member_type(const graphql::InputValue& value, const graphql::NamedType* owner) const;
  /// The same for what is there and not null, as predicates get it.
  std::string given_type(const graphql::InputValue& value) const;
  /// ` = true` where the schema gives a simple default, an initial value for what would have none.
  std::string initializer(const graphql::InputValue& value) const;
  /// Must the type be complete for `value` to be a member of a struct?
  bool is_inside(const graphql::InputValue& value, const graphql::NamedType* owner) const;

 private:
  void add_filter(const graphql::NamedType& type);
  bool contains_itself(const graphql::NamedType& type, const graphql::NamedType& part) const;

  std::unordered_set<const graphql::NamedType*> filters_;
  std::unordered_set<const graphql::NamedType*> orderings_;
};

}  // namespace schemac
