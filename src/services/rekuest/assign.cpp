#include "services/rekuest/assign.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/hook.h"
#include "services/rekuest/registration.h"
#include "services/rekuest/schema/port.h"
#include "services/rekuest/state_requirements.h"
#include "sql/advisory_lock.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
namespace code = base::code;

std::optional<std::int64_t> row_of(const std::optional<entity::Id>& id, std::string_view what) {
  return id ? std::optional(id->row(what)) : std::nullopt;
}

template <class List>
bool any_of(const std::optional<List>& list) {
  return list && !list->empty();
}

void check_supported(const schema::AssignInput& input) {
  for (const schema::HookInput& hook : input.hooks.value_or(std::vector<schema::HookInput>())) {
    if (hook.kind != schema::HookKind::kInit) {
      throw Error(code::kNotImplemented, std::string("Hooks other than INIT are not built yet."));
    }
  }
  if (!input.args.is_object()) throw Error(code::kValidation, std::string("`args` must be an object."));
}

bool is_delayed(const AssignRequest& request) { return request.not_before > request.now; }

struct Origin {
  std::int64_t caller;
  std::optional<std::int64_t> existing;  ///< the task this caller made under the reference before
};

// Processes on one PostgreSQL may be asked for the same at the same time.
std::vector<sql::Query> origin_queries(const sql::Writer& writer, const AssignRequest& request) {
  const Registrant who = registrant_of(*request.who);
  std::vector<sql::Query> queries;
  if (request.reference && writer.dialect() == sql::Dialect::kPostgres) {
    queries.push_back(sql::lock_statement(*request.reference));
  }
  queries.push_back(
      {"select c.id, (select max(t.id) from task t where t.reference = $4 and +t.caller_id = c.id) from "
       "caller c"
       " where c.client_id = $1 and c.user_id = $2 and c.organization_id = $3",
       {who.client, who.user, who.organization, sql::nullable(request.reference)}});
  return queries;
}

Origin origin_in(const sql::Rows& rows, sql::Writer& writer, const AssignRequest& request) {
  if (rows.empty()) return {ensure_caller(writer, registrant_of(*request.who)), std::nullopt};
  return {rows.integer(0, 0), sql::optional_integer(rows, 0, 1)};
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

TargetRequest target_request(const AssignRequest& request) {
  return {request.who->rows.organization,
          request.now,
          request.implementation,
          request.agent,
          request.action,
          request.input.interface,
          request.input.action_hash};
}

NewTask task_for(const AssignRequest& request, std::int64_t caller) {
  const schema::AssignInput& input = request.input;
  NewTask task;
  task.organization = request.who->rows.organization;
  task.caller = caller;
  task.person = request.who->rows.user;
  task.reference = request.reference ? *request.reference : base::uuid4();
  task.args = request.args;
  task.args_hash = request.args_hash;
  task.capture = input.capture;
  task.step = input.step.value_or(false);
  task.automatic = input.policy == schema::TaskPolicy::kAuto;
  task.state_requires = request.state_requires;
  return task;
}

// Whatever offers the action when its time has come runs it.
void leave_open(sql::Writer& writer, const TargetRequest& request, const base::Json& arguments,
                NewTask& task) {
  const NamedAction action = named_action(writer, request);
  task.action = action.id;
  task.acted_on = objects_of(action.arg_ports, arguments);
}

// Agents the caller names have to be there now; others are looked for when the
// time has come, unless that cannot help.
void bind_later(sql::Reader& reader, NewTask& task, const std::optional<Target>& target,
                const TargetRequest& wanted, const ResolutionChoice& choice) {
  if (choice.resolution || !choice.choices.empty()) {
    if (target) return bind_task(reader, task, *target, wanted, choice);
    throw Error(code::kValidation,
                std::string("`dependencies` of a task that is not to run before a time need an "
                            "`implementation`, or an `agent` and `interface`."));
  }
  if (!target || !target->has_dependencies) return;
  const auto why = why_unmet(
      resolve_dependencies(reader, wanted.organization, wanted.now, target->frame.implementation, {}), true);
  if (why) throw Error(code::kValidation, "{}", *why);
}

}  // namespace

