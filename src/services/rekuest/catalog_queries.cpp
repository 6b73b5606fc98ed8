#include <fmt/format.h>

#include "base/error.h"
#include "entity/lookup.h"
#include "service/call.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/catalog_fields.h"
#include "services/rekuest/matching.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/action.h"
#include "services/rekuest/schema/agent.h"
#include "services/rekuest/schema/identity.h"
#include "services/rekuest/schema/implementation.h"
#include "services/rekuest/schema/resolution.h"
#include "services/rekuest/schema/state.h"
#include "services/rekuest/schema/task.h"

namespace rekuest {
namespace {

using base::Error;
using entity::Call;
using entity::SqlText;
namespace code = base::code;

/// A statement under way: its placeholders come from `sql`.
sql::Rows run(Call& call, std::string text, SqlText& sql) {
  return call.reader->query(text, std::move(sql.parameters));
}

std::int64_t one(const sql::Rows& rows, std::string_view what) {
  if (rows.empty()) throw Error(code::kNotFound, "No {} fits.", what);
  return rows.integer(0, 0);
}

std::vector<std::int64_t> list(const sql::Rows& rows) {
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

std::int64_t action(Call& call, const schema::ActionArguments& in) {
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
  if (in.task) {
    return find(fmt::format("a.id = (select x.action_id from task x where x.id = {})",
                            sql.bind(in.task->row("task"))));
  }
  if (in.implementation) {
    return find(implemented("i.id = " + sql.bind(in.implementation->row("implementation"))));
  }
  if (in.hash) {
    const std::string same = "a.hash = " + sql.bind(*in.hash);
    // Several apps may define the same action: one that can be called is better.
    const std::string available = available_condition("g", sql.bind(call.now - kStaleMicros));
    return find(
        same, fmt::format("case when exists (select 1 from implementation i join agent g on g.id = i.agent_id"
                          " where i.action_id = a.id and {}) then 0 else 1 end, a.id",
                          available));
  }
  if (in.matching) return find(action_demand_condition(sql, "a", *in.matching));
  if (in.agent) {
    if (!in.interface) throw Error(code::kValidation, "`agent` needs an `interface` to find an action by.");
    return find(implemented(fmt::format("i.agent_id = {} and i.interface = {}",
                                        sql.bind(in.agent->row("agent")), sql.bind(*in.interface))));
  }
  if (in.id) return find("a.id = " + sql.bind(in.id->row("action")));
  throw Error(
      code::kValidation,
      "Say which action: by `id`, `hash`, `matching`, `implementation`, `task`, or `agent` and `interface`.");
}

std::int64_t agent(Call& call, const schema::AgentArguments& in) {
  SqlText sql(call.database->dialect());
  std::string text = "select g.id from agent g where g.organization_id = " + sql.bind(call.organization);
  if (in.id) {
    return one(run(call, text + " and g.id = " + sql.bind(in.id->row("agent")), sql), "agent");
  }
  if (!in.app) throw Error(code::kValidation, "Say which agent: by `id` or by `app`.");
  text += fmt::format(" and exists (select 1 from app p where p.id = g.app_id and p.identifier = {})",
                      sql.bind(*in.app));
  if (in.version) {
    text += fmt::format(" and exists (select 1 from release r where r.id = g.release_id and r.version = {})",
                        sql.bind(*in.version));
  }
  if (in.device_id) {
    text += fmt::format(
        " and exists (select 1 from client c join device d on d.id = c.device_id where c.id = g.client_id"
        " and d.device_id = {})",
        sql.bind(*in.device_id));
  }
  const sql::Rows rows = run(call, text + " limit 2", sql);
  if (rows.size() > 1) {
    throw Error(code::kValidation, "Several agents run {}. Ask for one by its `id`.", *in.app);
  }
  return one(rows, "agent");
}

/// An implementation of one agent, chosen by `condition` over `i` and its
/// action `a`.
std::int64_t implementation_where(Call& call, SqlText& sql, const std::string& agent_condition,
                                  const std::string& condition) {
  return one(run(call,
                 fmt::format("select i.id from implementation i join action a on a.id = i.action_id"
                             " join agent g on g.id = i.agent_id where g.organization_id = {} and {} and {}"
                             " order by i.id limit 1",
                             sql.bind(call.organization), agent_condition, condition),
                 sql),
             "implementation");
}

std::int64_t my_implementation_at(Call& call, const schema::MyImplementationAtArguments& in) {
  SqlText sql(call.database->dialect());
  const std::string mine =
      fmt::format("g.client_id = {} and g.user_id = {}", sql.bind(call.client), sql.bind(call.user));
  if (in.action_id) {
    return implementation_where(call, sql, mine, "a.id = " + sql.bind(in.action_id->row("action")));
  }
  if (in.interface) {
    return implementation_where(call, sql, mine, "i.interface = " + sql.bind(*in.interface));
  }
  throw Error(code::kValidation, "Say which implementation: by `actionId` or by `interface`.");
}

std::int64_t implementation_at(Call& call, const schema::ImplementationAtArguments& in) {
  SqlText sql(call.database->dialect());
  const std::string agent_is = "g.id = " + sql.bind(in.agent.row("agent"));
  if (in.action_hash) {
    return implementation_where(call, sql, agent_is, "a.hash = " + sql.bind(*in.action_hash));
  }
  if (in.demand) {
    return implementation_where(call, sql, agent_is, action_demand_condition(sql, "a", *in.demand));
  }
  if (in.interface) {
    return implementation_where(call, sql, agent_is, "i.interface = " + sql.bind(*in.interface));
  }
  throw Error(code::kValidation, "Say which implementation: by `actionHash`, `demand` or `interface`.");
}

std::int64_t state_for(Call& call, const schema::StateForArguments& in) {
  SqlText sql(call.database->dialect());
  const std::string text = fmt::format(
      "select s.id from state s join agent g on g.id = s.agent_id where g.organization_id = {} and g.id = {}",
      sql.bind(call.organization), sql.bind(in.agent.row("agent")));
  if (!in.demand && !in.state_hash) {
    throw Error(code::kValidation, "Say which state: by `demand` or by `stateHash`.");
  }
  schema::StateDemandInput demand;
  if (in.demand) {
    demand = *in.demand;
  } else {
    demand.hash = in.state_hash;
  }
  return one(
      run(call, text + " and " + state_demand_condition(sql, "s", demand) + " order by s.id limit 1", sql),
      "state");
}

std::vector<std::int64_t> resolved_implementations(Call& call,
                                                   const schema::ResolvedImplementationsArguments& in) {
  SqlText sql(call.database->dialect());
  std::string text = fmt::format(
      "select distinct d.implementation_id from resolved_dependency d join resolution r on r.id = "
      "d.resolution_id"
      " join dependency k on k.id = d.dependency_id where r.organization_id = {} and r.id = {}",
      sql.bind(call.organization), sql.bind(in.resolution.row("resolution")));
  if (in.dependency_key) text += " and k.key = " + sql.bind(*in.dependency_key);
  if (in.method_key) text += " and d.key = " + sql.bind(*in.method_key);
  return list(run(call, text + " order by 1", sql));
}

std::vector<std::int64_t> my_tasks(Call& call) {
  return list(call.reader->query(
      "select x.id from task x join caller c on c.id = x.caller_id where c.client_id = $1 and c.user_id = $2"
      " and c.organization_id = $3 and x.root_id is null and x.finished_at is null order by x.id desc",
      {call.client, call.user, call.organization}));
}

std::optional<std::int64_t> reusable_task(Call& call, const schema::ReusableTaskForArguments& in) {
  const sql::Rows rows = call.reader->query(
      "select x.id from task x join action a on a.id = x.action_id where x.organization_id = $1 and a.hash = "
      "$2"
      " and a.pure = 1 and x.args_hash = $3 and x.is_done = 1 and x.latest_event_kind = 'COMPLETED'"
      " order by x.finished_at desc, x.id desc limit 1",
      {call.organization, in.action_hash, arguments_hash(in.args)});
  if (rows.empty()) return std::nullopt;
  return rows.integer(0, 0);
}

/// A list that would be wrong if it were derived from its type alone.
template <class In, class Out>
void not_built(entity::Registry& registry, entity::RootName<In, Out> field) {
  registry.on(field, [name = field.name](Call&, const In&) -> Out {
    throw Error(code::kNotImplemented, "`{}` is not built yet.", name.substr(name.find('.') + 1));
  });
}

}  // namespace

void add_catalog_queries(entity::Registry& registry) {
  namespace query = schema::query;
  registry.on(query::kAction, action);
  registry.on(query::kAgent, agent);
  registry.on(query::kMyImplementationAt, my_implementation_at);
  registry.on(query::kImplementationAt, implementation_at);
  registry.on(query::kStateFor, state_for);
  registry.on(query::kResolvedImplementations, resolved_implementations);
  registry.on(query::kMyTasks, my_tasks);
  registry.on(query::kReusableTaskFor, reusable_task);
  registry.on(query::kSimilarActions,
              [](Call&, const schema::SimilarActionsArguments&) { return std::vector<std::int64_t>(); });
  not_built(registry, query::kClients);
}

}  // namespace rekuest
