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

std::set<Node> component_of(sql::Reader& reader, const EdgeQueries& statements, const Node& root,
                            std::optional<std::int64_t> max_depth) {
  const auto deepest = static_cast<std::int64_t>(kMostNodes);
  Walk walk({{root, Direction::kDown, std::min(max_depth.value_or(deepest), deepest)}}, kMostNodes - 1,
            kMostNodes);
  while (!walk.is_over()) {
    const std::vector<Node> wanted = walk.wanted(Direction::kDown);
    const sql::Query queries[] = {statements.hops(Direction::kUp, wanted, kMostNodes),
                                  statements.hops(Direction::kDown, wanted, kMostNodes)};
    std::vector<sql::Reader::Result> results = reader.batch(queries);
    Hops hops;
    add_hops(hops, results[0].get());
    add_hops(hops, results[1].get());
    walk.go_on({}, hops);
    if (walk.is_truncated()) {
      throw Error(code::kValidation,
                  "More than {} datasets and collections hang together here. Give a `maxDepth`, or a smaller "
                  "one.",
                  kMostNodes);
    }
  }
  std::set<Node> nodes{root};
  for (const Reached& one : walk.reached(0)) nodes.insert(one.node);
  return nodes;
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
    if (are_cut(rows)) {
      throw Error(code::kValidation,
                  "More than {} edges lie between what hangs together here. Give a `maxDepth`, or a smaller "
                  "one.",
                  kMostEdges);
    }
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
