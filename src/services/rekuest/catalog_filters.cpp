#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/matching.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

using base::Json;
using entity::Call;
using entity::Predicate;
using entity::SqlText;

constexpr std::string_view kNothing = "0 = 1";

sql::Texts texts_of(const Json& list) {
  sql::Texts texts;
  for (const Json& item : list.items()) texts.values.push_back(item.as_string());
  return texts;
}

/// A condition with one parameter: `{0}` is the row, `{1}` the value.
Predicate with_text(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const Json& value,
                                            const Call&) {
    return fmt::format(fmt::runtime(condition), alias, sql.bind(value.as_string()));
  };
}
Predicate with_texts(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const Json& value,
                                            const Call&) {
    return fmt::format(fmt::runtime(condition), alias, sql.bind(texts_of(value)));
  };
}
/// An id that is none matches nothing.
Predicate with_id(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const Json& value,
                                            const Call&) {
    const auto id = entity::row_id(value.as_string());
    return id ? fmt::format(fmt::runtime(condition), alias, sql.bind(*id)) : std::string(kNothing);
  };
}
Predicate with_time(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const Json& value,
                                            const Call&) {
    return fmt::format(fmt::runtime(condition), alias,
                       sql.bind(entity::column_value(entity::Storage::kTime, value)));
  };
}
/// A condition that a flag asks for or against.
template <class Condition>
Predicate flag(Condition condition) {
  return [condition](SqlText& sql, const std::string& alias, const Json& value, const Call& call) {
    const std::string wanted = condition(sql, alias, call);
    return value.as_bool() ? wanted : fmt::format("not ({})", wanted);
  };
}
/// Case-insensitive substring of any of the expressions over `{0}`.
Predicate search_in(std::vector<std::string> expressions) {
  return [expressions = std::move(expressions)](SqlText& sql, const std::string& alias, const Json& value,
                                                const Call&) {
    std::vector<std::string> found;
    for (const std::string& expression : expressions) {
      found.push_back(
          entity::contains_folded(sql, fmt::format(fmt::runtime(expression), alias), value.as_string()));
    }
    if (found.empty() || found.front().empty()) return std::string();
    return fmt::format("({})", fmt::join(found, " or "));
  };
}

Predicate nothing_yet() {
  return [](SqlText&, const std::string&, const Json&, const Call&) { return std::string(kNothing); };
}

std::string available(SqlText& sql, const std::string& agent, const Call& call) {
  return available_condition(agent, sql.bind(call.now - kStaleMicros));
}

std::string assignable(SqlText& sql, const std::string& action, const Call& call) {
  return fmt::format(
      "exists (select 1 from implementation i join agent g on g.id = i.agent_id where i.action_id = {}.id "
      "and {})",
      action, available(sql, "g", call));
}

std::string agent_of_implementation_available(SqlText& sql, const std::string& implementation,
                                              const Call& call) {
  return fmt::format("exists (select 1 from agent g where g.id = {}.agent_id and {})", implementation,
                     available(sql, "g", call));
}

std::string pinned(SqlText& sql, const std::string& agent, const Call& call) {
  return fmt::format("exists (select 1 from agent_pin p where p.agent_id = {}.id and p.user_id = {})", agent,
                     sql.bind(call.user));
}

std::string demands(SqlText& sql, const std::string& action, const Json& value, const Call&) {
  return port_demands_condition(sql, action, value);
}

