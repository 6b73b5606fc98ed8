#include "services/rekuest/control.h"

#include <optional>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/registration.h"

namespace rekuest {

ControlWords words_of(Control control) {
  switch (control) {
    case Control::kCancel:
      return {"CANCEL", "CANCELLING", "CANCELLED"};
    case Control::kInterrupt:
      return {"INTERRUPT", "INTERRUPTING", "INTERRUPTED"};
    case Control::kPause:
      return {"PAUSE", "PAUSING", ""};
    case Control::kResume:
      return {"RESUME", "RESUMING", ""};
  }
  return {};
}

namespace {

// Whether the task's agent may know of it: it does if it spoke of it, is here,
// or was here at any time since the task was made.
bool may_be_known(sql::Writer& writer, const TaskState& task) {
  if (task.withheld) return false;
  if (task.reported) return true;
  const sql::Rows rows =
      writer.query("select connected, disconnected_at from agent where id = $1", {task.agent});
  if (rows.empty()) return false;
  if (rows.integer(0, 0) != 0) return true;
  return !rows.is_null(0, 1) && rows.integer(0, 1) >= task.created_at;
}

struct Asked {
  Control control;
  bool step = false;
  std::optional<std::int64_t> caller;
};

void control_one(sql::Writer& writer, TaskLedger& ledger, const Asked& asked, TaskState& task, Outcome& out) {
  const ControlWords words = words_of(asked.control);
  // A RESUME that is sent again says the same, so its step is kept.
  const bool resumes = asked.control == Control::kResume;
  ledger.instruct(task, words.instruct, asked.caller, resumes ? std::optional(asked.step) : std::nullopt);
  ledger.append(task, event_of_kind(words.asked), Speaker::kServer);
  if (!words.ended.empty() && !may_be_known(writer, task)) {
    ledger.append(task, event_of_kind(words.ended), Speaker::kServer);
    return;
  }
  out.messages.push_back(
      {task.agent, task.id, words.instruct, control_frame(words.instruct, task.id, asked.step)});
}

std::vector<std::int64_t> open_descendants(sql::Writer& writer, std::int64_t task) {
  const sql::Rows rows = writer.query(
      "with recursive below(id) as ("
      " select id from task where parent_id = $1"
      " union select t.id from task t join below b on t.parent_id = b.id)"
      " select t.id from task t join below b on b.id = t.id where t.is_done = 0 order by t.id",
      {task});
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

void control_tree(sql::Writer& writer, TaskLedger& ledger, const Asked& asked, TaskState& task,
                  Outcome& out) {
  control_one(writer, ledger, asked, task, out);
  if (asked.control != Control::kInterrupt) return;
  const std::vector<std::int64_t> below = open_descendants(writer, task.id);
  ledger.prefetch(below);
  for (const std::int64_t id : below) {
    // One that has ended in this body is still open in the rows.
    TaskState* child = ledger.find(id);
    if (child != nullptr && !child->done) control_one(writer, ledger, asked, *child, out);
  }
}

AgentMessage control_response(std::int64_t agent, const base::Json& request, const char* refused) {
  return {agent, 0, "CONTROL_RESPONSE",
          frame("CONTROL_RESPONSE", {{"request", request["id"]},
                                     {"task", request["task"]},
                                     {"accepted", refused == nullptr},
                                     {"error", refused == nullptr ? base::Json() : base::Json(refused)}})};
}

}  // namespace

std::int64_t caller_of_agent(sql::Writer& writer, std::int64_t agent) {
  const sql::Rows rows =
      writer.query("select organization_id, user_id, client_id from agent where id = $1", {agent});
  return ensure_caller(writer, {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2), 0, ""});
}

Outcome control_task(sql::Writer& writer, Control control, std::int64_t id, bool step,
                     const service::Identity& who, std::int64_t now) {
  TaskLedger ledger(writer, now);
  TaskState& task = ledger.task_of(id, who.rows.organization);
  if (task.person != who.rows.user) {
    throw base::Error(base::code::kPermissionDenied,
                      std::string("Only the user a task runs for may control it."));
  }
  if (task.done) throw base::Error(base::code::kValidation, std::string("Task is already terminal"));
  Outcome out;
  control_tree(writer, ledger, {control, step, ensure_caller(writer, registrant_of(who))}, task, out);
  out.add(ledger.store());
  return out;
}

void control_child(sql::Writer& writer, TaskLedger& ledger, std::int64_t agent, Control control,
                   const base::Json& request, std::int64_t now, Outcome& out) {
  const auto refuse = [&](const char* why) { out.messages.push_back(control_response(agent, request, why)); };
  const auto id = entity::row_id(text_member(request, "task").value_or(""));
  TaskState* task = id ? ledger.find(*id) : nullptr;
  TaskState* parent = task != nullptr && !task->is_root() ? ledger.find(task->parent) : nullptr;
  if (parent == nullptr || parent->agent != agent) return refuse("Only the agent that asked for a task may.");
  if (task->done) {
    // What the client says once it has heard the end: nothing of it is owed any more.
    ledger.settle(*task);
    return refuse("Task is already terminal");
  }
  const bool step = request["step"].is_bool() && request["step"].as_bool();
  control_tree(writer, ledger, {control, step, caller_of_agent(writer, agent)}, *task, out);
  const auto patience = request["auto_interrupt"].as_double();
  if (control == Control::kCancel && patience && *patience >= 0 && *patience < 1e9 && !task->done) {
    ledger.set_due(*task, now + static_cast<std::int64_t>(*patience * 1e6));
  }
  refuse(nullptr);
}

void escalate(sql::Writer& writer, TaskLedger& ledger, TaskState& task, Outcome& out) {
  control_tree(writer, ledger, {Control::kInterrupt, false, {}}, task, out);
}

}  // namespace rekuest
