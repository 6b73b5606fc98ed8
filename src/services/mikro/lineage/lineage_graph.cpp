// The whole story that one piece of data is part of: derivations walked either way.
#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "services/mikro/lineage/edge_rows.h"
#include "services/mikro/lineage/lineage.h"
#include "services/mikro/lineage/walk.h"
#include "services/mikro/schema/lineage.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro::lineage {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

// The field has no limit of its own; this is far more than anybody can look at.
constexpr std::size_t kMostNodes = 5'000;
// A round trip a level, up to here.
constexpr std::int64_t kDeepest = 50;

[[noreturn]] void refuse(std::size_t most, std::string_view what) {
  throw Error(code::kValidation, "More than {} {} here. Give a `maxDepth`, or a smaller one: {} at most.",
              most, what, kDeepest);
}

std::set<Node> nodes_of(const Node& root, const Walk& walk) {
  if (walk.is_truncated()) refuse(kMostNodes, "datasets and collections hang together");
  std::set<Node> nodes{root};
  for (const Reached& one : walk.reached(0)) nodes.insert(one.node);
  return nodes;
}

std::set<Node> near_to(sql::Reader& reader, const EdgeQueries& statements, const Node& root,
                       std::int64_t depth) {
  Walk walk({{root, Direction::kDown, depth}}, kMostNodes - 1, kMostNodes);
  while (!walk.is_over()) {
    const std::vector<Node> wanted = walk.wanted(Direction::kDown);
    const sql::Query queries[] = {statements.hops(Direction::kUp, wanted, kMostNodes),
                                  statements.hops(Direction::kDown, wanted, kMostNodes)};
    std::vector<sql::Reader::Result> results = reader.batch(queries);
    Hops hops;
    add_hops(hops, results[0].get());
    add_hops(hops, results[1].get());
    walk.go_on({}, hops);
  }
  return nodes_of(root, walk);
}

std::set<Node> all_connected(sql::Reader& reader, const EdgeQueries& statements, const Node& root) {
  const sql::Query query = statements.connected(root, kMostNodes + 1);
  std::set<Node> nodes = nodes_in(reader.query(query.sql, query.parameters));
  if (nodes.size() > kMostNodes) refuse(kMostNodes, "datasets and collections hang together");
  return nodes;
}

// Everything is loaded, and then cut.
std::set<Node> far_from(sql::Reader& reader, const EdgeQueries& statements, const Node& root,
                        std::int64_t depth) {
  const std::set<Node> nodes = all_connected(reader, statements, root);
  const sql::Query query = statements.ties({nodes.begin(), nodes.end()});
  Hops hops;
  for (const Tie& tie : ties_in(reader.query(query.sql, query.parameters))) {
    hops[tie.parent].push_back(tie.child);
    hops[tie.child].push_back(tie.parent);
  }
  Walk walk({{root, Direction::kDown, depth}}, kMostNodes, kMostNodes);
  while (!walk.is_over()) walk.go_on({}, hops);
  return nodes_of(root, walk);
}

std::set<Node> component_of(sql::Reader& reader, const EdgeQueries& statements, const Node& root,
                            std::optional<std::int64_t> max_depth) {
  if (!max_depth) return all_connected(reader, statements, root);
  return *max_depth > kDeepest ? far_from(reader, statements, root, *max_depth)
                               : near_to(reader, statements, root, *max_depth);
}

Json lineage_graph(Call& call, const schema::LineageGraphArguments& in) {
  if (in.max_depth && *in.max_depth < 0) {
    throw Error(code::kValidation, "`maxDepth` is {}; give 0 or more, or null for everything.",
                *in.max_depth);
  }
  Json nodes = Json::array(), edges = Json::array();
  std::int64_t root = 0;
  call.read([&](sql::Reader& reader) {
    root = read_space(reader, call.organization, in.coordinate_system.row("coordinate system")).id;
    const auto owners = owners_of(reader, {{root}});
    const auto owner = owners.find(root);
    if (owner == owners.end()) return;
    const EdgeQueries statements(reader.dialect(), call.organization, Through::kDerivations);
    const Node start{kind_of(*kind_of_type(owner->second.type)), owner->second.id};
    const std::set<Node> found = component_of(reader, statements, start, in.max_depth);
    for (const Node& node : found) {
      nodes.push_back(Json::object({{"type", data_kind(node.kind).type}, {"id", node.id}}));
    }
    const sql::Query query = statements.derivations({found.begin(), found.end()});
    const sql::Rows rows = reader.query(query.sql, query.parameters);
    if (are_cut(rows)) refuse(kMostEdges, "edges lie between what hangs together");
    for (const Edge& edge : derivations_in(rows)) {
      if (found.contains(edge.tie.child)) edges.push_back(edge.id);
    }
  });
  return Json::object({{"root", root}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}});
}

}  // namespace

void add_lineage_graph(entity::Registry& registry) {
  registry.on(schema::query::kLineageGraph, lineage_graph);
}

}  // namespace mikro::lineage
