#include "services/mikro/lineage/lineage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/error.h"
#include "services/mikro/lineage/edge_rows.h"
#include "services/mikro/lineage/node_rows.h"
#include "services/mikro/lineage/walk.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/lineage.h"

namespace mikro::lineage {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::int64_t kDeepest = 50;
constexpr std::int64_t kWidest = 500;
constexpr std::int64_t kMostNodes = 2'000;
constexpr std::size_t kMostStarts = 200;

void check_range(std::string_view argument, std::int64_t given, std::int64_t least, std::int64_t most) {
  if (given >= least && given <= most) return;
  throw Error(code::kValidation, "`{}` is {}; give a number from {} to {}.", argument, given, least, most);
}

/// What lies beside and beyond the nodes that a walk found.
struct Surroundings {
  NodeRows rows;
  std::vector<Tie> ties;
  Degrees up, down;
  std::vector<Edge> edges;
  bool are_edges_cut = false;
};

enum class Wanted { kBelow, kAll };

// For what lies below, the parents beside it and the edges one by one are not asked for.
Surroundings look_around(sql::Reader& reader, std::int64_t organization, const EdgeQueries& statements,
                         const std::vector<Node>& nodes, Wanted wanted) {
  std::vector<sql::Query> queries{rows_query(reader.dialect(), organization, nodes), statements.ties(nodes),
                                  statements.degrees(Direction::kDown, nodes)};
  if (wanted == Wanted::kAll) {
    queries.push_back(statements.degrees(Direction::kUp, nodes));
    queries.push_back(statements.derivations(nodes));
    queries.push_back(statements.links(nodes));
  }
  std::vector<sql::Reader::Result> results = reader.batch(queries);
  Surroundings around;
  around.rows = rows_in(results[0].get());
  around.ties = ties_in(results[1].get());
  around.down = degrees_in(results[2].get());
  if (wanted == Wanted::kBelow) return around;
  around.up = degrees_in(results[3].get());
  around.edges = derivations_in(results[4].get());
  for (Edge& link : links_in(results[5].get())) around.edges.push_back(std::move(link));
  around.are_edges_cut = are_cut(results[4].get()) || are_cut(results[5].get());
  const std::set<Node> among(nodes.begin(), nodes.end());
  std::erase_if(around.edges, [&](const Edge& edge) {
    return edge.tie.parent == edge.tie.child || !among.contains(edge.tie.parent) ||
           !among.contains(edge.tie.child);
  });
  return around;
}

// One round trip a level.
void walk_all(sql::Reader& reader, const EdgeQueries& statements, Walk& walk, std::size_t fanout) {
  while (!walk.is_over()) {
    const sql::Query queries[] = {
        statements.hops(Direction::kUp, walk.wanted(Direction::kUp), fanout),
        statements.hops(Direction::kDown, walk.wanted(Direction::kDown), fanout),
    };
    std::vector<sql::Reader::Result> results = reader.batch(queries);
    Hops up, down;
    add_hops(up, results[0].get());
    add_hops(down, results[1].get());
    walk.go_on(up, down);
  }
}

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

// --- lineage ------------------------------------------------------------------

Node root_of(Call& call, sql::Reader& reader, const schema::LineageRootInput& in) {
  const DataKind& kind = data_kind(in.kind);
  const std::int64_t id = in.id.row(kind.noun);
  if (!kind.is_served()) throw Error(code::kNotFound, "No {} with the id {}.", kind.noun, id);
  expect_row(reader, call, kind.table, id, kind.noun);
  return {in.kind, id};
}

Json edge_json(const Edge& edge, const NodeRows& rows, const std::map<Node, NodeParts>& parts) {
  const std::string_view kind = entity::text_of(edge.kind);
  Json lens;
  if (edge.crop) {
    lens = *edge.crop;
  } else if (const auto parent = parts.find(edge.tie.parent); parent != parts.end()) {
    if (parent->second.whole_lens) lens = *parent->second.whole_lens;
  }
  const auto child = rows.find(edge.tie.child);
  const bool is_by_child = !edge.task && child != rows.end();
  return Json::object({{"key", fmt::format("{}:{}", kind, edge.id)},
                       {"kind", kind},
                       {"source", edge.tie.parent.key()},
                       {"target", edge.tie.child.key()},
                       {"task_id", text_or_null(is_by_child ? child->second.task : edge.task)},
                       {"transformation_kind", text_or_null(edge.transformation_kind)},
                       {"value_relation", text_or_null(edge.value_relation)},
                       {"annotation_id", text_or_null(edge.annotation)},
                       {"primary", edge.is_primary},
                       {"source_lens", std::move(lens)}});
}

Json node_json(const Node& node, std::int64_t depth, const NodeRow& row, NodeParts&& parts) {
  return Json::object({{"key", node.key()},
                       {"kind", entity::text_of(node.kind)},
                       {"id", node.id},
                       {"name", row.name},
                       {"depth", depth},
                       {"created_at", row.created_at},
                       {"task_id", text_or_null(row.task)},
                       {"lenses", std::move(parts.lenses)},
                       {"lens_count", parts.lens_count},
                       {"axes", std::move(parts.axes)},
                       {"dtype", text_or_null(parts.dtype)},
                       {"levels", parts.levels}});
}

Json lineage(Call& call, const schema::LineageArguments& in) {
  check_range("up", in.up, 0, kDeepest);
  check_range("down", in.down, 0, kDeepest);
  check_range("limit", in.limit, 1, kMostNodes);
  check_range("fanout", in.fanout, 1, kWidest);
  const auto fanout = static_cast<std::size_t>(in.fanout);
  Json answer = Json::object();
  call.read([&](sql::Reader& reader) {
    const Node root = root_of(call, reader, in.start);
    const EdgeQueries statements(reader.dialect(), call.organization, Through::kDerivationsAndFiles);
    Walk walk({{root, Direction::kUp, in.up}, {root, Direction::kDown, in.down}},
              static_cast<std::size_t>(in.limit) - 1, fanout);
    walk_all(reader, statements, walk, fanout);
    const auto reached = merged(root, walk.reached(0), walk.reached(1));
    std::vector<Node> nodes;
    for (const auto& [node, depth] : reached) nodes.push_back(node);
    const Surroundings around = look_around(reader, call.organization, statements, nodes, Wanted::kAll);
    std::set<std::int64_t> crops;
    for (const Edge& edge : around.edges) {
      if (edge.crop) crops.insert(*edge.crop);
    }
    std::map<Node, NodeParts> parts = read_parts(reader, nodes, crops);
    const std::set<Node> among(nodes.begin(), nodes.end());
    const std::set<Node> more_up = with_more(among, neighbours(Direction::kUp, around.ties), around.up);
    const std::set<Node> more_down = with_more(among, neighbours(Direction::kDown, around.ties), around.down);
    Json edges = Json::array();
    for (const Edge& edge : around.edges) edges.push_back(edge_json(edge, around.rows, parts));
    Json list = Json::array();
    for (const auto& [node, depth] : reached) {
      Json one = node_json(node, depth, around.rows.at(node), std::move(parts[node]));
      one.set("has_more_up", more_up.contains(node));
      one.set("has_more_down", more_down.contains(node));
      list.push_back(std::move(one));
    }
    answer.set("root", root.key());
    answer.set("nodes", std::move(list));
    answer.set("edges", std::move(edges));
    answer.set("truncated", walk.is_truncated() || around.are_edges_cut);
  });
  return answer;
}

// --- descendants --------------------------------------------------------------

// Those that the organization has, each once, in the order in which they were named.
std::vector<Node> known_starts(sql::Reader& reader, const Call& call,
                               const std::vector<schema::LineageRootInput>& starts) {
  std::vector<Node> named;
  for (const schema::LineageRootInput& start : starts) {
    const auto id = start.id.row();
    if (id && data_kind(start.kind).is_served()) named.push_back({start.kind, *id});
  }
  const sql::Query query = rows_query(reader.dialect(), call.organization, named);
  const NodeRows rows = rows_in(reader.query(query.sql, query.parameters));
  std::set<Node> seen;
  std::erase_if(named, [&](const Node& node) { return !rows.contains(node) || !seen.insert(node).second; });
  return named;
}

Json descendants_json(const Node& root, const std::vector<Reached>& reached, const Surroundings& around,
                      const Neighbours& children) {
  std::set<Node> nodes{root};
  Json list = Json::array();
  for (const Reached& one : reached) {
    nodes.insert(one.node);
    list.push_back(Json::object({{"key", one.node.key()},
                                 {"kind", entity::text_of(one.node.kind)},
                                 {"id", one.node.id},
                                 {"name", around.rows.at(one.node).name},
                                 {"depth", one.depth},
                                 {"parent", one.parent.key()}}));
  }
  const bool has_more = !with_more(nodes, children, around.down).empty();
  return Json::object({{"root", root.key()}, {"nodes", std::move(list)}, {"more", has_more}});
}

Json descendants(Call& call, const schema::DescendantsArguments& in) {
  check_range("down", in.down, 0, kDeepest);
  check_range("limit", in.limit, 1, kMostNodes);
  check_range("fanout", in.fanout, 1, kWidest);
  if (in.starts.size() > kMostStarts) {
    throw Error(code::kValidation, "`starts` names {} roots; ask for {} at most and for the others after.",
                in.starts.size(), kMostStarts);
  }
  const auto fanout = static_cast<std::size_t>(in.fanout);
  Json answer = Json::array();
  call.read([&](sql::Reader& reader) {
    const std::vector<Node> roots = known_starts(reader, call, in.starts);
    const EdgeQueries statements(reader.dialect(), call.organization, Through::kDerivationsAndFiles);
    std::vector<Start> starts;
    for (const Node& root : roots) starts.push_back({root, Direction::kDown, in.down});
    Walk walk(std::move(starts), static_cast<std::size_t>(in.limit), fanout);
    walk_all(reader, statements, walk, fanout);
    std::set<Node> nodes(roots.begin(), roots.end());
    for (std::size_t i = 0; i < roots.size(); ++i) {
      for (const Reached& one : walk.reached(i)) nodes.insert(one.node);
    }
    const Surroundings around =
        look_around(reader, call.organization, statements, {nodes.begin(), nodes.end()}, Wanted::kBelow);
    const Neighbours children = neighbours(Direction::kDown, around.ties);
    for (std::size_t i = 0; i < roots.size(); ++i) {
      answer.push_back(descendants_json(roots[i], walk.reached(i), around, children));
    }
  });
  return answer;
}

}  // namespace

void add_lineage(entity::Registry& registry) {
  registry.on(schema::query::kLineage, lineage);
  registry.on(schema::query::kDescendants, descendants);
  add_lineage_graph(registry);
  add_roots(registry);
}

}  // namespace mikro::lineage
