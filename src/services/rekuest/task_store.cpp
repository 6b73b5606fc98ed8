#include "services/rekuest/task_store.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace rekuest {
namespace {

sql::Value optional_value(const std::optional<std::string>& text) {
  if (text) return *text;
  return std::monostate{};
}

sql::Value optional_value(const std::optional<std::int64_t>& number) {
  if (number) return *number;
  return std::monostate{};
}

base::Json optional_json(const std::optional<std::string>& text) {
  return text ? base::Json(*text) : base::Json();
}

base::Json parsed(const std::optional<std::string>& text) {
  return text ? base::Json::parse(*text) : base::Json();
}

base::Json nullable_integer(const sql::Rows& rows, std::size_t column) {
  return rows.is_null(0, column) ? base::Json() : base::Json(rows.integer(0, column));
}

// LOG and EFFECT tell of a task without moving it on; what arrives after the
// end changes nothing.
bool moves_on(std::string_view kind) { return kind != "LOG" && kind != "EFFECT" && kind != "LATE_REPORT"; }

}  // namespace

bool is_terminal(std::string_view kind) {
  static constexpr std::array<std::string_view, 7> kTerminal{"COMPLETED",   "FAILED", "CRITICAL", "CANCELLED",
                                                             "INTERRUPTED", "LOST",   "DENIED"};
  return std::find(kTerminal.begin(), kTerminal.end(), kind) != kTerminal.end();
}

std::optional<TaskState> find_task(sql::Reader& reader, std::int64_t id) {
  const sql::Rows rows = reader.query(
      "select t.id, t.organization_id, t.agent_id, t.caller_id, t.parent_id, t.is_done, t.reported,"
      " t.latest_event_kind, c.user_id"
      " from task t left join caller c on c.id = t.caller_id where t.id = $1",
      {id});
  if (rows.empty()) return std::nullopt;
  TaskState task;
  task.id = rows.integer(0, 0);
  task.organization = rows.integer(0, 1);
  task.agent = rows.is_null(0, 2) ? 0 : rows.integer(0, 2);
  task.caller = rows.is_null(0, 3) ? 0 : rows.integer(0, 3);
  task.root = rows.is_null(0, 4);
  task.done = rows.integer(0, 5) != 0;
  task.reported = rows.integer(0, 6) != 0;
  task.latest_kind = rows.text(0, 7);
  task.caller_user = rows.is_null(0, 8) ? 0 : rows.integer(0, 8);
  return task;
}

TaskState task_of(sql::Reader& reader, std::int64_t id, std::int64_t organization) {
  std::optional<TaskState> task = find_task(reader, id);
  if (!task || task->organization != organization) {
    throw base::Error(base::code::kNotFound, std::string("No task with that id."));
  }
  return *std::move(task);
}

TaskNotice append_event(sql::Writer& writer, TaskState& task, const NewEvent& event, std::int64_t now,
                        bool from_agent) {
  const std::int64_t id = writer.insert(
      "insert into task_event (task_id, kind, message, progress, returns, value, level, effect, key, step,"
      " agent_pos, agent_ts, created_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
      {task.id, event.kind, optional_value(event.message), optional_value(event.progress),
       optional_value(event.returns), optional_value(event.value), event.level, optional_value(event.effect),
       optional_value(event.key), optional_value(event.step), optional_value(event.agent_pos),
       optional_value(event.agent_ts), now});
  const bool ends = is_terminal(event.kind);
  const bool moves = moves_on(event.kind);
  if (moves) task.latest_kind = event.kind;
  task.done = task.done || ends;
  task.reported = task.reported || from_agent;
  const bool tells = moves && event.kind != "YIELD";
  writer.execute(
      "update task set latest_event_kind = $2, is_done = $3, reported = $4, revision = revision + 1,"
      " updated_at = $5, finished_at = coalesce($6, finished_at),"
      " latest_progress = coalesce($7, latest_progress), latest_message = coalesce($8, latest_message),"
      " latest_returns = coalesce($9, latest_returns),"
      " last_step = case when $10 > coalesce(last_step, 0) then $10 else last_step end"
      " where id = $1",
      {task.id, task.latest_kind, static_cast<std::int64_t>(task.done),
       static_cast<std::int64_t>(task.reported), now, ends ? sql::Value(now) : sql::Value(),
       moves ? optional_value(event.progress) : sql::Value(),
       tells ? optional_value(event.message) : sql::Value(),
       moves ? optional_value(event.returns) : sql::Value(),
       event.kind == "LATE_REPORT" ? std::int64_t{0} : event.step.value_or(0)});
  TaskNotice notice;
  notice.caller = task.caller;
  notice.root = task.root;
  notice.event =
      base::Json::object({{"id", id},
                          {"task", task.id},
                          {"kind", event.kind},
                          {"message", optional_json(event.message)},
                          {"progress", event.progress ? base::Json(*event.progress) : base::Json()},
                          {"returns", parsed(event.returns)},
                          {"value", parsed(event.value)},
                          {"created_at", now}});
  return notice;
}

void append_instruct(sql::Writer& writer, const TaskState& task, std::string_view kind,
                     std::optional<std::int64_t> caller, std::int64_t now) {
  writer.execute("insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, $2, $3, $4)",
                 {task.id, std::string(kind), optional_value(caller), now});
  writer.execute("update task set latest_instruct_kind = $2 where id = $1", {task.id, std::string(kind)});
}

base::Json task_change(sql::Reader& reader, std::int64_t id) {
  const sql::Rows rows = reader.query(
      "select id, reference, is_done, latest_event_kind, latest_instruct_kind, action_id, implementation_id,"
      " agent_id, root_id, parent_id, created_at, updated_at, finished_at, revision from task where id = $1",
      {id});
  if (rows.empty()) throw base::Error(base::code::kInternal, "Task {} is gone.", id);
  return base::Json::object({{"id", rows.integer(0, 0)},
                             {"reference", rows.is_null(0, 1) ? base::Json() : base::Json(rows.text(0, 1))},
                             {"is_done", rows.integer(0, 2) != 0},
                             {"latest_event_kind", rows.text(0, 3)},
                             {"latest_instruct_kind", rows.text(0, 4)},
                             {"action", rows.integer(0, 5)},
                             {"implementation", nullable_integer(rows, 6)},
                             {"agent", nullable_integer(rows, 7)},
                             {"root", nullable_integer(rows, 8)},
                             {"parent", nullable_integer(rows, 9)},
                             {"created_at", rows.integer(0, 10)},
                             {"updated_at", rows.integer(0, 11)},
                             {"finished_at", nullable_integer(rows, 12)},
                             {"revision", rows.integer(0, 13)}});
}

}  // namespace rekuest
