#include "services/rekuest/catalog_fields.h"

#include <fmt/format.h>

#include <unordered_map>

#include "services/rekuest/assign.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

using base::Json;
using entity::Call;
using entity::Row;
using entity::SqlText;
using graphql::Cell;

/// An expression that depends on nothing but the row: `{0}` is its alias.
entity::Expression of_row(std::string text) {
  return [text = std::move(text)](SqlText&, const std::string& alias, const Call&) {
    return fmt::format(fmt::runtime(text), alias);
  };
}

std::string available(SqlText& sql, const std::string& agent, const Call& call) {
  return available_condition(agent, sql.bind(call.now - kStaleMicros));
}

std::string truth(const std::string& condition) {
  return fmt::format("(case when {} then 1 else 0 end)", condition);
}

std::string is_active(SqlText& sql, const std::string& agent, const Call& call) {
  return truth(
      fmt::format("{0}.connected = 1 and {0}.last_seen > {1}", agent, sql.bind(call.now - kStaleMicros)));
}

std::string is_pinned(SqlText& sql, const std::string& agent, const Call& call) {
  return truth(fmt::format("exists (select 1 from agent_pin p where p.agent_id = {}.id and p.user_id = {})",
                           agent, sql.bind(call.user)));
}

std::string live_implementations(SqlText& sql, const std::string& action, const Call& call) {
  return fmt::format(
      "(select count(distinct g.id) from implementation i join agent g on g.id = i.agent_id"
      " where i.action_id = {}.id and {})",
      action, available(sql, "g", call));
}

std::string is_assignable(SqlText& sql, const std::string& action, const Call& call) {
  return truth(
      fmt::format("exists (select 1 from implementation i join agent g on g.id = i.agent_id where "
                  "i.action_id = {}.id and {})",
                  action, available(sql, "g", call)));
}

std::string my_latest_task(SqlText& sql, const std::string& implementation, const Call& call) {
  return fmt::format(
      "(select x.id from task x join caller c on c.id = x.caller_id where x.implementation_id = {}.id"
      " and x.is_done = 1 and c.user_id = {} order by x.created_at desc, x.id desc limit 1)",
      implementation, sql.bind(call.user));
}

/// Only the person the agent acts for may see how it is called back.
void hook_url_secret(Call& call, std::span<const Row> rows, const Json&, graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool mine = rows[i].integer("user_id") == call.user && !rows[i].is_null("hook_url_secret");
    if (mine) out.set(i, Cell::string(rows[i].text("hook_url_secret")));
  }
}

void argument(Call& call, std::span<const Row> rows, const Json& arguments, graphql::FieldOutput& out) {
  const std::string& key = arguments["key"].as_string();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.set(i, Cell::of(call.keep(Json::parse(rows[i].text("args"))[key])));
  }
}

/// The two columns of `found`, gathered for each of `rows` by its id.
std::vector<std::vector<std::int64_t>> by_row(std::span<const Row> rows, const sql::Rows& found) {
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> lists;
  for (std::size_t row = 0; row < found.size(); ++row)
    lists[found.integer(row, 0)].push_back(found.integer(row, 1));
  std::vector<std::vector<std::int64_t>> answer;
  for (const Row& row : rows) answer.push_back(std::move(lists[row.id()]));
  return answer;
}

sql::Ids ids_of(std::span<const Row> rows) {
  sql::Ids ids;
  for (const Row& row : rows) ids.values.push_back(row.id());
  return ids;
}

std::vector<std::vector<std::int64_t>> implementation_at(Call& call, std::span<const Row> rows,
                                                         const Json& arguments) {
  return by_row(rows, call.reader->query("select agent_id, id from implementation where agent_id in_ids($1)"
                                         " and interface = $2",
                                         {ids_of(rows), arguments["interface"].as_string()}));
}

std::vector<std::vector<std::int64_t>> tests(Call& call, std::span<const Row> rows, const Json&) {
  return by_row(
      rows, call.reader->query("select i.id, t.id from implementation i"
                               " join action_test l on l.target_id = i.action_id"
                               " join implementation t on t.action_id = l.test_id and t.agent_id = i.agent_id"
                               " where i.id in_ids($1) order by t.id",
                               {ids_of(rows)}));
}

}  // namespace

void add_catalog_fields(entity::Registry& registry) {
  auto& sql = registry.expressions;
  sql["Agent.name"] = of_row("coalesce({0}.user_name, {0}.declared_name)");
  sql["Agent.active"] = is_active;
  sql["Agent.pinned"] = is_pinned;
  sql["Agent.device"] = of_row("(select c.device_id from client c where c.id = {0}.client_id)");
  sql["Action.liveImplementations"] = live_implementations;
  sql["Action.assignable"] = is_assignable;
  sql["Action.latestTask"] = of_row(
      "(select x.id from task x where x.action_id = {0}.id and x.is_done = 1"
      " order by x.created_at desc, x.id desc limit 1)");
  sql["Implementation.name"] = of_row(
      "(select {0}.interface || '@' || coalesce(g.user_name, g.declared_name) from agent g where g.id = "
      "{0}.agent_id)");
  sql["Implementation.myLatestTask"] = my_latest_task;
  sql["Dependency.singular"] = of_row("(case when {0}.max_viable_instances = 1 then 1 else 0 end)");
  sql["MemoryDrawer.label"] = of_row("coalesce({0}.label, {0}.resource_id)");
  sql["Patch.globalCurrentRevision"] = of_row("({0}.global_rev - 1)");
  sql["Patch.sessionId"] = of_row("(select s.session_id from session s where s.id = {0}.session_id)");
  sql["Snapshot.sessionId"] = of_row("(select s.session_id from session s where s.id = {0}.session_id)");
  sql["TaskEvent.reference"] = of_row("(select x.reference from task x where x.id = {0}.task_id)");

  registry.computed["Agent.hookUrlSecret"] = hook_url_secret;
  registry.computed["Task.arg"] = argument;
  registry.computed_ids["Agent.implementation"] = implementation_at;
  registry.computed_ids["Implementation.tests"] = tests;
}

}  // namespace rekuest