/// Every demand is met by something of the agent's, each perhaps by another.
std::string action_demands(SqlText& sql, const std::string& agent, const Json& value, const Call&) {
  std::vector<std::string> all;
  for (const Json& demand : value.items()) {
    all.push_back(
        fmt::format("exists (select 1 from implementation i join action d on d.id = i.action_id where "
                    "i.agent_id = {}.id and {})",
                    agent, action_demand_condition(sql, "d", demand)));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

std::string state_demands(SqlText& sql, const std::string& agent, const Json& value, const Call&) {
  std::vector<std::string> all;
  for (const Json& demand : value.items()) {
    all.push_back(fmt::format("exists (select 1 from state d where d.agent_id = {}.id and {})", agent,
                              state_demand_condition(sql, "d", demand)));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

/// What a port asks of the agent that is picked for it. An agent without a
/// supervisor is kept: a key that is not carried is passed over.
std::string requires_of_agent(SqlText& sql, const std::string& agent, const Json& value, const Call&) {
  std::vector<std::string> all;
  for (const Json& constraint : value.items()) {
    if (constraint["key"] != Json("@rekuest/supervisor")) {
      throw base::Error(base::code::kValidation,
                        "Agents can only be required by `@rekuest/supervisor`, not by `{}`.",
                        constraint["key"].as_string());
    }
    const std::string& name = constraint["operator"].as_string();
    const Json& wanted = constraint["value"];
    const auto same = [&] {
      return wanted.is_string() ? fmt::format("{}.supervisor = {}", agent, sql.bind(wanted.as_string()))
                                : std::string(kNothing);
    };
    sql::Texts listed;
    if (wanted.is_array()) {
      for (const Json& item : wanted.items()) {
        if (item.is_string()) listed.values.push_back(item.as_string());
      }
    }
    std::string holds(kNothing);
    if (name == "EQUALS" || name == "MATCHES") holds = same();
    if (name == "NOT_EQUALS") holds = fmt::format("not ({})", same());
    if (name == "EXISTS" && wanted != Json(false)) holds = "1 = 1";
    if (name == "IN") holds = fmt::format("{}.supervisor in_texts({})", agent, sql.bind(listed));
    if (name == "NOT_IN" && wanted.is_array()) {
      holds = fmt::format("{}.supervisor not in_texts({})", agent, sql.bind(listed));
    }
    all.push_back(fmt::format("({}.supervisor is null or {})", agent, holds));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

/// Agents of the task's ancestors, and the agent the root was called with.
constexpr const char* kCallerOf =
    "{0}.id in (with recursive up(id, parent_id, caller_id) as ("
    " select x.id, x.parent_id, x.caller_id from task x where x.id = {1}"
    " union all select x.id, x.parent_id, x.caller_id from task x join up on x.id = up.parent_id)"
    " select x.agent_id from task x join up on up.id = x.id where x.id <> {1} and x.agent_id is not null"
    " union select g.id from up join caller c on c.id = up.caller_id join agent g on g.client_id = "
    "c.client_id"
    " and g.user_id = c.user_id and g.organization_id = c.organization_id where up.parent_id is null)";

std::string parameters(SqlText& sql, const std::string& implementation, const Json& value, const Call&) {
  std::vector<std::string> all;
  for (const Json& pair : value.items()) {
    all.push_back(
        fmt::format("exists (select 1 from implementation_param j where j.implementation_id = {}.id and "
                    "j.key = {} and j.value = {})",
                    implementation, sql.bind(pair["key"].as_string()), sql.bind(pair["value"].as_string())));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

void add_agent_filters(std::map<std::string, Predicate, std::less<>>& filters) {
  const std::string client =
      "exists (select 1 from client c where c.id = {0}.client_id and c.client_id = {1})";
  const std::string implementing =
      "exists (select 1 from implementation i join action d on d.id = i.action_id where i.agent_id = {0}.id "
      "and "
      "d.hash in_texts({1}))";
  const std::string protocols =
      "exists (select 1 from implementation i join action_protocol l on l.action_id = i.action_id"
      " join protocol p on p.id = l.protocol_id where i.agent_id = {0}.id and p.name in_texts({1}))";
  const std::string states =
      "exists (select 1 from state s join state_definition d on d.id = s.definition_id where s.agent_id = "
      "{0}.id and "
      "d.hash in_texts({1}))";
  for (const char* input : {"AgentFilter.", "ImplementationAgentFilter."}) {
    const std::string name = input;
    filters[name + "clientId"] = with_text(client);
    filters[name + "hasImplementations"] = with_texts(implementing);
    filters[name + "implementsProtocols"] = with_texts(protocols);
    filters[name + "hasStates"] = with_texts(states);
    filters[name + "callerOf"] = with_id(kCallerOf);
  }
  filters["AgentFilter.available"] = flag(available);
  filters["AgentFilter.pinned"] = flag(pinned);
  filters["AgentFilter.requires"] = requires_of_agent;
  filters["AgentFilter.search"] = search_in({"coalesce({0}.user_name, {0}.declared_name)"});
  filters["AgentFilter.dependency"] = with_id(
      "exists (select 1 from dependency d join app p on p.identifier = d.app_filter"
      " join release r on r.id = {0}.release_id where d.id = {1} and p.id = {0}.app_id"
      " and (d.version_filter is null or d.version_filter = r.version))");
  filters["AgentFilter.blokDependency"] = nothing_yet();
  filters["AgentFilter.distinct"] = [](SqlText&, const std::string&, const Json&, const Call&) { return ""; };
  filters["AgentFilter.actionDemands"] = action_demands;
  filters["AgentFilter.stateDemands"] = state_demands;
  filters["AgentFilter.user"] =
      with_text("exists (select 1 from user_account u where u.id = {0}.user_id and u.sub = {1})");
  filters["AgentFilter.appIdentifier"] =
      with_text("exists (select 1 from app p where p.id = {0}.app_id and p.identifier = {1})");
  filters["AgentFilter.versionNumber"] =
      with_text("exists (select 1 from release r where r.id = {0}.release_id and r.version = {1})");
  filters["AgentFilter.deviceId"] = with_text(
      "exists (select 1 from client c join device d on d.id = c.device_id where c.id = {0}.client_id"
      " and d.device_id = {1})");
}

void add_action_filters(std::map<std::string, Predicate, std::less<>>& filters) {
  const std::string protocols =
      "exists (select 1 from action_protocol l join protocol p on p.id = l.protocol_id where l.action_id = "
      "{0}.id and "
      "p.name in_texts({1}))";
  for (const char* input : {"ActionFilter.", "ImplementationActionFilter."}) {
    const std::string name = input;
    filters[name + "search"] = search_in({"{0}.name"});
    filters[name + "demands"] = demands;
    filters[name + "protocols"] = with_texts(protocols);
  }
  filters["ActionFilter.objectDemands"] = demands;
  filters["ActionFilter.inCollection"] = with_text(
      "exists (select 1 from action_collection l join collection k on k.id = l.collection_id where "
      "l.action_id = {0}.id"
      " and k.name = {1})");
  filters["ActionFilter.usedBefore"] =
      with_time("exists (select 1 from task x where x.action_id = {0}.id and x.created_at < {1})");
  filters["ActionFilter.usedAfter"] =
      with_time("exists (select 1 from task x where x.action_id = {0}.id and x.created_at > {1})");
  filters["ActionFilter.assignable"] = flag(assignable);
  filters["ActionFilter.appIdentifier"] =
      with_text("exists (select 1 from app p where p.id = {0}.app_id and p.identifier = {1})");
}

void add_implementation_filters(std::map<std::string, Predicate, std::less<>>& filters) {
  filters["ImplementationFilter.active"] = flag(agent_of_implementation_available);
  filters["ImplementationFilter.actionHash"] =
      with_text("exists (select 1 from action d where d.id = {0}.action_id and d.hash = {1})");
  filters["ImplementationFilter.parameters"] = parameters;
  filters["ImplementationFilter.resolvableFor"] = with_id(
      "exists (select 1 from dependency d join app p on p.identifier = d.app_filter join action k on "
      "k.app_id = p.id"
      " where d.id = {1} and k.id = {0}.action_id)");
  filters["ImplementationFilter.search"] =
      search_in({"{0}.interface", "(select d.name from action d where d.id = {0}.action_id)",
                 "(select coalesce(g.user_name, g.declared_name) from agent g where g.id = {0}.agent_id)"});
  filters["ImplementationFilter.actionDemand"] = [](SqlText& sql, const std::string& implementation,
                                                    const Json& value, const Call&) {
    return fmt::format("exists (select 1 from action d where d.id = {}.action_id and {})", implementation,
                       action_demand_condition(sql, "d", value));
  };
}

void add_task_filters(std::map<std::string, Predicate, std::less<>>& filters) {
  filters["TaskFilter.clientId"] = with_text(
      "exists (select 1 from agent g join client c on c.id = g.client_id where g.id = {0}.agent_id"
      " and c.client_id = {1})");
  filters["TaskFilter.state"] = with_texts("{0}.latest_event_kind in_texts({1})");
  filters["TaskFilter.rootIsnull"] =
      flag([](SqlText&, const std::string& task, const Call&) { return task + ".root_id is null"; });
  filters["TaskFilter.actedOn"] =
      with_texts("exists (select 1 from task_object o where o.task_id = {0}.id and o.object in_texts({1}))");
  for (const char* later : {"schedule", "trigger", "signal"}) {
    filters[std::string("TaskFilter.") + later] = nothing_yet();
  }
  filters["TaskFilter.createdBefore"] = with_time("{0}.created_at < {1}");
  filters["TaskFilter.createdAfter"] = with_time("{0}.created_at > {1}");
}

}  // namespace

void add_catalog_filters(entity::Registry& registry) {
  auto& filters = registry.predicates;
  add_agent_filters(filters);
  add_action_filters(filters);
  add_implementation_filters(filters);
  add_task_filters(filters);
  filters["ProtocolFilter.search"] = search_in({"{0}.name"});
  filters["MemoryDrawerFilter.agent"] =
      with_id("exists (select 1 from memory_shelve s where s.id = {0}.shelve_id and s.agent_id = {1})");
  filters["MemoryDrawerFilter.implementation"] = with_id(
      "exists (select 1 from memory_shelve s join implementation i on i.agent_id = s.agent_id"
      " where s.id = {0}.shelve_id and i.id = {1})");
  filters["MemoryDrawerFilter.search"] = search_in({"coalesce({0}.label, {0}.resource_id)"});

  registry.orderings["ActionOrder.usedAt"] = [](SqlText&, const std::string& action, const Call&) {
    return fmt::format("(select max(x.created_at) from task x where x.action_id = {}.id)", action);
  };
  registry.orderings["ActionOrder.assignable"] = [](SqlText& sql, const std::string& action,
                                                    const Call& call) {
    return fmt::format("(case when {} then 1 else 0 end)", assignable(sql, action, call));
  };
  registry.orderings["ImplementationOrder.active"] = [](SqlText& sql, const std::string& implementation,
                                                        const Call& call) {
    return fmt::format("(case when {} then 1 else 0 end)",
                       agent_of_implementation_available(sql, implementation, call));
  };
}

}  // namespace rekuest
