// Names of a schema as code registers for them. Constants of these types are
// made from the schema at build time (tools/schemac), so that a name the
// schema does not have does not compile and code has the signature that the
// schema asks for.
#pragma once

#include <string_view>

namespace entity {

/// The arguments of a field that has none.
struct NoArguments {};

/// `Query.action`, `Mutation.assign`. `Out` is what code answers with: a row id, an optional one or
/// a list of them where the field is of an entity type, otherwise JSON.
template <class In, class Out>
struct RootName {
  std::string_view name;
  /// Where a field has the one argument `input`, `In` is that argument.
  bool is_input = false;
};

/// `Subscription.mytasks`.
template <class In>
struct StreamName {
  std::string_view name;
  bool is_input = false;
};

/// `Task.arg`, a @computed field.
template <class In>
struct ComputedName {
  std::string_view name;
};

/// `Implementation.tests`, a @computed field whose values are rows.
template <class In>
struct RowsName {
  std::string_view name;
};

/// `FileLink.container`, a @computed field whose values are rows of several tables.
template <class In>
struct RefsName {
  std::string_view name;
};

/// `Action.liveImplementations`, an @sql field.
struct SqlName {
  std::string_view name;
};

/// `ActionFilter.assignable`.
template <class Value>
struct FilterName {
  std::string_view name;
};

/// `ActionOrder.usedAt`.
struct OrderName {
  std::string_view name;
};

/// A field whose column a @computed field of the same type needs.
struct ColumnName {
  std::string_view name;
};

}  // namespace entity
