#include "services/mikro/plans/attribute_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "services/mikro/plans/chain.h"
#include "services/mikro/plans/landing.h"
#include "services/mikro/plans/library.h"
#include "services/mikro/plans/limit.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/attribute_plan.h"
#include "services/mikro/space/compose.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/search.h"
#include "services/mikro/spaces/edge_json.h"
#include "services/mikro/spaces/edge_rows.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::int64_t kMostJoins = 4;

void check(const schema::AttributePlansArguments& in) {
  if (in.max_join_depth < 0 || in.max_join_depth > kMostJoins) {
    throw Error(code::kValidation, "`maxJoinDepth` is {}; give a number from 0, the landing alone, to {}.",
                in.max_join_depth, kMostJoins);
  }
  if (in.max_depth && *in.max_depth < 0) {
    throw Error(code::kValidation, "`maxDepth` is {}; give 0 for what begins in the system itself, or more.",
                *in.max_depth);
  }
}

/// The way from the probed system to where a key begins.
struct Route {
  space::Path path;
  std::vector<std::string> known;  ///< the axes there that a point gets a coordinate for
};

/// All ways along facts that can be walked, by one walk, and of those that are asked for the ones that
/// compose.
class Routes {
 public:
  // No registrations were loaded, and no coordinate is fixed: a plan holds for every point.
  Routes(const space::Graph& graph, space::SpaceId from, std::optional<std::int64_t> most_steps)
      : graph_(graph), source_(graph.space(from)->axes), spread_(graph, from, placing()) {
    for (const space::Graph::Node node : spread_.reached()) {
      if (most_steps && static_cast<std::int64_t>(spread_.path(node)->size()) > *most_steps) break;
      spaces_.values.push_back(graph.spaces()[node].id);
    }
  }

  /// Where they lead.
  const sql::Ids& spaces() const { return spaces_; }

  /// How many steps the way to one of them has.
  std::size_t steps_to(space::SpaceId space) const { return spread_.path(*graph_.find(space))->size(); }

  /// nullptr if its numbers do not compose. `space` is one that ways lead to.
  const Route* to(space::SpaceId space) {
    const auto [found, is_new] = routes_.try_emplace(space);
    if (is_new) found->second = composed(*spread_.path(*graph_.find(space)));
    return found->second ? &*found->second : nullptr;
  }

