#include "services/rekuest/control.h"

#include <optional>

#include "base/error.h"
#include "services/rekuest/catalog.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

struct Words {
  std::string_view instruct;  ///< also the frame's type
  std::string_view asked;     ///< the event that says it was asked for
  std::string_view ended;     ///< the end of a task nobody had begun; empty: none
};

Words words_of(Control control) {
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

// Whether the task's agent may know of it: it does if it spoke of it, is here,
// or was here at any time since the task was made.
bool may_be_known(sql::Writer& writer, const TaskState& task) {
  if (task.reported) return true;
  const sql::Rows rows =
      writer.query("select connected, disconnected_at from agent where id = $1", {task.agent});
  if (rows.empty()) return false;
  if (rows.integer(0, 0) != 0) return true;
  return !rows.is_null(0, 1) && rows.integer(0, 1) >= task.created_at;
}

NewEvent event(std::string_view kind) {
  NewEvent made;
  made.kind = kind;
  return made;
}

void control_one(sql::Writer& writer, TaskLedger& ledger, const Words& words, bool step, TaskState& task,
                 std::int64_t caller, Controlled& out) {
  // A RESUME that is sent again says the same, so its step is kept.
  const bool resumes = words.instruct == "RESUME";
  ledger.instruct(task, words.instruct, caller, resumes ? std::optional(step) : std::nullopt);
  ledger.append(task, event(words.asked), Speaker::kServer);
  if (!words.ended.empty() && !may_be_known(writer, task)) {
    ledger.append(task, event(words.ended), Speaker::kServer);
    return;
  }
  base::Json::Object members{{"task", std::to_string(task.id)}};
  if (resumes) members.emplace_back("step", step);
  out.frames.emplace_back(task.agent, frame(words.instruct, members));
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

}  // namespace

Controlled control_task(sql::Writer& writer, Control control, std::int64_t id, bool step,
                        const service::Identity& who, std::int64_t now) {
  const Words words = words_of(control);
  TaskLedger ledger(writer, now);
  TaskState& task = ledger.task_of(id, who.rows.organization);
  if (task.caller_user != who.rows.user) {
    throw base::Error(base::code::kPermissionDenied,
                      std::string("Only the user a task runs for may control it."));
  }
  if (task.done) throw base::Error(base::code::kValidation, std::string("Task is already terminal"));
  const std::int64_t caller = ensure_caller(writer, registrant_of(who));
  Controlled out;
  control_one(writer, ledger, words, step, task, caller, out);
  if (control == Control::kInterrupt) {
    for (const std::int64_t child : open_descendants(writer, id)) {
      control_one(writer, ledger, words, step, ledger.task_of(child, who.rows.organization), caller, out);
    }
  }
  out.notices = ledger.store();
  return out;
}

}  // namespace rekuest
