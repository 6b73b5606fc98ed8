#include "services/mikro/spaces/space_graph.h"

#include <fmt/format.h>

#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro {
namespace {

constexpr std::string_view kBegin =
    "with recursive reached(id) as (select id from coordinate_system where organization_id = $1"
    " and id in_ids($2) union ";

// SQLite walks an index for each of two recursive parts, and none for a union inside of one; PostgreSQL
// allows only one part, and looks into both sides of a lateral union. `only` restricts the edges.
std::string connected(sql::Dialect dialect, std::string_view only) {
  if (dialect == sql::Dialect::kSqlite) {
    return fmt::format(
        "select e.output_id from reached r join transformation e on e.input_id = r.id{0} union"
        " select e.input_id from reached r join transformation e on e.output_id = r.id{0}",
        only);
  }
  return fmt::format(
      "select n.id from reached r cross join lateral (select e.output_id as id from transformation e"
      " where e.input_id = r.id{0} union all select e.input_id from transformation e"
      " where e.output_id = r.id{0}) n",
      only);
}

// Edges that carry a box down: where there are several derivations only the first counts, which the walk
// over the loaded edges decides.
constexpr std::string_view kFacts = "('LENS', 'LEVEL', 'DERIVATION')";
// Nothing is found across what corresponds to nothing.
constexpr std::string_view kOnlyFacts =
    " and e.role in ('LENS', 'LEVEL', 'DERIVATION') and e.kind <> 'UNMAPPABLE'";

sql::Ids ids_in(const sql::Rows& rows) {
  sql::Ids ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.values.push_back(rows.integer(row, 0));
  return ids;
}

sql::Ids connected_to(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces,
                      std::string_view only = "") {
  return ids_in(
      reader.query(fmt::format("{}{}) select id from reached", kBegin, connected(reader.dialect(), only)),
                   {organization, spaces}));
}

space::Graph load(sql::Reader& reader, const sql::Ids& ids, std::string_view only) {
  const sql::Query queries[] = {
      {"select id, epoch, case when \"use\" = 'GRID' then 1 else 0 end from coordinate_system"
       " where id in_ids($1) order by id",
       {ids}},
      {"select coordinate_system_id, name, type, unit from axis where coordinate_system_id in_ids($1)"
       " order by coordinate_system_id, \"order\"",
       {ids}},
      {fmt::format("select {} from transformation e where e.input_id in_ids($1){}", edge_columns("e"), only),
       {ids}}};
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  const sql::Rows& rows = results[0].get();
  const sql::Rows& axes = results[1].get();
  const sql::Rows& edges = results[2].get();
  std::vector<space::Space> spaces(rows.size());
  std::size_t axis = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    space::Space& space = spaces[row];
    space.id = rows.integer(row, 0);
    if (!rows.is_null(row, 1)) space.epoch = rows.integer(row, 1);
    space.intrinsic = rows.integer(row, 2) != 0;
    for (; axis < axes.size() && axes.integer(axis, 0) == space.id; ++axis) {
      space.axes.push_back(
          {std::string(axes.text(axis, 1)), axis_type_of(axes.text(axis, 2)),
           axes.is_null(axis, 3) ? std::nullopt : std::optional(std::string(axes.text(axis, 3)))});
    }
  }
  std::vector<space::Edge> list;
  list.reserve(edges.size());
  for (std::size_t row = 0; row < edges.size(); ++row) list.push_back(edge_of(edges, row));
  return {std::move(spaces), std::move(list)};
}

}  // namespace

space::Graph load_around(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces) {
  return load(reader, connected_to(reader, organization, spaces), "");
}

space::Graph load_connections(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces) {
  const sql::Ids ids = connected_to(reader, organization, spaces);
  const sql::Rows rows =
      reader.query("select id, input_id, output_id from transformation where input_id in_ids($1)", {ids});
  std::vector<space::Space> nodes;
  for (const std::int64_t id : ids.values) nodes.push_back({.id = id, .axes = {}, .epoch = {}});
  std::vector<space::Edge> edges(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    edges[row].id = rows.integer(row, 0);
    edges[row].input = rows.integer(row, 1);
    edges[row].output = rows.integer(row, 2);
  }
  return {std::move(nodes), std::move(edges)};
}

space::Graph load_facts(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces) {
  return load(reader, connected_to(reader, organization, spaces, kOnlyFacts), kOnlyFacts);
}

space::Graph load_chains(sql::Reader& reader, std::int64_t organization, const sql::Ids& spaces) {
  const sql::Rows reached =
      reader.query(fmt::format("{}select e.output_id from reached r join transformation e"
                               " on e.input_id = r.id and e.role in {}) select id from reached",
                               kBegin, kFacts),
                   {organization, spaces});
  return load(reader, ids_in(reached), fmt::format(" and e.role in {}", kFacts));
}

space::Crossing placing(std::vector<space::Coordinate> at) {
  space::Crossing crossing;
  crossing.registrations = space::Registrations::kTowardsTheWorld;
  crossing.fields = space::Fields::kNotSpatial;
  crossing.at = std::move(at);
  return crossing;
}

}  // namespace mikro
