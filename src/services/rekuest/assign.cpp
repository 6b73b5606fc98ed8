#include "services/rekuest/assign.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/port.h"

namespace rekuest {
namespace {

using base::Error;
namespace code = base::code;

std::optional<std::int64_t> row_of(const std::optional<entity::Id>& id, std::string_view what) {
  return id ? std::optional(id->row(what)) : std::nullopt;
}

// Leaves room for the frame around them.
constexpr std::size_t kMaxArguments = kMaxFrameToAgent - 16 * 1024;

struct Target {
  AssignTarget frame;
  std::int64_t action = 0;
  std::int64_t agent = 0;
  std::string arg_ports;  ///< JSON text
  std::string features;   ///< JSON text
};

// `{}`: that the agent is available, the columns of an AssignTarget, which ones.
constexpr std::string_view kTargets =
    "select i.action_id, i.agent_id, a.args, g.features, g.declared_name, g.blocked,"
    " case when {} then 1 else 0 end, {}"
    " from implementation i join action a on a.id = i.action_id join agent g on g.id = i.agent_id"
    " join organization o on o.id = g.organization_id"
    " join user_account au on au.id = g.user_id join client ac on ac.id = g.client_id"
    " where g.organization_id = $2 and {}";

sql::Rows targets(sql::Writer& writer, const AssignRequest& request, const std::string& condition,
                  std::vector<sql::Value> values) {
  std::vector<sql::Value> parameters{request.now - kStaleMicros, request.who->rows.organization};
  std::move(values.begin(), values.end(), std::back_inserter(parameters));
  return writer.query(
      fmt::format(fmt::runtime(kTargets), available_condition("g", "$1"), kTargetColumns, condition),
      std::move(parameters));
}

Target first_target(const sql::Rows& rows) {
  return {target_at(rows, 0, 7), rows.integer(0, 0), rows.integer(0, 1), std::string(rows.text(0, 2)),
          std::string(rows.text(0, 3))};
}

// One implementation the caller named: its agent must be there.
Target named_target(sql::Writer& writer, const AssignRequest& request, const std::string& condition,
                    std::vector<sql::Value> values, std::string_view what) {
  const sql::Rows rows = targets(writer, request, condition, std::move(values));
  if (rows.empty()) throw Error(code::kNotFound, "No implementation {}.", what);
  if (rows.integer(0, 6) == 0) {
    throw Error(code::kValidation, "Agent is not available: {} is {}. Start the app that offers it.",
                rows.text(0, 4), rows.integer(0, 5) != 0 ? "blocked" : "not connected");
  }
  return first_target(rows);
}

// Any available implementation of an action: the agent with the fewest open
// tasks, then the lowest id. Queues are counted up to a bound; agents beyond it
// take turns by their newest open task.
std::optional<Target> least_busy(sql::Writer& writer, const AssignRequest& request,
                                 const std::string& condition, std::vector<sql::Value> values) {
  static const std::string kOrder = fmt::format(
      " order by {0}, case when {0} = {1} then"
      " (select max(t.id) from task t where t.agent_id = g.id and t.is_done = 0) end, i.id limit 1",
      "(select count(*) from (select 1 from task t where t.agent_id = g.id and t.is_done = 0 limit 100) few)",
      100);
  const sql::Rows rows = targets(
      writer, request, condition + " and " + available_condition("g", "$1") + kOrder, std::move(values));
  if (rows.empty()) return std::nullopt;
  return first_target(rows);
}

std::string action_name(sql::Writer& writer, const AssignRequest& request) {
  const std::int64_t organization = request.who->rows.organization;
  const sql::Rows rows =
      request.action ? writer.query("select name from action where id = $1 and organization_id = $2",
                                    {*request.action, organization})
                     : writer.query("select name from action where hash = $1 and organization_id = $2",
                                    {*request.input.action_hash, organization});
  if (rows.empty()) throw Error(code::kNotFound, std::string("No action with that id or hash."));
  return std::string(rows.text(0, 0));
}

Target choose_target(sql::Writer& writer, const AssignRequest& request) {
  const auto& interface = request.input.interface;
  const auto& hash = request.input.action_hash;
  if (request.implementation) {
    return named_target(writer, request, "i.id = $3", {*request.implementation}, "with that id");
  }
  if (request.agent && interface) {
    return named_target(writer, request, "g.id = $3 and i.interface = $4", {*request.agent, *interface},
                        fmt::format("'{}' on that agent", *interface));
  }
  if (!request.action && !hash) {
    throw Error(
        code::kValidation,
        std::string("You need to provide an `implementation`, `agent` and `interface`, an `action` or an "
                    "`actionHash`."));
  }
  std::string condition = request.action ? "a.id = $3" : "a.hash = $3";
  std::vector<sql::Value> values{request.action ? sql::Value(*request.action) : *hash};
  if (request.agent) {
    condition += " and g.id = $4";
    values.emplace_back(*request.agent);
  }
  std::optional<Target> target = least_busy(writer, request, condition, std::move(values));
  if (!target) {
    throw Error(code::kValidation,
                "No active implementation found for action {}. Start the app that offers it.",
                action_name(writer, request));
  }
  return *std::move(target);
}

template <class List>
bool any_of(const std::optional<List>& list) {
  return list && !list->empty();
}

void check_supported(const schema::AssignInput& input) {
  if (any_of(input.dependencies) || input.resolution) {
    throw Error(code::kNotImplemented, std::string("Choosing dependencies is not built yet."));
  }
  if (any_of(input.hooks)) throw Error(code::kNotImplemented, std::string("Hooks are not built yet."));
  if (input.not_before) {
    throw Error(code::kNotImplemented, std::string("Delayed tasks are not built yet."));
  }
  if (!input.args.is_object()) throw Error(code::kValidation, std::string("`args` must be an object."));
}

void check_states(const AssignRequest& request, const Target& target) {
  if (!any_of(request.input.state_requires)) return;
  const base::Json features = base::Json::parse(target.features);
  for (const base::Json& feature : features.items()) {
    if (feature.is_string() && feature.as_string() == "state_requires") return;
  }
  throw Error(code::kValidation,
              std::string("The agent does not check `stateRequires`. Update the app's client."));
}

std::optional<std::int64_t> existing_task(sql::Writer& writer, std::int64_t caller,
                                          const std::string& reference) {
  const sql::Rows rows =
      writer.query("select id from task where caller_id = $1 and reference = $2", {caller, reference});
  if (rows.empty()) return std::nullopt;
  return rows.integer(0, 0);
}

// Most actions take no objects, and then their ports need not be read.
std::vector<std::string> objects_of(const Target& target, const base::Json& arguments) {
  if (target.arg_ports.find("STRUCTURE") == std::string::npos) return {};
  return acted_on(base::Json::parse(target.arg_ports), arguments);
}

// As the agent's frame has them.
std::string requirements(const std::vector<schema::StateRequirementInput>& list) {
  base::Json all = base::Json::array();
  for (const schema::StateRequirementInput& one : list) {
    all.push_back(base::Json::object({{"state", one.state},
                                      {"path", one.path},
                                      {"operator", entity::text_of(one.operator_)},
                                      {"value", one.value.value_or(base::Json())}}));
  }
  return all.dump();
}

NewTask task_for(const AssignRequest& request, const Target& target, std::int64_t caller) {
  const schema::AssignInput& input = request.input;
  NewTask task;
  task.organization = request.who->rows.organization;
  task.action = target.action;
  task.implementation = target.frame.implementation;
  task.agent = target.agent;
  task.caller = caller;
  task.reference = request.reference ? *request.reference : base::uuid4();
  task.args = request.args;
  task.args_hash = request.args_hash;
  task.acted_on = objects_of(target, input.args);
  task.capture = input.capture;
  task.step = input.step.value_or(false);
  if (input.policy) task.policy = entity::text_of(*input.policy);
  task.state_requires = request.state_requires;
  return task;
}

}  // namespace

std::string available_condition(const std::string& alias, const std::string& stale) {
  return fmt::format(
      "({0}.blocked = 0 and ({0}.kind = 'WEBHOOK' or ({0}.connected = 1 and {0}.last_seen > {1})))", alias,
      stale);
}

AssignRequest AssignRequest::read(std::shared_ptr<const service::Identity> who, schema::AssignInput input,
                                  std::int64_t now) {
  check_supported(input);
  AssignRequest request;
  request.who = std::move(who);
  request.now = now;
  request.implementation = row_of(input.implementation, "implementation");
  request.agent = row_of(input.agent, "agent");
  request.action = row_of(input.action, "action");
  request.reference = input.reference;
  request.args = input.args.dump();
  if (input.state_requires) request.state_requires = requirements(*input.state_requires);
  if (request.args.size() + input.reference.value_or("").size() + request.state_requires.size() >
      kMaxArguments) {
    throw Error(
        code::kValidation,
        std::string("The arguments are larger than an agent can be sent (1 MiB). Upload large data and pass "
                    "a reference to it."));
  }
  request.args_hash = arguments_hash(input.args);
  request.input = std::move(input);
  return request;
}

Assigned assign_task(sql::Writer& writer, const AssignRequest& request) {
  const std::int64_t caller = ensure_caller(writer, registrant_of(*request.who));
  Assigned assigned;
  if (request.reference) {
    if (const auto existing = existing_task(writer, caller, *request.reference)) {
      assigned.task = *existing;
      return assigned;
    }
  }
  Target target = choose_target(writer, request);
  check_states(request, target);
  const NewTask task = task_for(request, target, caller);
  InsertedTask inserted = insert_task(writer, task, request.now);
  assigned.task = inserted.id;
  assigned.agent = target.agent;
  assigned.notices = std::move(inserted.notices);
  AssignFrame& frame = assigned.frame.emplace();
  frame.target = std::move(target.frame);
  frame.task = assigned.task;
  frame.person = request.who->claims.sub;
  frame.args = task.args;
  frame.args_hash = task.args_hash;
  frame.reference = task.reference;
  frame.capture = task.capture;
  frame.step = task.step;
  frame.state_requires = task.state_requires;
  return assigned;
}

}  // namespace rekuest
