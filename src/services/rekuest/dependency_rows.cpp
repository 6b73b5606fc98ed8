#include "services/rekuest/dependency_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "services/rekuest/matching.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/target.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Json;
using entity::SqlText;

// Demands are kept as agents declare them, and decoded as callers send them.
Json in_camel_case(const Json& demand) {
  if (demand.is_array()) {
    Json list = Json::array();
    for (const Json& item : demand.items()) list.push_back(in_camel_case(item));
    return list;
  }
  if (!demand.is_object()) return demand;
  Json object = Json::object();
  for (const auto& [name, value] : demand.members()) {
    object.set(base::camel_case(name), name == "value" ? value : in_camel_case(value));
  }
  return object;
}

template <class Demand>
Demand demand_of(const Json& slot) {
  const Json& declared = slot["demand"];
  return declared.is_null() ? Demand() : entity::decode<Demand>(in_camel_case(declared));
}

// A slot that does not say which action it wants is named like it.
schema::ActionDemandInput action_demand(const Json& slot) {
  auto demand = demand_of<schema::ActionDemandInput>(slot);
  if (!demand.key) demand.key = slot["key"].as_string();
  return demand;
}

schema::StateDemandInput state_demand(const Json& slot) {
  auto demand = demand_of<schema::StateDemandInput>(slot);
  if (!demand.key && !demand.hash && !demand.matches) demand.key = slot["key"].as_string();
  return demand;
}

DeclaredDependency declared_at(const sql::Rows& rows, std::size_t row) {
  DeclaredDependency one;
  one.id = rows.integer(row, 1);
  one.key = rows.text(row, 2);
  one.optional = rows.integer(row, 3) != 0;
  one.auto_resolvable = rows.integer(row, 4) != 0;
  one.actions = Json::parse(rows.text(row, 5));
  one.states = Json::parse(rows.text(row, 6));
  one.app = sql::optional_text(rows, row, 7);
  one.version = sql::optional_text(rows, row, 8);
  one.least =
      static_cast<std::size_t>(std::max<std::int64_t>(0, sql::optional_integer(rows, row, 9).value_or(0)));
  if (const auto most = sql::optional_integer(rows, row, 10)) {
    one.most = static_cast<std::size_t>(std::max<std::int64_t>(0, *most));
  }
  const Json exclusive = sql::parsed_or_null(sql::optional_text(rows, row, 11));
  if (exclusive.is_array()) {
    for (const Json& key : exclusive.items()) one.exclusive.push_back(key.as_string());
  }
  return one;
}

DependencyRows::ByAgent by_agent(const sql::Rows& rows) {
  DependencyRows::ByAgent first;
  for (std::size_t row = 0; row < rows.size(); ++row)
    first.emplace(rows.integer(row, 0), rows.integer(row, 1));
  return first;
}

}  // namespace

void DependencyRows::load(const std::vector<std::int64_t>& implementations) {
  sql::Ids unknown;
  for (const std::int64_t id : implementations) {
    if (declared_.try_emplace(id).second) unknown.values.push_back(id);
  }
  if (unknown.values.empty()) return;
  const sql::Rows rows = reader_.query(
      "select implementation_id, id, key, optional, auto_resolvable, action_dependencies, state_dependencies,"
      " app_filter, version_filter, min_viable_instances, max_viable_instances, mutually_exclusive_keys"
      " from dependency where implementation_id in_ids($1) order by id",
      {std::move(unknown)});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    declared_[rows.integer(row, 0)].push_back(declared_at(rows, row));
  }
}

const std::vector<DeclaredDependency>& DependencyRows::of(std::int64_t implementation) {
  load({implementation});
  return declared_.at(implementation);
}

const std::vector<std::int64_t>& DependencyRows::agents_of(const std::optional<std::string>& app,
                                                           const std::optional<std::string>& version) {
  const auto [found, is_new] = agents_.try_emplace({app, version});
  if (!is_new) return found->second;
  SqlText sql(reader_.dialect());
  std::string text =
      fmt::format("select g.id from agent g where g.organization_id = {} and {}", sql.bind(organization_),
                  available_condition("g", sql.bind(now_ - kStaleMicros)));
  if (app) {
    text += fmt::format(" and exists (select 1 from app p where p.id = g.app_id and p.identifier = {})",
                        sql.bind(*app));
  }
  if (version) {
    text += fmt::format(" and exists (select 1 from release r where r.id = g.release_id and r.version = {})",
                        sql.bind(*version));
  }
  const sql::Rows rows =
      reader_.query(text + " order by " + busy_expression("g") + ", g.id", std::move(sql.parameters));
  for (std::size_t row = 0; row < rows.size(); ++row) found->second.push_back(rows.integer(row, 0));
  return found->second;
}

std::set<std::int64_t> DependencyRows::available(const std::vector<std::int64_t>& agents) {
  const sql::Rows rows =
      reader_.query("select g.id from agent g where g.organization_id = $1 and g.id in_ids($3) and " +
                        available_condition("g", "$2"),
                    {organization_, now_ - kStaleMicros, sql::Ids{agents}});
  std::set<std::int64_t> found;
  for (std::size_t row = 0; row < rows.size(); ++row) found.insert(rows.integer(row, 0));
  return found;
}

const DependencyRows::ByAgent& DependencyRows::actions_for(const Json& slot) {
  const auto [found, is_new] = actions_.try_emplace(slot.dump());
  if (!is_new) return found->second;
  SqlText sql(reader_.dialect());
  const std::string text = fmt::format(
      "select i.agent_id, i.id from implementation i join action a on a.id = i.action_id"
      " join agent g on g.id = i.agent_id where g.organization_id = {} and {} and {} order by i.id",
      sql.bind(organization_), available_condition("g", sql.bind(now_ - kStaleMicros)),
      action_demand_condition(sql, "a", action_demand(slot)));
  return found->second = by_agent(reader_.query(text, std::move(sql.parameters)));
}

const DependencyRows::ByAgent& DependencyRows::states_for(const Json& slot) {
  const auto [found, is_new] = states_.try_emplace(slot.dump());
  if (!is_new) return found->second;
  SqlText sql(reader_.dialect());
  const std::string text = fmt::format(
      "select s.agent_id, s.id from state s join agent g on g.id = s.agent_id"
      " where g.organization_id = {} and {} order by s.id",
      sql.bind(organization_), state_demand_condition(sql, "s", state_demand(slot)));
  return found->second = by_agent(reader_.query(text, std::move(sql.parameters)));
}

}  // namespace rekuest
