#include "services/mikro/plans/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/space/edge_map.h"
#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"
#include "sql/nullable.h"

namespace mikro {
namespace {

using space::Axis;
using space::AxisType;

constexpr std::string_view kDerivedFromTables =
    " from transformation e join table_dataset t on t.coordinate_system_id = e.output_id"
    " join array_dataset a on a.intrinsic_system_id = e.input_id"
    " where t.id in_ids($1) and e.role = 'DERIVATION' and e.kind <> 'UNMAPPABLE' and e.selector is null";

bool enumerates(AxisType type) { return type == AxisType::kIndex || type == AxisType::kChannel; }

std::size_t columns_in(const Library& library) {
  std::size_t columns = 0;
  for (const auto& [id, table] : library.tables) columns += table.columns.size();
  return columns;
}

void read_tables(sql::Reader& reader, const sql::Ids& ids, const PlanLimit& limit, Library& library) {
  const std::size_t most = limit.most().columns - columns_in(library);
  const sql::Rows rows = reader.query(
      "select t.id, t.store_id, c.id, c.name, c.axis_type, c.unit, c.references_id from table_dataset t"
      " join table_column c on c.table_id = t.id where t.id in_ids($1) order by t.id, c.\"order\" limit $2",
      {ids, one_more_than(most)});
  if (rows.size() > most) limit.refuse();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    PlanTable& table = library.tables[rows.integer(row, 0)];
    table.id = rows.integer(row, 0);
    table.store = rows.integer(row, 1);
    PlanColumn& column = table.columns.emplace_back();
    column.id = rows.integer(row, 2);
    column.name = rows.text(row, 3);
    if (!rows.is_null(row, 4)) column.axis = axis_type_of(rows.text(row, 4));
    column.unit = sql::optional_text(rows, row, 5);
    if (!rows.is_null(row, 6)) column.references = rows.integer(row, 6);
  }
}

// What the tables refer to and is not there yet.
sql::Ids referred_to(const Library& library, const sql::Ids& tables) {
  sql::Ids next;
  for (const std::int64_t id : tables.values) {
    const PlanTable* table = library.table(id);
    if (table == nullptr) continue;
    for (const PlanColumn& column : table->columns) {
      if (column.references && library.table(*column.references) == nullptr) {
        next.values.push_back(*column.references);
      }
    }
  }
  return distinct(std::move(next));
}

void read_arrays(sql::Reader& reader, const sql::Ids& tables, const PlanLimit& limit, Library& library) {
  const std::size_t most = limit.most().hops;
  const std::string chosen = fmt::format("{} order by t.id, e.id limit $2", kDerivedFromTables);
  const sql::Query queries[] = {
      {fmt::format("select {}, t.id, a.id{}", edge_columns("e"), chosen), {tables, one_more_than(most)}},
      {fmt::format("select x.coordinate_system_id, x.name, x.type, x.unit from axis x"
                   " where x.coordinate_system_id in (select e.input_id{})"
                   " order by x.coordinate_system_id, x.\"order\"",
                   chosen),
       {tables, one_more_than(most)}}};
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  const sql::Rows& edges = results[0].get();
  if (edges.size() > most) limit.refuse();
  const sql::Rows& axes = results[1].get();
  std::map<std::int64_t, std::vector<Axis>> grids;
  for (std::size_t row = 0; row < axes.size(); ++row) {
    grids[axes.integer(row, 0)].push_back(
        {std::string(axes.text(row, 1)), axis_type_of(axes.text(row, 2)), sql::optional_text(axes, row, 3)});
  }
  const std::size_t table_column = edges.columns() - 2;
  for (std::size_t row = 0; row < edges.size(); ++row) {
    const std::int64_t table = edges.integer(row, table_column);
    const space::Edge edge = edge_of(edges, row);
    auto array = enumerating_axis(edge.transform, grids[edge.input], *library.table(table));
    if (!array) continue;
    array->dataset = edges.integer(row, table_column + 1);
    library.arrays[table].push_back(*std::move(array));
  }
}

/// The only number of a row that is not zero, without the constant behind them.
std::optional<std::size_t> only_input(const std::vector<double>& row) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    if (row[i] == 0) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

}  // namespace

const PlanColumn* PlanTable::row_id() const {
  const PlanColumn* found = nullptr;
  for (const PlanColumn& column : columns) {
    if (column.axis != AxisType::kIndex) continue;
    if (found != nullptr) return nullptr;
    found = &column;
  }
  return found;
}

const PlanColumn* PlanTable::coordinate(std::string_view name) const {
  for (const PlanColumn& column : columns) {
    if (column.axis && column.name == name) return &column;
  }
  return nullptr;
}

std::vector<Axis> PlanTable::axes() const {
  std::vector<Axis> list;
  for (const PlanColumn& column : columns) {
    if (column.axis) list.push_back({column.name, *column.axis, column.unit});
  }
  return list;
}

const PlanTable* Library::table(std::int64_t id) const {
  const auto found = tables.find(id);
  return found == tables.end() ? nullptr : &found->second;
}

Library read_library(sql::Reader& reader, const sql::Ids& landings, std::int64_t joins,
                     const PlanLimit& limit) {
  Library library;
  read_tables(reader, landings, limit, library);
  sql::Ids inner = landings;  // an array is a step, too: none is reached from the tables of the last one
  sql::Ids last = landings;
  for (std::int64_t step = 1; step <= joins; ++step) {
    last = referred_to(library, last);
    if (last.values.empty()) break;
    read_tables(reader, last, limit, library);
    if (step < joins) inner.values.insert(inner.values.end(), last.values.begin(), last.values.end());
  }
  if (joins > 0) read_arrays(reader, inner, limit, library);
  return library;
}

std::optional<PlanArray> enumerating_axis(const space::Transform& edge, const std::vector<Axis>& array,
                                          const PlanTable& table) {
  const PlanColumn* row_id = table.row_id();
  if (row_id == nullptr) return std::nullopt;
  const std::vector<Axis> rows = table.axes();
  std::vector<space::EdgeRow> stated;
  try {
    stated = space::edge_rows({0, &edge, array, rows, false});
  } catch (const base::Error&) {
    return std::nullopt;  // it reads ids from the array's own values: those are no positions
  }
  for (const space::EdgeRow& row : stated) {
    const auto* numbers = std::get_if<std::vector<double>>(&row.form);
    if (rows[row.target].name != row_id->name || numbers == nullptr) continue;
    const std::optional<std::size_t> input = only_input(*numbers);
    if (!input || !enumerates(array[*input].type)) continue;
    PlanArray found;
    found.axis = array[*input].name;
    for (const Axis& axis : array) {
      if (axis.name != found.axis) found.other_axes.push_back(axis.name);
    }
    found.scale = 1 / (*numbers)[*input];
    if (numbers->back() != 0) found.offset = -numbers->back() / (*numbers)[*input];
    return found;
  }
  return std::nullopt;
}

}  // namespace mikro
