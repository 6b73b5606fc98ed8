// What a table structurally is, read off its declared columns.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entity/call.h"
#include "services/mikro/schema/table.h"
#include "services/mikro/tables/table_columns.h"

namespace mikro {

/// A column as far as the structure depends on it.
struct SpecColumn {
  std::string name;
  std::string dtype;
  schema::ColumnRole role = schema::ColumnRole::kAttribute;
  std::optional<space::AxisType> axis;
  bool has_reference = false;  ///< its values are rows of another table
};

/// Values of `TableDatasetSpec`, in its order: one for the SPACE axes, then one for each fact that is
/// declared. Axes that a selection pins to one value do not count.
std::vector<std::string_view> table_spec(std::span<const SpecColumn> columns,
                                         const std::set<std::string, std::less<>>& pinned = {});

/// The condition that the row `alias`, which has a column `spec`, is all of these.
std::string with_table_spec(entity::SqlText& sql, const std::string& alias,
                            const std::vector<schema::TableDatasetSpec>& specs, const entity::Call&);

}  // namespace mikro