void aim_at_resolution(TargetRequest& request, const ResolutionChoice& choice) {
  if (choice.implementation && !request.names_implementation())
    request.implementation = choice.implementation;
}

void bind_task(sql::Reader& reader, NewTask& task, const Target& target, const TargetRequest& request,
               const ResolutionChoice& choice) {
  const std::int64_t implementation = target.frame.implementation;
  const bool other = (choice.implementation && *choice.implementation != implementation) ||
                     (request.action && *request.action != target.action) ||
                     (request.agent && *request.agent != target.agent);
  if (choice.resolution && other) {
    throw Error(code::kValidation, "Resolution {} is of another implementation than the one that is called.",
                *choice.resolution);
  }
  task.resolution = choice.resolution;
  if (!target.has_dependencies && choice.choices.empty()) return;
  task.dependencies =
      bind_dependencies(reader, request.organization, request.now, implementation, choice.choices);
}

void aim(NewTask& task, const Target& target, const base::Json& arguments) {
  task.action = target.action;
  task.implementation = target.frame.implementation;
  task.agent = target.agent;
  task.code_hash = target.code_hash;
  task.acted_on = objects_of(target.arg_ports, arguments);
}

AgentMessage assign_message(Target target, const NewTask& task, std::int64_t id, std::string person,
                            std::string requester) {
  AssignFrame frame;
  frame.target = std::move(target.frame);
  frame.task = id;
  frame.person = std::move(person);
  frame.requester = std::move(requester);
  frame.args = task.args;
  frame.args_hash = task.args_hash;
  frame.reference = task.reference;
  if (task.root != 0) frame.root = task.root;
  if (task.parent != 0) frame.parent = task.parent;
  frame.resolution = task.resolution;
  frame.capture = task.capture;
  frame.step = task.step;
  frame.state_requires = task.state_requires;
  return {task.agent, id, "ASSIGN", std::move(frame)};
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
  request.resolution = row_of(input.resolution, "resolution");
  if (input.not_before) request.not_before = input.not_before->micros;
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
  TargetRequest wanted = target_request(request);
  std::vector<sql::Query> queries = origin_queries(writer, request);
  const std::size_t origin_at = queries.size() - 1;
  // A resolution may change who it is for, and a delayed task has time to find somebody.
  const bool asks_for_target = !is_delayed(request) && !request.resolution;
  if (asks_for_target) queries.push_back(target_query(wanted));
  std::vector<sql::Reader::Result> results = writer.batch(queries);
  const Origin origin = origin_in(results[origin_at].get(), writer, request);
  if (origin.existing) return {.task = *origin.existing, .made = false, .due = {}, .outcome = {}};
  NewTask task = task_for(request, origin.caller);
  const ResolutionChoice choice = load_choice(writer, wanted.organization, request.resolution,
                                              request.input.dependencies.value_or(DependencyChoices()));
  aim_at_resolution(wanted, choice);
  std::optional<Target> target;
  if (is_delayed(request)) {
    task.not_before = request.not_before;
    target = named_target(writer, wanted);
    if (!target) leave_open(writer, wanted, request.input.args, task);
    bind_later(writer, task, target, wanted, choice);
  } else {
    target =
        asks_for_target ? target_in(results.back().get(), writer, wanted) : choose_target(writer, wanted);
    bind_task(writer, task, *target, wanted, choice);
  }
  if (target) {
    check_state_requirements(writer, target->agent, target->features, request.state_requires);
    aim(task, *target, request.input.args);
  }
  TaskLedger ledger(writer, request.now);
  TaskState& made = ledger.insert(task);
  Assigned assigned{made.id, true, task.not_before, {}};
  ledger.append(made, event_of_kind("QUEUED"), Speaker::kServer);
  if (!task.not_before) {
    const std::string& person = request.who->claims.sub;
    assigned.outcome.messages.push_back(assign_message(*std::move(target), task, made.id, person, person));
  }
  assign_hooks(writer, ledger, request, task, assigned.task, assigned.outcome);
  assigned.outcome.notices = ledger.store();
  return assigned;
}

}  // namespace rekuest
