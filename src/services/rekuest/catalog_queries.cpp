#include <fmt/format.h>

#include "base/error.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/matching.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::SqlText;
namespace code = base::code;

bool has(const Json& arguments, std::string_view name) { return !arguments[name].is_null(); }

std::int64_t id_of(const Json& arguments, std::string_view name) {
  const auto id = entity::row_id(arguments[name].as_string());
  if (!id) throw Error(code::kNotFound, "No {} with the id {}.", name, arguments[name].as_string());
  return *id;
}

/// A statement under way: its placeholders come from `sql`.
sql::Rows run(Call& call, std::string text, SqlText& sql) {
  return call.reader->query(text, std::move(sql.parameters));
}

Json one(const sql::Rows& rows, std::string_view what) {
  if (rows.empty()) throw Error(code::kNotFound, "No {} fits.", what);
  return Json(rows.integer(0, 0));
}

Json list(const sql::Rows& rows) {
  Json ids = Json::array();
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

Json action(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  const std::string organization = sql.bind(call.organization);
  const auto find = [&](const std::string& condition, const std::string& order = "a.id") {
    return one(
        run(call,
            fmt::format("select a.id from action a where a.organization_id = {} and {} order by {} limit 1",
                        organization, condition, order),
            sql),
        "action");
  };
  const auto implemented = [](const std::string& condition) {
    return fmt::format("a.id in (select i.action_id from implementation i where {})", condition);
  };
  if (has(arguments, "task")) {
    return find(fmt::format("a.id = (select x.action_id from task x where x.id = {})",
                            sql.bind(id_of(arguments, "task"))));
  }
  if (has(arguments, "implementation")) {
    return find(implemented("i.id = " + sql.bind(id_of(arguments, "implementation"))));
  }
  if (has(arguments, "hash")) {
    const std::string same = "a.hash = " + sql.bind(arguments["hash"].as_string());
    // Several apps may define the same action: one that can be called is better.
    const std::string available = available_condition("g", sql.bind(call.now - kStaleMicros));
    return find(
        same, fmt::format("case when exists (select 1 from implementation i join agent g on g.id = i.agent_id"
                          " where i.action_id = a.id and {}) then 0 else 1 end, a.id",
                          available));
  }
  if (has(arguments, "matching")) return find(action_demand_condition(sql, "a", arguments["matching"]));
  if (has(arguments, "agent")) {
    if (!has(arguments, "interface"))
      throw Error(code::kValidation, "`agent` needs an `interface` to find an action by.");
    return find(
        implemented(fmt::format("i.agent_id = {} and i.interface = {}", sql.bind(id_of(arguments, "agent")),
                                sql.bind(arguments["interface"].as_string()))));
  }
  if (has(arguments, "id")) return find("a.id = " + sql.bind(id_of(arguments, "id")));
  throw Error(
      code::kValidation,
      "Say which action: by `id`, `hash`, `matching`, `implementation`, `task`, or `agent` and `interface`.");
}

Json agent(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  std::string text = "select g.id from agent g where g.organization_id = " + sql.bind(call.organization);
  if (has(arguments, "id")) {
    return one(run(call, text + " and g.id = " + sql.bind(id_of(arguments, "id")), sql), "agent");
  }
  if (!has(arguments, "app")) throw Error(code::kValidation, "Say which agent: by `id` or by `app`.");
  text += fmt::format(" and exists (select 1 from app p where p.id = g.app_id and p.identifier = {})",
                      sql.bind(arguments["app"].as_string()));
  if (has(arguments, "version")) {
    text += fmt::format(" and exists (select 1 from release r where r.id = g.release_id and r.version = {})",
                        sql.bind(arguments["version"].as_string()));
  }
  if (has(arguments, "deviceId")) {
    text += fmt::format(
        " and exists (select 1 from client c join device d on d.id = c.device_id where c.id = g.client_id"
        " and d.device_id = {})",
        sql.bind(arguments["deviceId"].as_string()));
  }
  const sql::Rows rows = run(call, text + " limit 2", sql);
  if (rows.size() > 1) {
    throw Error(code::kValidation, "Several agents run {}. Ask for one by its `id`.",
                arguments["app"].as_string());
  }
  return one(rows, "agent");
}

/// An implementation of one agent, chosen by `condition` over `i` and its
/// action `a`.
Json implementation_where(Call& call, SqlText& sql, const std::string& agent_condition,
                          const std::string& condition) {
  return one(run(call,
                 fmt::format("select i.id from implementation i join action a on a.id = i.action_id"
                             " join agent g on g.id = i.agent_id where g.organization_id = {} and {} and {}"
                             " order by i.id limit 1",
                             sql.bind(call.organization), agent_condition, condition),
                 sql),
             "implementation");
}

Json my_implementation_at(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  const std::string mine =
      fmt::format("g.client_id = {} and g.user_id = {}", sql.bind(call.client), sql.bind(call.user));
  if (has(arguments, "actionId")) {
    return implementation_where(call, sql, mine, "a.id = " + sql.bind(id_of(arguments, "actionId")));
  }
  if (has(arguments, "interface")) {
    return implementation_where(call, sql, mine,
                                "i.interface = " + sql.bind(arguments["interface"].as_string()));
  }
  throw Error(code::kValidation, "Say which implementation: by `actionId` or by `interface`.");
}

Json implementation_at(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  const std::string agent_is = "g.id = " + sql.bind(id_of(arguments, "agent"));
  if (has(arguments, "actionHash")) {
    return implementation_where(call, sql, agent_is,
                                "a.hash = " + sql.bind(arguments["actionHash"].as_string()));
  }
  if (has(arguments, "demand")) {
    return implementation_where(call, sql, agent_is, action_demand_condition(sql, "a", arguments["demand"]));
  }
  if (has(arguments, "interface")) {
    return implementation_where(call, sql, agent_is,
                                "i.interface = " + sql.bind(arguments["interface"].as_string()));
  }
  throw Error(code::kValidation, "Say which implementation: by `actionHash`, `demand` or `interface`.");
}

Json state_for(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  const std::string text = fmt::format(
      "select s.id from state s join agent g on g.id = s.agent_id where g.organization_id = {} and g.id = {}",
      sql.bind(call.organization), sql.bind(id_of(arguments, "agent")));
  Json demand = arguments["demand"];
  if (demand.is_null() && has(arguments, "stateHash"))
    demand = Json::object({{"hash", arguments["stateHash"]}});
  if (demand.is_null()) throw Error(code::kValidation, "Say which state: by `demand` or by `stateHash`.");
  return one(
      run(call, text + " and " + state_demand_condition(sql, "s", demand) + " order by s.id limit 1", sql),
      "state");
}

Json resolved_implementations(Call& call, const Json& arguments) {
  SqlText sql(call.database->dialect());
  std::string text = fmt::format(
      "select distinct d.implementation_id from resolved_dependency d join resolution r on r.id = "
      "d.resolution_id"
      " join dependency k on k.id = d.dependency_id where r.organization_id = {} and r.id = {}",
      sql.bind(call.organization), sql.bind(id_of(arguments, "resolution")));
  if (has(arguments, "dependencyKey"))
    text += " and k.key = " + sql.bind(arguments["dependencyKey"].as_string());
  if (has(arguments, "methodKey")) text += " and d.key = " + sql.bind(arguments["methodKey"].as_string());
  return list(run(call, text + " order by 1", sql));
}

Json my_tasks(Call& call, const Json&) {
  return list(call.reader->query(
      "select x.id from task x join caller c on c.id = x.caller_id where c.client_id = $1 and c.user_id = $2"
      " and c.organization_id = $3 and x.root_id is null and x.finished_at is null order by x.id desc",
      {call.client, call.user, call.organization}));
}

Json reusable_task(Call& call, const Json& arguments) {
  const sql::Rows rows = call.reader->query(
      "select x.id from task x join action a on a.id = x.action_id where x.organization_id = $1 and a.hash = "
      "$2"
      " and a.pure = 1 and x.args_hash = $3 and x.is_done = 1 and x.latest_event_kind = 'COMPLETED'"
      " order by x.finished_at desc, x.id desc limit 1",
      {call.organization, arguments["actionHash"].as_string(), arguments_hash(arguments["args"])});
  return rows.empty() ? Json() : Json(rows.integer(0, 0));
}

/// A list that would be wrong if it were derived from its type alone.
entity::Answer not_built(std::string name) {
  return [name = std::move(name)](Call&, const Json&) -> Json {
    throw Error(code::kNotImplemented, "`{}` is not built yet.", name);
  };
}

}  // namespace

void add_catalog_queries(entity::Registry& registry) {
  auto& answers = registry.answers;
  answers["Query.action"] = action;
  answers["Query.agent"] = agent;
  answers["Query.myImplementationAt"] = my_implementation_at;
  answers["Query.implementationAt"] = implementation_at;
  answers["Query.stateFor"] = state_for;
  answers["Query.resolvedImplementations"] = resolved_implementations;
  answers["Query.myTasks"] = my_tasks;
  answers["Query.reusableTaskFor"] = reusable_task;
  answers["Query.similarActions"] = [](Call&, const Json&) { return Json::array(); };
  for (const char* name : {"clients", "stateAtGlobalRev", "forwardEventsAfterRev",
                           "patchEventsBetweenGlobalRevs", "snapshotsAroundRev"}) {
    answers[std::string("Query.") + name] = not_built(name);
  }
}

}  // namespace rekuest