 private:
  std::optional<Route> composed(space::Path path) const {
    try {
      space::Placement there = space::compose(source_, graph_.hops(path));
      for (const space::PlacementField& field : there.fields) there.output_axes.push_back(field.output_axis);
      return Route{std::move(path), std::move(there.output_axes)};
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  const space::Graph& graph_;
  std::span<const space::Axis> source_;
  const space::Spread spread_;
  sql::Ids spaces_;
  std::map<space::SpaceId, std::optional<Route>> routes_;
};

/// An edge that may be a key: one that reads an array and lands on a table.
struct KeyEdge {
  space::Edge edge;
  std::string root;  ///< the name of the system it begins in
  std::int64_t table = 0;
};

/// What would make fewer plans: where most of them begin, and how to ask for less.
std::string advice(const std::vector<KeyEdge>& keys, std::int64_t system,
                   const schema::AttributePlansArguments& in) {
  std::map<space::SpaceId, std::vector<const KeyEdge*>> by_root;
  for (const KeyEdge& key : keys) by_root[key.edge.input].push_back(&key);
  const auto most = std::max_element(by_root.begin(), by_root.end(), [](const auto& a, const auto& b) {
    return a.second.size() < b.second.size();
  });
  if (most == by_root.end()) return {};
  std::vector<std::string_view> smaller;
  if (in.max_join_depth > 0) smaller.emplace_back("`maxJoinDepth`");
  if (in.max_depth != 0 && most->first != system) smaller.emplace_back("`maxDepth`");
  return fmt::format("Most begin in '{}' (coordinate system {}), with {} keys or more to tables. {}",
                     most->second.front()->root, most->first, most->second.size(),
                     smaller.empty()
                         ? "Delete keys there, or tables, that nobody needs."
                         : fmt::format("Ask with a smaller {}, or delete keys there that nobody needs.",
                                       fmt::join(smaller, " or ")));
}

// One that holds at a single position holds for no point that nobody has named yet.
std::vector<KeyEdge> read_keys(sql::Reader& reader, const sql::Ids& roots, std::size_t most) {
  const sql::Rows rows = reader.query(
      fmt::format("select {}, root.name, t.id from transformation e"
                  " join table_dataset t on t.coordinate_system_id = e.output_id"
                  " join coordinate_system root on root.id = e.input_id"
                  " where e.input_id in_ids($1) and e.kind = 'BY_DIMENSION' and e.selector is null"
                  " and exists (select 1 from transformation_field f where f.transformation_id = e.id)"
                  " order by e.id limit $2",
                  edge_columns("e")),
      {roots, one_more_than(most)});
  std::vector<KeyEdge> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    keys.push_back({edge_of(rows, row), std::string(rows.text(row, rows.columns() - 2)),
                    rows.integer(row, rows.columns() - 1)});
  }
  return keys;
}

/// The arrays whose own positions are those of a space: level 0 of a grid, another level of its own.
std::map<space::SpaceId, std::int64_t> read_stores(sql::Reader& reader, const std::vector<KeyEdge>& keys) {
  sql::Ids fields;
  for (const KeyEdge& key : keys) {
    for (const space::Part& part : key.edge.transform.parts) {
      if (part.field) fields.values.push_back(part.field->system);
    }
  }
  const sql::Rows rows = reader.query(
      "select coordinate_system_id, store_id from data_array where coordinate_system_id in_ids($1)",
      {distinct(std::move(fields))});
  std::map<space::SpaceId, std::int64_t> stores;
  for (std::size_t row = 0; row < rows.size(); ++row) stores[rows.integer(row, 0)] = rows.integer(row, 1);
  return stores;
}

Json sample_json(const Landing& landing, std::int64_t store) {
  return Json::object({{"kind", "ARRAY"},
                       {"system", landing.field},
                       {"consumes", json_list(landing.consumes)},
                       {"produces", json_list(landing.produces)},
                       {"passthrough", json_list(landing.passthrough)},
                       {"store", store}});
}

Json table_lookup(const PlanHop& hop) {
  Json keys = Json::array();
  for (const KeyBinding& key : hop.keys) {
    keys.push_back(Json::object({{"axis", key.held}, {"column", key.column->id}}));
  }
  Json attributes = Json::array();
  for (const PlanColumn& column : hop.table->columns) {
    if (!column.axis) attributes.push_back(column.id);
  }
  return Json::object({{"kind", "TABLE"},
                       {"store", hop.table->store},
                       {"key_columns", std::move(keys)},
                       {"attributes", std::move(attributes)},
                       {"value_axes", Json::array()}});
}

Json array_lookup(const PlanHop& hop) {
  return Json::object(
      {{"kind", "ARRAY"},
       {"key_columns", Json::array()},
       {"attributes", Json::array()},
       {"key_axis", hop.array->axis},
       {"key_held", hop.via->name},
       {"value_axes", json_list(hop.array->other_axes)},
       {"key_map", Json::object({{"scale", hop.array->scale}, {"offset", hop.array->offset}})}});
}

// A value is held once until a matrix gives several, and there are none yet.
Json hop_json(const PlanHop& hop, std::size_t index) {
  Json json = Json::object({{"index", static_cast<std::int64_t>(index)}, {"cardinality", "ONE"}});
  if (hop.parent) json.set("parent", static_cast<std::int64_t>(*hop.parent));
  if (hop.via != nullptr) {
    Json via = Json::object({{"column", hop.via->id}});
    if (hop.array != nullptr) via.set("axis", hop.array->axis);
    json.set("via", std::move(via));
  }
  if (hop.table != nullptr) json.set("table", hop.table->id);
  if (hop.array != nullptr) json.set("array_dataset", hop.array->dataset);
  json.set("lookup", hop.table != nullptr ? table_lookup(hop) : array_lookup(hop));
  Json path = Json::array();
  for (const auto& [table, column] : hop.join_path) {
    path.push_back(Json::object({{"table", table->id}, {"column", column->id}}));
  }
  json.set("join_path", std::move(path));
  return json;
}

/// A plan without its chain.
struct Rooted {
  const KeyEdge* key = nullptr;
  const Route* route = nullptr;
  const PlanTable* table = nullptr;
  Landing landing;
  std::int64_t store = 0;

