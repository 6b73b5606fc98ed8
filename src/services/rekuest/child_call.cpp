#include "services/rekuest/child_call.h"

#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "entity/lookup.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/assign.h"
#include "services/rekuest/control.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/hold.h"
#include "services/rekuest/mirror.h"
#include "services/rekuest/state_requirements.h"
#include "services/rekuest/task_events.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::int64_t kReplayed = 100'000;  ///< mirrors of one child

[[noreturn]] void refuse(const char* why) { throw Error(code::kValidation, std::string(why)); }

std::optional<std::int64_t> id_member(const Json& request, std::string_view name) {
  const auto text = text_member(request, name);
  if (!text) return std::nullopt;
  const auto id = entity::row_id(*text);
  if (!id) throw Error(code::kValidation, "`{}` is no id.", name);
  return id;
}

bool any_of(const Json& list) { return list.is_array() && !list.items().empty(); }

struct ChildCall {
  std::string id;  ///< of the frame
  std::string reference;
  std::optional<std::string> call_key;
  std::optional<std::int64_t> parent_step;
  std::optional<std::string> dependency, method;  ///< of the parent
  std::optional<std::int64_t> resolution;
  TargetRequest target;
  Json arguments;
  std::string args, args_hash;
  std::string state_requires = "[]";
};

ChildCall read_call(const JournalAgent& from, const Json& request, std::int64_t now) {
  if (any_of(request["hooks"])) refuse("Hooks are not built yet.");
  ChildCall call;
  call.id = text_member(request, "id").value_or("");
  call.reference = text_member(request, "reference").value_or(base::uuid4());
  call.call_key = text_member(request, "call_key");
  call.parent_step = request["parent_step"].as_int64();
  call.dependency = text_member(request, "dependency");
  call.method = text_member(request, "method");
  if (call.dependency.has_value() != call.method.has_value())
    refuse("`dependency` and `method` belong together.");
  call.resolution = id_member(request, "resolution");
  call.target = {from.organization,
                 now,
                 id_member(request, "implementation"),
                 id_member(request, "agent"),
                 id_member(request, "action"),
                 text_member(request, "interface"),
                 text_member(request, "action_hash")};
  call.arguments = request["args"].is_null() ? Json::object() : request["args"];
  if (!call.arguments.is_object()) refuse("`args` must be an object.");
  call.args = call.arguments.dump();
  call.args_hash = arguments_hash(call.arguments);
  if (any_of(request["state_requires"])) call.state_requires = request["state_requires"].dump();
  if (call.args.size() + call.reference.size() + call.state_requires.size() > kMaxArguments) {
    refuse(
        "The arguments are larger than an agent can be sent (1 MiB). Upload large data and pass a reference "
        "to it.");
  }
  return call;
}

// One call of a task over its agent's socket.
class Calling {
 public:
  Calling(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from, const Json& request,
          std::int64_t now, Outcome& out)
      : writer_(writer), ledger_(ledger), from_(from), request_(request), now_(now), out_(out) {}

  void run() {
    const ChildCall call = read_call(from_, request_, now_);
    const auto parent_id = id_member(request_, "parent");
    if (!parent_id) refuse("A call over the socket needs a `parent`; roots are assigned by GraphQL.");
    TaskState* parent = ledger_.find(*parent_id);
    if (parent == nullptr || parent->agent != from_.agent) {
      refuse("Only the agent that runs the parent task may call for it.");
    }
    const std::int64_t caller = caller_of_agent(writer_, from_.agent);
    if (const auto child = find_again(call, *parent_id, caller)) return answer_again(call, *child);
    if (parent->done) refuse("Parent task is already terminal");
    make(call, *parent, caller);
  }

 private:
  void say(std::string frame) {
    out_.messages.push_back({from_.agent, 0, "ASSIGN_RESPONSE", std::move(frame)});
  }

  // By what the parent calls it, then by the step it takes, then by its reference.
  std::optional<std::int64_t> find_again(const ChildCall& call, std::int64_t parent, std::int64_t caller) {
    const auto one = [&](const char* condition,
                         std::vector<sql::Value> values) -> std::optional<std::int64_t> {
      const sql::Rows rows = writer_.query(
          std::string("select id from task where ") + condition + " order by id limit 1", std::move(values));
      if (rows.empty()) return std::nullopt;
      return rows.integer(0, 0);
    };
    std::optional<std::int64_t> found;
    if (call.call_key) found = one("parent_id = $1 and call_key = $2", {parent, *call.call_key});
    if (!found && call.parent_step)
      found = one("parent_id = $1 and parent_step = $2", {parent, *call.parent_step});
    if (!found) {
      found = one("caller_id = $1 and reference = $2 and parent_id = $3", {caller, call.reference, parent});
    }
    return found;
  }

  void answer_again(const ChildCall& call, std::int64_t child) {
    check_same(call, child);
    writer_.execute("update task set request_id = $2, settled = 0 where id = $1", {child, call.id});
    say(assign_response(call.id, call.reference, child, false));
    for (const StoredEvent& event : load_events(writer_, child, 0, kReplayed)) {
      if (auto frame = mirror_frame(event)) say(*std::move(frame));
    }
  }

