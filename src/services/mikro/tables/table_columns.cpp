#include "services/mikro/tables/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "services/mikro/space/unit.h"

namespace mikro {
namespace {

using base::Error;
using schema::ColumnInput;
using schema::ColumnRole;
using space::AxisType;
namespace code = base::code;

constexpr std::array<std::string_view, 11> kNumbers{"TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",
                                                    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                                                    "HUGEINT",  "FLOAT",     "DOUBLE"};
// Errors list the columns of a file; not three thousand.
constexpr std::size_t kMostNamed = 30;

std::string names_of(std::span<const formats::ParquetColumn> columns) {
  std::string text;
  for (std::size_t i = 0; i < std::min(columns.size(), kMostNamed); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", columns[i].name);
  }
  return text + (columns.size() > kMostNamed ? ", ..." : "");
}

// Names first: what is said of a column counts only if it is the file's column that is meant.
void check_names(std::span<const formats::ParquetColumn> file, const std::vector<ColumnInput>& declared) {
  if (file.size() > kMostColumns) {
    throw Error(
        code::kValidation,
        "A table has {} columns at most; this file has {}. One value for each row and feature is a matrix: "
        "store it as an array or a sparse dataset.",
        kMostColumns, file.size());
  }
  std::set<std::string_view> names;
  for (const formats::ParquetColumn& column : file) {
    if (names.insert(column.name).second) continue;
    throw Error(code::kValidation,
                "The file has two columns '{}': rename one, so that it can be said which is meant.",
                column.name);
  }
  std::set<std::string_view> known;
  for (const ColumnInput& column : declared) {
    if (!known.insert(column.name).second) {
      throw Error(code::kValidation, "`columns` declares the column '{}' twice.", column.name);
    }
  }
  for (const formats::ParquetColumn& column : file) {
    if (known.contains(column.name)) continue;
    throw Error(code::kValidation,
                "`columns` leaves out '{}': declare all columns of the file, in its order. It has {}.",
                column.name, names_of(file));
  }
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if (i < file.size() && declared[i].name == file[i].name) continue;
    const bool is_there = std::any_of(file.begin(), file.end(),
                                      [&](const auto& column) { return column.name == declared[i].name; });
    throw Error(code::kValidation, "`columns` declares '{}' {}. The file has {}.", declared[i].name,
                is_there ? "at another place than the file has it" : "which the file does not have",
                names_of(file));
  }
}

std::optional<AxisType> axis_of(const ColumnInput& column) {
  if (!column.axis_type) {
    if (column.role != ColumnRole::kCoordinate) return std::nullopt;
    throw Error(
        code::kValidation,
        "The column '{}' has the role COORDINATE and no `axisType`: say what is along it, SPACE, TIME or "
        "INDEX, and leave out the role.",
        column.name);
  }
  if (column.role) {
    throw Error(code::kValidation,
                "The column '{}' has an `axisType`, which makes it a COORDINATE: leave out its `role`.",
                column.name);
  }
  const AxisType type = *space::axis_type_from(entity::text_of(*column.axis_type));
  if (type == AxisType::kSpace || type == AxisType::kTime || type == AxisType::kIndex) return type;
  throw Error(code::kValidation, "The column '{}' is a {} axis; a table's axes are SPACE, TIME and INDEX.",
              column.name, space::to_text(type));
}

// Units of axes are checked as axes are.
std::optional<std::string> unit_of(const ColumnInput& column) {
  if (!column.unit || column.unit->is_null()) return std::nullopt;
  if (!column.unit->is_string()) {
    throw Error(code::kValidation, "The unit of the column '{}' is a text such as 'micrometer'.",
                column.name);
  }
  const std::string& text = column.unit->as_string();
  if (column.axis_type) return text;
  const ColumnRole role = column.role.value_or(ColumnRole::kAttribute);
  if (role != ColumnRole::kAttribute) {
    throw Error(code::kValidation,
                "The column '{}' has the role {} and a unit; only coordinates and attributes are measured.",
                column.name, entity::text_of(role));
  }
  const auto unit = space::Unit::parse(text);
  if (unit) return unit->name();
  throw Error(
      code::kValidation,
      "The unit '{}' of the column '{}' is not one known here. Please use a name such as 'micrometer' or "
      "'second', or 'a.u.' for arbitrary units.",
      text.substr(0, 200), column.name);
}

TableColumn checked(const formats::ParquetColumn& file, const ColumnInput& declared) {
  if (declared.dtype && *declared.dtype != file.type) {
    throw Error(code::kValidation, "The column '{}' is declared as {}, but the file holds {}.", file.name,
                *declared.dtype, file.type);
  }
  TableColumn column;
  column.name = file.name;
  column.dtype = file.type;
  column.axis = axis_of(declared);
  column.role = column.axis ? ColumnRole::kCoordinate : declared.role.value_or(ColumnRole::kAttribute);
  column.unit = unit_of(declared);
  column.long_name = declared.long_name;
  column.description = declared.description;
  if (column.axis == AxisType::kSpace && !is_numeric(column.dtype)) {
    throw Error(code::kValidation, "The column '{}' is a SPACE axis but holds {}, which are no positions.",
                column.name, column.dtype);
  }
  return column;
}

void check_only_one(std::span<const TableColumn> columns, ColumnRole role) {
  const TableColumn* first = nullptr;
  for (const TableColumn& column : columns) {
    if (column.role != role) continue;
    if (first != nullptr) {
      throw Error(code::kValidation, "A table has one {} column at most; '{}' and '{}' are declared as such.",
                  entity::text_of(role), first->name, column.name);
    }
    first = &column;
  }
}

}  // namespace

std::vector<TableColumn> checked_columns(std::span<const formats::ParquetColumn> file,
                                         const std::vector<ColumnInput>& declared) {
  check_names(file, declared);
  std::vector<TableColumn> columns;
  for (std::size_t i = 0; i < file.size(); ++i) columns.push_back(checked(file[i], declared[i]));
  check_only_one(columns, ColumnRole::kId);
  check_only_one(columns, ColumnRole::kTrackId);
  std::vector<space::Axis> axes;
  for (const TableColumn& column : columns) {
    if (column.axis) axes.push_back({column.name, *column.axis, column.unit});
  }
  if (axes.empty()) return columns;
  axes = space::checked_axes(std::move(axes), space::AxesOf::kTable);
  for (TableColumn& column : columns) {
    if (column.axis) column.unit = axes[*space::index_of(axes, column.name)].unit;
  }
  return columns;
}

std::vector<DescribedAxis> table_axes(std::span<const TableColumn> columns) {
  std::vector<DescribedAxis> axes;
  for (const TableColumn& column : columns) {
    if (column.axis) {
      axes.push_back({{column.name, *column.axis, column.unit}, column.long_name, column.description});
    }
  }
  if (axes.empty()) axes.push_back({{"object", AxisType::kIndex, std::nullopt}, {}, {}});
  return axes;
}

bool is_numeric(std::string_view dtype) {
  return dtype.starts_with("DECIMAL(") ||
         std::find(kNumbers.begin(), kNumbers.end(), dtype) != kNumbers.end();
}

}  // namespace mikro
