#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/matching.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/action.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/demand.h"
#include "services/rekuest/schema/implementation.h"
#include "services/rekuest/schema/memory.h"
#include "services/rekuest/schema/port.h"
#include "services/rekuest/schema/task.h"

namespace rekuest {
namespace {

using base::Json;
using entity::Call;
using entity::Registry;
using entity::SqlText;

constexpr std::string_view kNothing = "0 = 1";

std::string text_of(const std::string& value) { return value; }
std::string text_of(const entity::Id& value) { return value.text; }
template <class Enum>
  requires std::is_enum_v<Enum>
std::string text_of(Enum value) {
  return std::string(entity::text_of(value));
}

/// A condition with one parameter: `{0}` is the row, `{1}` the value.
auto with_text(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const auto& value,
                                            const Call&) {
    return fmt::format(fmt::runtime(condition), alias, sql.bind(text_of(value)));
  };
}
auto with_texts(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const auto& values,
                                            const Call&) {
    sql::Texts texts;
    for (const auto& value : values) texts.values.push_back(text_of(value));
    return fmt::format(fmt::runtime(condition), alias, sql.bind(std::move(texts)));
  };
}
/// An id that is none matches nothing.
auto with_id(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const entity::Id& value,
                                            const Call&) {
    const auto id = value.row();
    return id ? fmt::format(fmt::runtime(condition), alias, sql.bind(*id)) : std::string(kNothing);
  };
}
auto with_time(std::string condition) {
  return [condition = std::move(condition)](SqlText& sql, const std::string& alias, const entity::Time& value,
                                            const Call&) {
    return fmt::format(fmt::runtime(condition), alias, sql.bind(value.micros));
  };
}
/// A condition that a flag asks for or against.
template <class Condition>
auto flag(Condition condition) {
  return [condition](SqlText& sql, const std::string& alias, bool asked, const Call& call) {
    const std::string wanted = condition(sql, alias, call);
    return asked ? wanted : fmt::format("not ({})", wanted);
  };
}
/// Case-insensitive substring of any of the expressions over `{0}`.
auto search_in(std::vector<std::string> expressions) {
  return [expressions = std::move(expressions)](SqlText& sql, const std::string& alias,
                                                const std::string& search, const Call&) {
    std::vector<std::string> found;
    for (const std::string& expression : expressions) {
      found.push_back(entity::contains_folded(sql, fmt::format(fmt::runtime(expression), alias), search));
    }
    if (found.empty() || found.front().empty()) return std::string();
    return fmt::format("({})", fmt::join(found, " or "));
  };
}

