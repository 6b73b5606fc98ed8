#include "services/mikro/lineage/edge_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "entity/call.h"
#include "services/mikro/lineage/places.h"
#include "sql/nullable.h"

namespace mikro::lineage {
namespace {

using entity::SqlText;
using schema::LineageEdgeKind;

/// Nodes as parameters, by kind. Only those that a statement reads become parameters of it.
class Bound {
 public:
  Bound(SqlText& sql, const std::vector<Node>& nodes) : sql_(sql) {
    for (const Node& node : nodes) ids_[node.kind].values.push_back(node.id);
  }
  bool has(Kind kind) const { return ids_.contains(kind); }
  /// Empty if there are none of this kind.
  std::string of(Kind kind) {
    if (!has(kind)) return "";
    std::string& name = names_[kind];
    if (name.empty()) name = sql_.bind(std::move(ids_.at(kind)));
    return name;
  }
  std::string of(const DataKind& kind) { return of(kind_of(kind)); }

 private:
  SqlText& sql_;
  std::map<Kind, sql::Ids> ids_;
  std::map<Kind, std::string> names_;
};

/// Selects that become one.
class Union {
 public:
  void add(std::string select) {
    text_ += text_.empty() ? "" : " union all ";
    text_ += select;
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
};

// The code of whatever container the link `k` names, if the organization has it.
std::string linked_text(std::string_view organization) {
  std::string text;
  for (const LinkedKind& kind : linked_kinds()) {
    text += fmt::format("{}(select {} from {} c where c.id = k.{} and c.organization_id = {})",
                        text.empty() ? "" : ", ", code_text(kind_of(kind), "c.id"), kind.table, kind.link,
                        organization);
  }
  return "coalesce(" + text + ")";
}

std::string file_text(std::string_view organization) {
  return fmt::format("(select {} + f.id from file f where f.id = k.file_id and f.organization_id = {})",
                     base_of(Kind::kFile), organization);
}

// A select of `node` and `space`: everywhere where something can have been computed from these nodes.
std::string spaces_text(Bound& nodes) {
  Union spaces;
  for (const Place& place : places()) {
    const std::string ids = nodes.of(place.kind);
    if (ids.empty()) continue;
    spaces.add(fmt::format("select {} as node, c.{} as space from {} c where c.{} in_ids({}){}",
                           code_text(place.kind, fmt::format("c.{}", place.id)), place.space, place.table,
                           place.id, ids, place.only));
  }
  return spaces.text().empty() ? "select 0 as node, 0 as space where 1 = 0" : spaces.text();
}

// Selects of `here` and `there`, null for what is nobody's or another organization's.
void add_children(Union& hops, Bound& nodes, std::string_view organization) {
  hops.add(
      fmt::format("select s.node as here, {} as there from ({}) s join transformation e"
                  " on e.output_id = s.space and e.role = 'DERIVATION'"
                  " join coordinate_system i on i.id = e.input_id and i.organization_id = {}",
                  own_text("e.input_id"), spaces_text(nodes), organization));
}

void add_parents(Union& hops, Bound& nodes, std::string_view organization) {
  for (const Place& own : own_places()) {
    const std::string ids = nodes.of(own.kind);
    if (ids.empty()) continue;
    hops.add(fmt::format(
        "select {} as here, {} as there from {} c join transformation e"
        " on e.input_id = c.{} and e.role = 'DERIVATION'"
        " join coordinate_system o on o.id = e.output_id and o.organization_id = {}"
        " where c.id in_ids({})",
        code_text(own.kind, "c.id"), owner_text("e.output_id"), own.table, own.space, organization, ids));
  }
}

void add_links(Union& hops, Bound& nodes, Direction direction, std::string_view organization) {
  const bool is_down = direction == Direction::kDown;
  for (const LinkedKind& kind : linked_kinds()) {
    const std::string ids = nodes.of(kind);
    if (ids.empty()) continue;
    hops.add(
        fmt::format("select {} as here, {} as there from file_link k"
                    " where k.{} in_ids({}) and k.direction = '{}'",
                    code_text(kind_of(kind), fmt::format("k.{}", kind.link)), file_text(organization),
                    kind.link, ids, is_down ? "RENDITION" : "SOURCE"));
  }
  const std::string files = nodes.of(Kind::kFile);
  if (files.empty()) return;
  hops.add(
      fmt::format("select {} + k.file_id as here, {} as there from file_link k"
                  " where k.file_id in_ids({}) and k.direction = '{}'",
                  base_of(Kind::kFile), linked_text(organization), files, is_down ? "SOURCE" : "RENDITION"));
}

std::string neighbours_text(SqlText& sql, Direction direction, const std::vector<Node>& nodes,
                            std::int64_t organization, Through through) {
  Bound bound(sql, nodes);
  const std::string own = sql.bind(organization);
  Union hops;
  if (direction == Direction::kDown) {
    add_children(hops, bound, own);
  } else {
    add_parents(hops, bound, own);
  }
  if (through == Through::kDerivationsAndFiles) add_links(hops, bound, direction, own);
  if (hops.text().empty()) return fmt::format("select 0 as here, {} as there where 1 = 0", own);
  return fmt::format("select p.here, p.there from ({}) p where p.there <> p.here", hops.text());
}

// What one derivation away from the node `r` is, by kind of place and direction: a select list and the tables
// with their conditions, which leave `r` out. They are joined in their order, which SQLite keeps for these.
struct Step {
  std::string there, from;
};

Step step_from(const Place& place, Direction direction, std::string_view organization) {
  const bool is_down = direction == Direction::kDown;
  const std::string_view here = is_down ? "e.output_id" : "e.input_id";
  const std::string_view there = is_down ? "e.input_id" : "e.output_id";
  return {is_down ? own_text(there) : owner_text(there),
          fmt::format("{} c cross join transformation e cross join coordinate_system o"
                      " where c.{} = r.node - {}{} and {} = c.{} and e.role = 'DERIVATION' and o.id = {}"
                      " and o.organization_id = {}",
                      place.table, place.id, base_of(place.kind), place.only, here, place.space, there,
                      organization)};
}

std::vector<Step> steps(std::string_view organization) {
  std::vector<Step> all;
  for (const Place& place : own_places()) all.push_back(step_from(place, Direction::kUp, organization));
  for (const Place& place : places()) all.push_back(step_from(place, Direction::kDown, organization));
  return all;
}

// SQLite takes a recursive part for each step, PostgreSQL only one, with what is lateral to it.
std::string recursion(sql::Dialect dialect, std::string_view organization) {
  std::string text;
  for (const Step& step : steps(organization)) {
    if (dialect == sql::Dialect::kSqlite) {
      text += fmt::format("{}select {} from reached r cross join {}", text.empty() ? "" : " union ",
                          step.there, step.from);
    } else {
      text += fmt::format("{}select {} as there from {}", text.empty() ? "" : " union all ", step.there,
                          step.from);
    }
  }
  if (dialect == sql::Dialect::kSqlite) return text;
  return fmt::format("select n.there from reached r cross join lateral ({}) n", text);
}

}  // namespace

sql::Query EdgeQueries::hops(Direction direction, const std::vector<Node>& nodes, std::size_t most) const {
  SqlText sql(dialect_);
  const std::string neighbours = neighbours_text(sql, direction, nodes, organization_, through_);
  std::string text = fmt::format(
      "select distinct r.here, r.there from (select n.here, n.there,"
      " dense_rank() over (partition by n.here order by n.there) as place from ({}) n) r"
      " where r.place <= {} order by r.here, r.there",
      neighbours, sql.bind(static_cast<std::int64_t>(most)));
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query EdgeQueries::degrees(Direction direction, const std::vector<Node>& nodes) const {
  SqlText sql(dialect_);
  std::string text = fmt::format("select n.here, count(distinct n.there) from ({}) n group by n.here",
                                 neighbours_text(sql, direction, nodes, organization_, through_));
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query EdgeQueries::connected(const Node& node, std::size_t most) const {
  SqlText sql(dialect_);
  const std::string own = sql.bind(organization_);
  // Nobody's spaces are one null, which leads nowhere. Rows are made as they are asked for, so that the limit
  // ends the recursion.
  std::string text = fmt::format(
      "with recursive reached(node) as (select cast({} as bigint) union {}) select node from reached"
      " where node is not null limit {}",
      node.code(), recursion(dialect_, own), most);
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query EdgeQueries::ties(const std::vector<Node>& nodes) const {
  SqlText sql(dialect_);
  sql::Ids codes;
  for (const Node& node : nodes) codes.values.push_back(node.code());
  // Upwards: things come of few others, but very many can come of one.
  const std::string parents = neighbours_text(sql, Direction::kUp, nodes, organization_, through_);
  std::string text =
      fmt::format("select distinct n.there, n.here from ({}) n where n.there in_ids({}) limit {}", parents,
                  sql.bind(std::move(codes)), kMostTies + 1);
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query EdgeQueries::derivations(const std::vector<Node>& nodes) const {
  SqlText sql(dialect_);
  Bound bound(sql, nodes);
  Union own;
  for (const Place& place : own_places()) {
    const std::string ids = bound.of(place.kind);
    if (ids.empty()) continue;
    own.add(
        fmt::format("select c.{} as space from {} c where c.id in_ids({})", place.space, place.table, ids));
  }
  // The primary parent is the first one that was declared, also where that is no container. All of a thing's
  // are numbered at once: to look for an earlier one of each would be quadratic.
  std::string text = fmt::format(
      "select e.id, s.node, {}, e.kind, e.value_relation, a.uuid, {},"
      " e.declared from ({}) s join (select t.*, row_number() over"
      " (partition by t.input_id order by t.rank, t.id) as declared from transformation t"
      " where t.role = 'DERIVATION' and t.input_id in ({})) e on e.output_id = s.space"
      " left join annotation a on a.id = e.annotation_id order by e.id limit {}",
      own_text("e.input_id"), crop_text("e.output_id"), spaces_text(bound),
      own.text().empty() ? "0" : own.text(), kMostEdges + 1);
  return {std::move(text), std::move(sql.parameters)};
}

sql::Query EdgeQueries::links(const std::vector<Node>& nodes) const {
  SqlText sql(dialect_);
  Bound bound(sql, nodes);
  const std::string organization = sql.bind(organization_);
  std::string containers;
  for (const LinkedKind& kind : linked_kinds()) {
    if (!bound.has(Kind::kFile) || !bound.has(kind_of(kind))) continue;
    containers +=
        fmt::format("{}k.{} in_ids({})", containers.empty() ? "" : " or ", kind.link, bound.of(kind));
  }
  const std::string condition =
      containers.empty() ? "1 = 0"
                         : fmt::format("k.file_id in_ids({}) and ({})", bound.of(Kind::kFile), containers);
  std::string text = fmt::format(
      "select k.id, {}, {}, k.direction, k.value_relation, t.task_id from file_link k"
      " left join task t on t.id = k.created_through_id where {} order by k.id limit {}",
      linked_text(organization), file_text(organization), condition, kMostEdges + 1);
  return {std::move(text), std::move(sql.parameters)};
}

void add_hops(Hops& hops, const sql::Rows& rows) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    hops[node_of(rows.integer(row, 0))].push_back(node_of(rows.integer(row, 1)));
  }
}

std::set<Node> nodes_in(const sql::Rows& rows) {
  std::set<Node> nodes;
  for (std::size_t row = 0; row < rows.size(); ++row) nodes.insert(node_of(rows.integer(row, 0)));
  return nodes;
}

Degrees degrees_in(const sql::Rows& rows) {
  Degrees degrees;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    degrees[node_of(rows.integer(row, 0))] = static_cast<std::size_t>(rows.integer(row, 1));
  }
  return degrees;
}

std::vector<Tie> ties_in(const sql::Rows& rows) {
  if (rows.size() > kMostTies) {
    throw base::Error(base::code::kValidation,
                      "More than {} pairs of what was asked for were made from each other. Ask for less of"
                      " it: with fewer levels, or with a smaller `limit` or `fanout`.",
                      kMostTies);
  }
  std::vector<Tie> ties;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ties.push_back({node_of(rows.integer(row, 0)), node_of(rows.integer(row, 1))});
  }
  return ties;
}

std::vector<Edge> derivations_in(const sql::Rows& rows) {
  std::vector<Edge> edges;
  for (std::size_t row = 0; row < std::min(rows.size(), kMostEdges); ++row) {
    Edge& edge = edges.emplace_back();
    edge.id = rows.integer(row, 0);
    edge.tie = {node_of(rows.integer(row, 1)), node_of(rows.integer(row, 2))};
    edge.transformation_kind = sql::optional_text(rows, row, 3);
    edge.value_relation = sql::optional_text(rows, row, 4);
    edge.annotation = sql::optional_text(rows, row, 5);
    if (!rows.is_null(row, 6)) edge.crop = rows.integer(row, 6);
    edge.is_primary = rows.integer(row, 7) == 1;
  }
  return edges;
}

std::vector<Edge> links_in(const sql::Rows& rows) {
  std::vector<Edge> edges;
  for (std::size_t row = 0; row < std::min(rows.size(), kMostEdges); ++row) {
    // Of another organization, which no link leads to.
    if (rows.is_null(row, 1) || rows.is_null(row, 2)) continue;
    Edge& edge = edges.emplace_back();
    const bool is_export = rows.text(row, 3) == "RENDITION";
    const Node container = node_of(rows.integer(row, 1));
    const Node file = node_of(rows.integer(row, 2));
    edge.kind = is_export ? LineageEdgeKind::kExport : LineageEdgeKind::kIngest;
    edge.id = rows.integer(row, 0);
    edge.tie = is_export ? Tie{container, file} : Tie{file, container};
    edge.value_relation = sql::optional_text(rows, row, 4);
    edge.task = sql::optional_text(rows, row, 5);
  }
  return edges;
}

}  // namespace mikro::lineage
