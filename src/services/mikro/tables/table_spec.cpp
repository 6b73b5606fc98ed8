#include "services/mikro/tables/table_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mikro {

using schema::ColumnRole;
using space::AxisType;

std::vector<std::string_view> table_spec(std::span<const SpecColumn> columns,
                                         const std::set<std::string, std::less<>>& pinned) {
  const auto count = [&](auto holds) {
    return static_cast<std::size_t>(std::count_if(columns.begin(), columns.end(), holds));
  };
  const auto axes = [&](AxisType type) {
    return count(
        [&](const SpecColumn& column) { return column.axis == type && !pinned.contains(column.name); });
  };
  const auto with_role = [&](ColumnRole role) {
    return count([&](const SpecColumn& column) { return column.role == role; });
  };
  constexpr std::array<std::string_view, 5> kPlaced{"RECORDS", "POINTS_1D", "POINTS_2D", "POINTS_3D",
                                                    "POINTS_ND"};
  const std::size_t spatial = axes(AxisType::kSpace);
  const std::size_t temporal = axes(AxisType::kTime);
  std::vector<std::string_view> spec{kPlaced[std::min(spatial, kPlaced.size() - 1)]};
  if (temporal > 0) spec.push_back("TIMED");
  if (with_role(ColumnRole::kTrackId) > 0) spec.push_back("TRACKED");
  if (with_role(ColumnRole::kGroupId) > 0) spec.push_back("GROUPED");
  if (count([](const SpecColumn& column) { return column.has_reference; }) > 0) spec.push_back("KEYED");
  const std::size_t values = count([](const SpecColumn& column) {
    return column.role == ColumnRole::kAttribute && is_numeric(column.dtype);
  });
  if (spatial + temporal == 1 && values > 0) spec.push_back("SERIES");
  return spec;
}

// The column is a JSON list of names that contain no quotes.
std::string with_table_spec(entity::SqlText& sql, const std::string& alias,
                            const std::vector<schema::TableDatasetSpec>& specs, const entity::Call&) {
  std::string text = "1 = 1";
  for (const schema::TableDatasetSpec spec : specs) {
    text +=
        fmt::format(" and {}.spec like {}", alias, sql.bind(fmt::format("%\"{}\"%", entity::text_of(spec))));
  }
  return text;
}

}  // namespace mikro
