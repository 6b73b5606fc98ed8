#include "services/rekuest/dependency_fields.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/dependencies.h"
#include "services/rekuest/resolution.h"
#include "services/rekuest/schema/task.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

// --- as the schema has them -------------------------------------------------

Json values_of(const Dependencies& dependencies);

Json value_of(const BoundAgent& mapped) {
  Json implementations = Json::array();
  for (const BoundAction& action : mapped.actions) {
    implementations.push_back(Json::object({{"key", action.slot},
                                            {"implementation", action.implementation},
                                            {"resolved_dependencies", values_of(action.dependencies)}}));
  }
  return Json::object({{"agent", mapped.agent},
                       {"agent_id", std::to_string(mapped.agent)},
                       {"mapped_implementations", std::move(implementations)}});
}

Json values_of(const Dependencies& dependencies) {
  Json values = Json::array();
  for (const BoundDependency& one : dependencies) {
    Json agents = Json::array();
    for (const BoundAgent& agent : one.agents) agents.push_back(value_of(agent));
    values.push_back(Json::object({{"key", one.key},
                                   {"dependency", one.id == 0 ? Json() : Json(one.id)},
                                   {"unmet", one.unmet ? Json(*one.unmet) : Json()},
                                   {"mapped_agents", std::move(agents)}}));
  }
  return values;
}

// --- of tasks ---------------------------------------------------------------

// What tasks keep names rows that may be gone since.
class KeptTrees {
 public:
  void add(std::int64_t implementation, const Json& kept) {
    implementations_.insert(implementation);
    for (const auto& [key, agents] : kept.members()) {
      for (const Json& agent : agents.items()) {
        agents_.insert(id_of(agent["agent"]));
        for (const auto& [slot, action] : agent["actions"].members()) {
          add(id_of(action["implementation"]), action["dependencies"]);
        }
      }
    }
  }

  void look_up(sql::Reader& reader) {
    agents_ = there(reader, "agent", agents_);
    const sql::Rows declared =
        reader.query("select implementation_id, key, id from dependency where implementation_id in_ids($1)",
                     {ids(implementations_)});
    for (std::size_t row = 0; row < declared.size(); ++row) {
      declared_[{declared.integer(row, 0), std::string(declared.text(row, 1))}] = declared.integer(row, 2);
    }
    implementations_ = there(reader, "implementation", implementations_);
  }

  Dependencies of(std::int64_t implementation, const Json& kept) const {
    Dependencies dependencies;
    for (const auto& [key, agents] : kept.members()) {
      const auto declared = declared_.find({implementation, key});
      BoundDependency& one = dependencies.emplace_back();
      one.id = declared == declared_.end() ? 0 : declared->second;
      one.key = key;
      for (const Json& agent : agents.items()) {
        if (!agents_.contains(id_of(agent["agent"]))) continue;
        one.agents.push_back({id_of(agent["agent"]), actions_of(agent["actions"])});
      }
    }
    return dependencies;
  }

 private:
  using Set = std::set<std::int64_t>;

  static std::int64_t id_of(const Json& text) { return entity::row_id(text.as_string()).value(); }
  static sql::Ids ids(const Set& set) { return sql::Ids{{set.begin(), set.end()}}; }

  static Set there(sql::Reader& reader, const std::string& table, const Set& wanted) {
    const sql::Rows rows = reader.query("select id from " + table + " where id in_ids($1)", {ids(wanted)});
    Set found;
    for (std::size_t row = 0; row < rows.size(); ++row) found.insert(rows.integer(row, 0));
    return found;
  }

  std::vector<BoundAction> actions_of(const Json& kept) const {
    std::vector<BoundAction> actions;
    for (const auto& [slot, action] : kept.members()) {
      const std::int64_t implementation = id_of(action["implementation"]);
      if (!implementations_.contains(implementation)) continue;
      actions.push_back({slot, implementation, of(implementation, action["dependencies"])});
    }
    return actions;
  }

  Set agents_, implementations_;
  std::map<std::pair<std::int64_t, std::string>, std::int64_t> declared_;
};

std::vector<Json> resolved_dependencies(Call& call, std::span<const entity::Row> rows) {
  using schema::Task;
  KeptTrees trees;
  std::vector<std::pair<std::int64_t, Json>> kept;
  for (const entity::Row& row : rows) {
    kept.emplace_back(row.is_null(Task::kImplementation) ? 0 : row.integer(Task::kImplementation),
                      Json::parse(row.text(Task::kDependencies)));
    trees.add(kept.back().first, kept.back().second);
  }
  trees.look_up(*call.reader);
  std::vector<Json> values;
  for (const auto& [implementation, dependencies] : kept) {
    values.push_back(values_of(trees.of(implementation, dependencies)));
  }
  return values;
}

// --- without a task ---------------------------------------------------------

std::int64_t implementation_of(sql::Reader& reader, std::int64_t organization, const entity::Id& id) {
  const std::int64_t row = id.row("implementation");
  const sql::Rows rows = reader.query(
      "select 1 from implementation i join agent g on g.id = i.agent_id where i.id = $1 and "
      "g.organization_id = $2",
      {row, organization});
  if (rows.empty()) throw Error(code::kNotFound, "No implementation with the id {}.", id.text);
  return row;
}

Json dependency_tree(Call& call, const schema::DependencyTreeInput& in) {
  const std::int64_t implementation = implementation_of(*call.reader, call.organization, in.implementation);
  const Dependencies tree = resolve_dependencies(*call.reader, call.organization, call.now, implementation,
                                                 in.dependencies.value_or(DependencyChoices()));
  return Json::object({{"dependencies", values_of(tree)}, {"satisfied", !why_unmet(tree)}});
}

void auto_resolve(Call& call, schema::AutoResolveInput in, entity::Done<std::int64_t> done) {
  auto made = std::make_shared<std::int64_t>(0);
  call.database->write_async(
      [made, in = std::move(in),
       resolution = NewResolution{call.organization, call.user, call.now, 0}](sql::Writer& writer) mutable {
        resolution.implementation = implementation_of(writer, resolution.organization, in.implementation);
        const Dependencies bound = resolve_dependencies(writer, resolution.organization, resolution.now,
                                                        resolution.implementation, {});
        if (const auto why = why_unmet(bound)) throw Error(code::kValidation, "{}", *why);
        *made = store_resolution(writer, resolution, bound);
      },
      [made, done = std::move(done)](std::exception_ptr error) { done(std::move(error), *made); });
}

}  // namespace

void add_dependency_fields(entity::Registry& registry) {
  registry.on(schema::Task::kResolvedDependencies, resolved_dependencies);
  registry.on(schema::query::kDependencyTree, dependency_tree);
  registry.on(schema::mutation::kAutoResolve, auto_resolve);
}

}  // namespace rekuest
