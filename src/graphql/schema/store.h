// What a schema owns. Inside this folder only.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "graphql/schema/schema.h"

namespace graphql {

struct Schema::Store {
  /// A type and the list and non-null type made of it, once somebody asked.
  struct Link : Type {
    mutable std::atomic<const Link*> list = nullptr;
    mutable std::atomic<const Link*> non_null = nullptr;
  };

  /// Makes `self` of a named type.
  const Link* add_link(const NamedType& named);
  const Link* list_of(const Link& element) { return wrap(element, Type::Kind::kList, element.list); }
  const Link* non_null_of(const Link& nullable) {
    return wrap(nullable, Type::Kind::kNonNull, nullable.non_null);
  }
  /// nullptr if the name is unknown or it has more than `max_lists` brackets.
  const Link* resolve(const ast::TypeReference& reference, std::size_t max_lists);

  ast::TypeSystemDocument document;  ///< literals and directives of the definitions point into it
  std::deque<NamedType> types;
  std::unordered_map<std::string_view, NamedType*> types_by_name;
  std::deque<DirectiveDef> directives;
  std::unordered_map<std::string_view, DirectiveDef*> directives_by_name;

 private:
  const Link* wrap(const Link& inner, Type::Kind kind, std::atomic<const Link*>& known);

  std::mutex mutex_;  ///< held while a link is added; a leaf
  std::deque<Link> links_;
};

}  // namespace graphql