  void check_same(const ChildCall& call, std::int64_t child) {
    const sql::Rows rows = writer_.query(
        "select t.args_hash, t.action_id, a.hash, t.implementation_id, t.agent_id, i.interface,"
        " t.dependency, t.dependency_method from task t"
        " join action a on a.id = t.action_id left join implementation i on i.id = t.implementation_id"
        " where t.id = $1",
        {child});
    const auto differs = [&](const std::optional<std::int64_t>& wanted, std::size_t column) {
      return wanted && sql::optional_integer(rows, 0, column) != wanted;
    };
    const TargetRequest& target = call.target;
    const bool other_target =
        differs(target.action, 1) || (target.action_hash && rows.text(0, 2) != *target.action_hash) ||
        differs(target.implementation, 3) || differs(target.agent, 4) ||
        (target.interface && sql::optional_text(rows, 0, 5) != target.interface) ||
        sql::optional_text(rows, 0, 6) != call.dependency || sql::optional_text(rows, 0, 7) != call.method;
    if (other_target || rows.text(0, 0) != call.args_hash) {
      throw Error(
          code::kValidation,
          "Nondeterministic workflow: the call '{}' was made before with {}. A workflow must make the "
          "same calls again when it is resumed.",
          call.call_key.value_or(call.reference), other_target ? "another target" : "other arguments");
    }
  }

  // Whoever serves the parent's dependency, and has the fewest open tasks.
  Target choose_mapped(const ChildCall& call, const TaskState& parent, NewTask& task) {
    const sql::Rows kept = writer_.query("select dependencies from task where id = $1", {parent.id});
    const std::vector<MappedMethod> methods =
        mapped_methods(Json::parse(kept.text(0, 0)), *call.dependency, *call.method);
    sql::Ids among;
    for (const MappedMethod& one : methods) among.values.push_back(one.implementation);
    std::optional<Target> target = choose_among(writer_, from_.organization, now_, std::move(among));
    if (!target) {
      throw Error(code::kValidation,
                  "No agent that serves the dependency '{}' is connected. Start its app again.",
                  *call.dependency);
    }
    for (const MappedMethod& one : methods) {
      if (one.implementation == target->frame.implementation) task.dependencies = one.dependencies;
    }
    task.dependency = call.dependency;
    task.method = call.method;
    return *std::move(target);
  }

  Target choose(const ChildCall& call, const TaskState& parent, NewTask& task) {
    if (call.dependency) return choose_mapped(call, parent, task);
    const ResolutionChoice choice = load_choice(writer_, from_.organization, call.resolution, {});
    TargetRequest wanted = call.target;
    aim_at_resolution(wanted, choice);
    Target target = choose_target(writer_, wanted);
    bind_task(writer_, task, target, wanted, choice);
    return target;
  }

  void make(const ChildCall& call, TaskState& parent, std::int64_t caller) {
    NewTask task;
    Target target = choose(call, parent, task);
    check_state_requirements(writer_, target.agent, target.features, call.state_requires);
    task.organization = from_.organization;
    task.caller = caller;
    task.person = parent.person;
    task.reference = call.reference;
    task.args = call.args;
    task.args_hash = call.args_hash;
    task.capture = request_["capture"].is_bool() && request_["capture"].as_bool();
    task.step = request_["step"].is_bool() && request_["step"].as_bool();
    task.automatic = parent.automatic;
    task.state_requires = call.state_requires;
    task.root = parent.root == 0 ? parent.id : parent.root;
    task.parent = parent.id;
    task.requester = from_.agent;
    task.parent_step = call.parent_step;
    task.call_key = call.call_key;
    task.request = call.id;
    task.held = !parent.automatic;
    aim(task, target, call.arguments);
    TaskState& child = ledger_.insert(task);
    if (call.parent_step) ledger_.note_step(parent, *call.parent_step);
    say(assign_response(call.id, call.reference, child.id, true));
    if (task.held) return hold_child(ledger_, child, why_held(call, task, child));
    ledger_.append(child, event_of_kind("QUEUED"), Speaker::kServer);
    const auto [person, requester] = subjects(parent.person);
    out_.messages.push_back(assign_message(std::move(target), task, child.id, person, requester));
  }

  // What the person who decides is shown beside the agent's own words.
  Json why_held(const ChildCall& call, const NewTask& task, const TaskState& child) {
    return Json::object({{"kind", "assign"},
                         {"prompt", request_["prompt"]},
                         {"action", std::to_string(task.action)},
                         {"agent", std::to_string(task.agent)},
                         {"args", call.arguments},
                         {"caller_task", std::to_string(child.parent)},
                         {"caller_agent", std::to_string(from_.agent)}});
  }

  // Of the user the tree runs for, and of the agent's own.
  std::pair<std::string, std::string> subjects(std::int64_t person) {
    const sql::Rows rows = writer_.query(
        "select p.sub, u.sub from user_account p, agent g join user_account u on u.id = g.user_id"
        " where p.id = $1 and g.id = $2",
        {person, from_.agent});
    return {std::string(rows.text(0, 0)), std::string(rows.text(0, 1))};
  }

  sql::Writer& writer_;
  TaskLedger& ledger_;
  const JournalAgent& from_;
  const Json& request_;
  const std::int64_t now_;
  Outcome& out_;
};

}  // namespace

void call_child(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from, const Json& request,
                std::int64_t now, Outcome& out) {
  try {
    Calling(writer, ledger, from, request, now, out).run();
  } catch (const Error& error) {
    // What the database refused has failed the whole body; the rest is an answer.
    if (error.code() != code::kValidation && error.code() != code::kNotFound) throw;
    out.messages.push_back({from.agent, 0, "ASSIGN_RESPONSE",
                            frame("ASSIGN_RESPONSE", {{"request", request["id"]},
                                                      {"reference", request["reference"]},
                                                      {"task", nullptr},
                                                      {"created", false},
                                                      {"error", error.message()}})});
  }
}

}  // namespace rekuest
