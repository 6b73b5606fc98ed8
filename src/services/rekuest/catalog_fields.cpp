#include "services/rekuest/catalog_fields.h"

#include <fmt/format.h>

#include <unordered_map>

#include "services/rekuest/assign.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/action.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/dependency.h"
#include "services/rekuest/schema/implementation.h"
#include "services/rekuest/schema/memory.h"
#include "services/rekuest/schema/state.h"
#include "services/rekuest/schema/task.h"
#include "services/rekuest/schema/task_event.h"

namespace rekuest {
namespace {

using base::Json;
using entity::Call;
using entity::Row;
using entity::RowLists;
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
void hook_url_secret(Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
  using schema::Agent;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool mine =
        rows[i].integer(Agent::kUser) == call.user && !rows[i].is_null(Agent::kStoredHookSecret);
    if (mine) out.set(i, Cell::string(rows[i].text(Agent::kStoredHookSecret)));
  }
}

void argument(Call& call, std::span<const Row> rows, const schema::TaskArgArguments& in,
              graphql::FieldOutput& out) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.set(i, Cell::of(call.keep(Json::parse(rows[i].text(schema::Task::kArgs))[in.key])));
  }
}

/// The two columns of `found`, gathered for each of `rows` by its id.
RowLists by_row(std::span<const Row> rows, const sql::Rows& found) {
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> lists;
  for (std::size_t row = 0; row < found.size(); ++row)
    lists[found.integer(row, 0)].push_back(found.integer(row, 1));
  RowLists answer;
  for (const Row& row : rows) answer.push_back(std::move(lists[row.id()]));
  return answer;
}

sql::Ids ids_of(std::span<const Row> rows) {
  sql::Ids ids;
  for (const Row& row : rows) ids.values.push_back(row.id());
  return ids;
}

RowLists implementation_at(Call& call, std::span<const Row> rows,
                           const schema::AgentImplementationArguments& in) {
  return by_row(rows, call.reader->query("select agent_id, id from implementation where agent_id in_ids($1)"
                                         " and interface = $2",
                                         {ids_of(rows), in.interface}));
}

RowLists tests(Call& call, std::span<const Row> rows) {
  return by_row(
      rows, call.reader->query("select i.id, t.id from implementation i"
                               " join action_test l on l.target_id = i.action_id"
                               " join implementation t on t.action_id = l.test_id and t.agent_id = i.agent_id"
                               " where i.id in_ids($1) order by t.id",
                               {ids_of(rows)}));
}

std::vector<Json> json_patches(Call&, std::span<const Row> rows) {
  using schema::Patch;
  std::vector<Json> patches;
  for (const Row& row : rows) {
    patches.push_back(Json::object({{"op", row.text(Patch::kOp)},
                                    {"path", row.text(Patch::kPath)},
                                    {"value", Json::parse(row.text(Patch::kValue))}}));
  }
  return patches;
}

}  // namespace

void add_catalog_fields(entity::Registry& registry) {
  registry.on(schema::Agent::kName, of_row("coalesce({0}.user_name, {0}.declared_name)"));
  registry.on(schema::Agent::kActive, is_active);
  registry.on(schema::Agent::kPinned, is_pinned);
  registry.on(schema::Agent::kDevice,
              of_row("(select c.device_id from client c where c.id = {0}.client_id)"));
  registry.on(schema::Action::kLiveImplementations, live_implementations);
  registry.on(schema::Action::kAssignable, is_assignable);
  registry.on(schema::Action::kLatestTask,
              of_row("(select x.id from task x where x.action_id = {0}.id and x.is_done = 1"
                     " order by x.created_at desc, x.id desc limit 1)"));
  registry.on(
      schema::Implementation::kName,
      of_row(
          "(select {0}.interface || '@' || coalesce(g.user_name, g.declared_name) from agent g where g.id = "
          "{0}.agent_id)"));
  registry.on(schema::Implementation::kMyLatestTask, my_latest_task);
  registry.on(schema::Dependency::kSingular,
              of_row("(case when {0}.max_viable_instances = 1 then 1 else 0 end)"));
  registry.on(schema::MemoryDrawer::kLabel, of_row("coalesce({0}.label, {0}.resource_id)"));
  registry.on(schema::Patch::kGlobalCurrentRevision, of_row("({0}.global_rev - 1)"));
  registry.on(schema::Patch::kSessionId,
              of_row("(select s.session_id from session s where s.id = {0}.session_id)"));
  registry.on(schema::Snapshot::kSessionId,
              of_row("(select s.session_id from session s where s.id = {0}.session_id)"));
  registry.on(schema::TaskEvent::kReference,
              of_row("(select x.reference from task x where x.id = {0}.task_id)"));

  registry.on(schema::Agent::kHookUrlSecret, hook_url_secret);
  registry.on(schema::Task::kArg, argument);
  registry.on(schema::Agent::kImplementation, implementation_at);
  registry.on(schema::Implementation::kTests, tests);
  registry.on(schema::Patch::kPatch, json_patches);
}

}  // namespace rekuest