  // Nearest first.
  auto order() const { return std::tuple(route->path.size(), key->edge.id); }
};

std::vector<Rooted> rooted(const std::vector<KeyEdge>& keys, Routes& routes, const space::Graph& graph,
                           const std::map<space::SpaceId, std::int64_t>& stores, const Library& library,
                           PlanLimit& limit) {
  std::vector<Rooted> found;
  for (const KeyEdge& key : keys) {
    limit.count_way(routes.steps_to(key.edge.input));  // before it is composed, and copied into an answer
    const PlanTable* table = library.table(key.table);
    const Route* route = routes.to(key.edge.input);
    if (table == nullptr || route == nullptr) continue;
    auto landing = landing_on(*table, key.edge.transform, graph.space(key.edge.input)->axes, route->known);
    if (!landing) continue;
    const auto store = stores.find(landing->field);
    if (store == stores.end()) continue;  // a slice or a drawing: nothing stored has its positions
    found.push_back({&key, route, table, *std::move(landing), store->second});
  }
  std::sort(found.begin(), found.end(),
            [](const Rooted& a, const Rooted& b) { return a.order() < b.order(); });
  return found;
}

Json plans_json(const std::vector<Rooted>& plans, const Library& library, std::int64_t joins,
                PlanLimit& limit) {
  Json list = Json::array();
  for (const Rooted& plan : plans) {
    Json hops = Json::array();
    const std::vector<PlanHop> chain = chain_from(library, *plan.table, plan.landing.keys, joins, limit);
    for (std::size_t i = 0; i < chain.size(); ++i) hops.push_back(hop_json(chain[i], i));
    list.push_back(Json::object({{"edge", plan.key->edge.id},
                                 {"path", path_json(plan.route->path)},
                                 {"sample", sample_json(plan.landing, plan.store)},
                                 {"hops", std::move(hops)}}));
  }
  return list;
}

Json attribute_plans(Call& call, const schema::AttributePlansArguments& in) {
  check(in);
  const std::int64_t system = in.system.row("coordinate system");
  Json answer = Json::array();
  call.read([&](sql::Reader& reader) {
    const space::Graph graph = load_facts(reader, call.organization, {{system}});
    if (graph.space(system) == nullptr) {
      throw Error(code::kNotFound, "No coordinate system with the id {}.", in.system.text);
    }
    Routes routes(graph, system, in.max_depth);
    const PlanSizes most;
    const std::vector<KeyEdge> keys = read_keys(reader, routes.spaces(), most.hops);
    if (keys.empty()) return;
    PlanLimit limit(advice(keys, system, in), most);
    if (keys.size() > most.hops) limit.refuse();
    const auto stores = read_stores(reader, keys);
    sql::Ids tables;
    for (const KeyEdge& key : keys) tables.values.push_back(key.table);
    const Library library = read_library(reader, distinct(std::move(tables)), in.max_join_depth, limit);
    answer =
        plans_json(rooted(keys, routes, graph, stores, library, limit), library, in.max_join_depth, limit);
  });
  return answer;
}

}  // namespace

void add_attribute_plans(entity::Registry& registry) {
  registry.on(schema::query::kAttributePlans, attribute_plans);
}

}  // namespace mikro
