// A table's columns as clients declare them, held against what its file says. No rows of a database, no
// bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/parquet_footer.h"
#include "services/mikro/schema/table.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro {

/// More make a matrix, which is stored as one.
inline constexpr std::size_t kMostColumns = 3000;

/// A declared column. The file has it, at this place, with this type.
struct TableColumn {
  std::string name;
  std::string dtype;  ///< DuckDB's name: `BIGINT`
  schema::ColumnRole role = schema::ColumnRole::kAttribute;
  std::optional<space::AxisType> axis;  ///< of coordinates
  std::optional<std::string> unit;      ///< by its full name
  std::optional<std::string> long_name;
  std::optional<std::string> description;
};

/// All of the file's columns. Throws VALIDATION_ERROR naming the column unless the declaration lists exactly
/// these, in the file's order, with types, roles, axes and units that fit.
std::vector<TableColumn> checked_columns(std::span<const formats::ParquetColumn> file,
                                         const std::vector<schema::ColumnInput>& declared);

/// The space of a table: its coordinate columns in their order, or one INDEX axis `object` if it has none.
std::vector<DescribedAxis> table_axes(std::span<const TableColumn> columns);

/// Whether values of a type are numbers.
bool is_numeric(std::string_view dtype);

}  // namespace mikro