auto nothing_yet() {
  return [](SqlText&, const std::string&, const auto&, const Call&) { return std::string(kNothing); };
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

std::string demands(SqlText& sql, const std::string& action,
                    const std::vector<schema::PortDemandInput>& wanted, const Call&) {
  return port_demands_condition(sql, action, wanted);
}

/// Every demand is met by something of the agent's, each perhaps by another.
std::string action_demands(SqlText& sql, const std::string& agent,
                           const std::vector<schema::ActionDemandInput>& wanted, const Call&) {
  std::vector<std::string> all;
  all.reserve(wanted.size());
  for (const schema::ActionDemandInput& demand : wanted) {
    all.push_back(
        fmt::format("exists (select 1 from implementation i join action d on d.id = i.action_id where "
                    "i.agent_id = {}.id and {})",
                    agent, action_demand_condition(sql, "d", demand)));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

std::string state_demands(SqlText& sql, const std::string& agent,
                          const std::vector<schema::StateDemandInput>& wanted, const Call&) {
  std::vector<std::string> all;
  all.reserve(wanted.size());
  for (const schema::StateDemandInput& demand : wanted) {
    all.push_back(fmt::format("exists (select 1 from state d where d.agent_id = {}.id and {})", agent,
                              state_demand_condition(sql, "d", demand)));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

/// What a port asks of the agent that is picked for it. An agent without a
/// supervisor is kept: a key that is not carried is passed over.
std::string requires_of_agent(SqlText& sql, const std::string& agent,
                              const std::vector<schema::RequiresInput>& constraints, const Call&) {
  using Operator = schema::DescriptorOperator;
  std::vector<std::string> all;
  for (const schema::RequiresInput& constraint : constraints) {
    if (constraint.key != "@rekuest/supervisor") {
      throw base::Error(base::code::kValidation,
                        "Agents can only be required by `@rekuest/supervisor`, not by `{}`.", constraint.key);
    }
    const Operator name = constraint.operator_;
    const Json wanted = constraint.value.value_or(Json());
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
    if (name == Operator::kEquals || name == Operator::kMatches) holds = same();
    if (name == Operator::kNotEquals) holds = fmt::format("not ({})", same());
    if (name == Operator::kExists && wanted != Json(false)) holds = "1 = 1";
    if (name == Operator::kIn) holds = fmt::format("{}.supervisor in_texts({})", agent, sql.bind(listed));
    if (name == Operator::kNotIn && wanted.is_array()) {
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

std::string parameters(SqlText& sql, const std::string& implementation,
                       const std::vector<schema::ParamPair>& pairs, const Call&) {
  std::vector<std::string> all;
  all.reserve(pairs.size());
  for (const schema::ParamPair& pair : pairs) {
    all.push_back(
        fmt::format("exists (select 1 from implementation_param j where j.implementation_id = {}.id and "
                    "j.key = {} and j.value = {})",
                    implementation, sql.bind(pair.key), sql.bind(pair.value)));
  }
  return fmt::format("{}", fmt::join(all, " and "));
}

/// What filters of agents and filters of an implementation's agent share.
template <class Filter>
void add_shared_agent_filters(Registry& registry) {
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
  registry.on(Filter::kClientId, with_text(client));
  registry.on(Filter::kHasImplementations, with_texts(implementing));
  registry.on(Filter::kImplementsProtocols, with_texts(protocols));
  registry.on(Filter::kHasStates, with_texts(states));
  registry.on(Filter::kCallerOf, with_id(kCallerOf));
}

void add_agent_filters(Registry& registry) {
  using schema::AgentFilter;
  add_shared_agent_filters<AgentFilter>(registry);
  add_shared_agent_filters<schema::ImplementationAgentFilter>(registry);
  registry.on(AgentFilter::kAvailable, flag(available));
  registry.on(AgentFilter::kPinned, flag(pinned));
  registry.on(AgentFilter::kRequires, requires_of_agent);
  registry.on(AgentFilter::kSearch, search_in({"coalesce({0}.user_name, {0}.declared_name)"}));
  registry.on(AgentFilter::kDependency,
              with_id("exists (select 1 from dependency d join app p on p.identifier = d.app_filter"
                      " join release r on r.id = {0}.release_id where d.id = {1} and p.id = {0}.app_id"
                      " and (d.version_filter is null or d.version_filter = r.version))"));
  registry.on(AgentFilter::kBlokDependency, nothing_yet());
  registry.on(AgentFilter::kDistinct, [](SqlText&, const std::string&, bool, const Call&) { return ""; });
  registry.on(AgentFilter::kActionDemands, action_demands);
  registry.on(AgentFilter::kStateDemands, state_demands);
  registry.on(AgentFilter::kUser,
              with_text("exists (select 1 from user_account u where u.id = {0}.user_id and u.sub = {1})"));
  registry.on(AgentFilter::kAppIdentifier,
              with_text("exists (select 1 from app p where p.id = {0}.app_id and p.identifier = {1})"));
  registry.on(AgentFilter::kVersionNumber,
              with_text("exists (select 1 from release r where r.id = {0}.release_id and r.version = {1})"));
  registry.on(
      AgentFilter::kDeviceId,
      with_text(
          "exists (select 1 from client c join device d on d.id = c.device_id where c.id = {0}.client_id"
          " and d.device_id = {1})"));
}

template <class Filter>
void add_shared_action_filters(Registry& registry) {
  const std::string protocols =
      "exists (select 1 from action_protocol l join protocol p on p.id = l.protocol_id where l.action_id = "
      "{0}.id and "
      "p.name in_texts({1}))";
  registry.on(Filter::kSearch, search_in({"{0}.name"}));
  registry.on(Filter::kDemands, demands);
  registry.on(Filter::kProtocols, with_texts(protocols));
}

void add_action_filters(Registry& registry) {
  using schema::ActionFilter;
  add_shared_action_filters<ActionFilter>(registry);
  add_shared_action_filters<schema::ImplementationActionFilter>(registry);
  registry.on(ActionFilter::kObjectDemands, demands);
  registry.on(
      ActionFilter::kInCollection,
      with_text("exists (select 1 from action_collection l join collection k on k.id = l.collection_id where "
                "l.action_id = {0}.id"
                " and k.name = {1})"));
  registry.on(ActionFilter::kUsedBefore,
              with_time("exists (select 1 from task x where x.action_id = {0}.id and x.created_at < {1})"));
  registry.on(ActionFilter::kUsedAfter,
              with_time("exists (select 1 from task x where x.action_id = {0}.id and x.created_at > {1})"));
  registry.on(ActionFilter::kAssignable, flag(assignable));
  registry.on(ActionFilter::kAppIdentifier,
              with_text("exists (select 1 from app p where p.id = {0}.app_id and p.identifier = {1})"));
}

void add_implementation_filters(Registry& registry) {
  using schema::ImplementationFilter;
  registry.on(ImplementationFilter::kActive, flag(agent_of_implementation_available));
  registry.on(ImplementationFilter::kActionHash,
              with_text("exists (select 1 from action d where d.id = {0}.action_id and d.hash = {1})"));
  registry.on(ImplementationFilter::kParameters, parameters);
  registry.on(
      ImplementationFilter::kResolvableFor,
      with_id("exists (select 1 from dependency d join app p on p.identifier = d.app_filter join action k on "
              "k.app_id = p.id"
              " where d.id = {1} and k.id = {0}.action_id)"));
  registry.on(
      ImplementationFilter::kSearch,
      search_in({"{0}.interface", "(select d.name from action d where d.id = {0}.action_id)",
                 "(select coalesce(g.user_name, g.declared_name) from agent g where g.id = {0}.agent_id)"}));
  registry.on(ImplementationFilter::kActionDemand, [](SqlText& sql, const std::string& implementation,
                                                      const schema::ActionDemandInput& demand, const Call&) {
    return fmt::format("exists (select 1 from action d where d.id = {}.action_id and {})", implementation,
                       action_demand_condition(sql, "d", demand));
  });
}

void add_task_filters(Registry& registry) {
  using schema::TaskFilter;
  registry.on(
      TaskFilter::kClientId,
      with_text("exists (select 1 from agent g join client c on c.id = g.client_id where g.id = {0}.agent_id"
                " and c.client_id = {1})"));
  registry.on(TaskFilter::kState, with_texts("{0}.latest_event_kind in_texts({1})"));
  registry.on(TaskFilter::kRootIsnull,
              flag([](SqlText&, const std::string& task, const Call&) { return task + ".root_id is null"; }));
  registry.on(
      TaskFilter::kActedOn,
      with_texts("exists (select 1 from task_object o where o.task_id = {0}.id and o.object in_texts({1}))"));
  registry.on(TaskFilter::kSchedule, nothing_yet());
  registry.on(TaskFilter::kTrigger, nothing_yet());
  registry.on(TaskFilter::kSignal, nothing_yet());
  registry.on(TaskFilter::kCreatedBefore, with_time("{0}.created_at < {1}"));
  registry.on(TaskFilter::kCreatedAfter, with_time("{0}.created_at > {1}"));
}

}  // namespace

void add_catalog_filters(Registry& registry) {
  add_agent_filters(registry);
  add_action_filters(registry);
  add_implementation_filters(registry);
  add_task_filters(registry);
  registry.on(schema::ProtocolFilter::kSearch, search_in({"{0}.name"}));
  registry.on(
      schema::MemoryDrawerFilter::kAgent,
      with_id("exists (select 1 from memory_shelve s where s.id = {0}.shelve_id and s.agent_id = {1})"));
  registry.on(schema::MemoryDrawerFilter::kImplementation,
              with_id("exists (select 1 from memory_shelve s join implementation i on i.agent_id = s.agent_id"
                      " where s.id = {0}.shelve_id and i.id = {1})"));
  registry.on(schema::MemoryDrawerFilter::kSearch, search_in({"coalesce({0}.label, {0}.resource_id)"}));

  registry.on(schema::ActionOrder::kUsedAt, [](SqlText&, const std::string& action, const Call&) {
    return fmt::format("(select max(x.created_at) from task x where x.action_id = {}.id)", action);
  });
  registry.on(schema::ActionOrder::kAssignable,
              [](SqlText& sql, const std::string& action, const Call& call) {
                return fmt::format("(case when {} then 1 else 0 end)", assignable(sql, action, call));
              });
  registry.on(schema::ImplementationOrder::kActive,
              [](SqlText& sql, const std::string& implementation, const Call& call) {
                return fmt::format("(case when {} then 1 else 0 end)",
                                   agent_of_implementation_available(sql, implementation, call));
              });
}

}  // namespace rekuest
