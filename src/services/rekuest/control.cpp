#include "services/rekuest/control.h"

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

bool is_connected(sql::Writer& writer, std::int64_t agent) {
  const sql::Rows rows = writer.query("select connected from agent where id = $1", {agent});
  return !rows.empty() && rows.integer(0, 0) != 0;
}

NewEvent event(std::string_view kind) {
  NewEvent made;
  made.kind = kind;
  return made;
}

void control_one(sql::Writer& writer, const Words& words, bool step, TaskState& task, std::int64_t caller,
                 std::int64_t now, Controlled& out) {
  append_instruct(writer, task, words.instruct, caller, now);
  out.notices.push_back(append_event(writer, task, event(words.asked), now, false));
  const bool unheard = !task.reported && (task.agent == 0 || !is_connected(writer, task.agent));
  if (unheard && !words.ended.empty()) {
    out.notices.push_back(append_event(writer, task, event(words.ended), now, false));
    return;
  }
  base::Json::Object members{{"task", std::to_string(task.id)}};
  if (words.instruct == "RESUME") members.emplace_back("step", step);
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
  TaskState task = task_of(writer, id, who.rows.organization);
  if (task.caller_user != who.rows.user) {
    throw base::Error(base::code::kPermissionDenied,
                      std::string("Only the user a task runs for may control it."));
  }
  if (task.done) throw base::Error(base::code::kValidation, std::string("Task is already terminal"));
  const std::int64_t caller = ensure_caller(writer, registrant_of(who));
  Controlled out;
  control_one(writer, words, step, task, caller, now, out);
  if (control != Control::kInterrupt) return out;
  for (const std::int64_t child : open_descendants(writer, id)) {
    TaskState descendant = task_of(writer, child, who.rows.organization);
    control_one(writer, words, step, descendant, caller, now, out);
  }
  return out;
}

}  // namespace rekuest
