#include "services/rekuest/task_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "services/rekuest/catalog_rows.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using sql::nullable;

// LOG and EFFECT tell of a task without moving it on; what arrives after the
// end changes nothing.
bool moves_on(std::string_view kind) { return kind != "LOG" && kind != "EFFECT" && kind != "LATE_REPORT"; }

void take(std::optional<std::string>& kept, const std::optional<std::string>& newer) {
  if (newer) kept = newer;
}

}  // namespace

bool is_terminal(std::string_view kind) {
  static constexpr std::array<std::string_view, 7> kTerminal{"COMPLETED",   "FAILED", "CRITICAL", "CANCELLED",
                                                             "INTERRUPTED", "LOST",   "DENIED"};
  return std::find(kTerminal.begin(), kTerminal.end(), kind) != kTerminal.end();
}

// Feeds leave out what would break them: it stays in the event, for whoever asks by query.
base::Json StoredEvent::change() const {
  const bool fits = !event.value || event.value->size() <= kMaxFeedValue;
  return base::Json::object({{"id", id},
                             {"task", task},
                             {"kind", event.kind},
                             {"message", sql::json_or_null(event.message)},
                             {"progress", sql::json_or_null(event.progress)},
                             {"returns", sql::parsed_or_null(event.returns)},
                             {"value", fits ? sql::parsed_or_null(event.value) : base::Json()},
                             {"created_at", created_at}});
}

base::Json CreatedTask::change() const {
  return base::Json::object({{"id", id},
                             {"reference", reference},
                             {"is_done", false},
                             {"latest_event_kind", "QUEUED"},
                             {"latest_instruct_kind", "ASSIGN"},
                             {"action", action},
                             {"implementation", implementation},
                             {"agent", agent},
                             {"root", nullptr},
                             {"parent", nullptr},
                             {"created_at", created_at},
                             {"updated_at", created_at},
                             {"finished_at", nullptr},
                             {"revision", 0}});
}

// --- TaskLedger -------------------------------------------------------------

TaskState* TaskLedger::find(std::int64_t id) {
  const auto [known, fresh] = tasks_.try_emplace(id);
  if (!fresh) return known->second ? &known->second->state : nullptr;
  const sql::Rows rows = writer_.query(
      "select t.organization_id, t.agent_id, t.caller_id, c.user_id, t.parent_id, t.is_done, t.reported,"
      " t.latest_event_kind, t.created_at"
      " from task t left join caller c on c.id = t.caller_id where t.id = $1",
      {id});
  if (rows.empty()) return nullptr;
  TaskState& task = known->second.emplace().state;
  task.id = id;
  task.organization = rows.integer(0, 0);
  task.agent = sql::optional_integer(rows, 0, 1).value_or(0);
  task.caller = sql::optional_integer(rows, 0, 2).value_or(0);
  task.caller_user = sql::optional_integer(rows, 0, 3).value_or(0);
  task.root = rows.is_null(0, 4);
  task.done = rows.integer(0, 5) != 0;
  task.reported = rows.integer(0, 6) != 0;
  task.latest_kind = rows.text(0, 7);
  task.created_at = rows.integer(0, 8);
  return &task;
}

TaskState& TaskLedger::task_of(std::int64_t id, std::int64_t organization) {
  TaskState* task = find(id);
  if (task == nullptr || task->organization != organization) {
    throw base::Error(base::code::kNotFound, std::string("No task with that id."));
  }
  return *task;
}

void TaskLedger::append(TaskState& task, NewEvent event, Speaker speaker) {
  Change& change = tasks_.at(task.id)->change;
  ++change.revisions;
  if (event.kind != "LATE_REPORT") change.last_step = std::max(change.last_step, event.step.value_or(0));
  if (moves_on(event.kind)) {
    task.latest_kind = event.kind;
    if (event.progress) change.progress = event.progress;
    take(change.returns, event.returns);
    if (event.kind != "YIELD") take(change.message, event.message);
  }
  if (is_terminal(event.kind)) task.done = change.ends = true;
  task.reported = task.reported || speaker == Speaker::kAgent;
  notices_.push_back({task.caller, task.root, {}, StoredEvent{0, task.id, now_, std::move(event)}});
}

void TaskLedger::instruct(const TaskState& task, std::string_view kind, std::optional<std::int64_t> caller,
                          std::optional<bool> step) {
  writer_.execute("insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, $2, $3, $4)",
                  {task.id, std::string(kind), nullable(caller), now_});
  Change& change = tasks_.at(task.id)->change;
  change.instruct = kind;
  if (step) change.step = *step ? 1 : 0;
}

std::vector<TaskNotice> TaskLedger::store() {
  insert_events();
  for (const auto& [id, entry] : tasks_) {
    if (entry) update_row(*entry);
  }
  tasks_.clear();
  return std::exchange(notices_, {});
}

void TaskLedger::insert_events() {
  if (notices_.empty()) return;
  BulkInsert insert(writer_,
                    "task_event (task_id, kind, message, progress, returns, value, level, effect, key, step,"
                    " agent_pos, agent_ts, created_at)",
                    " returning id");
  for (const TaskNotice& notice : notices_) {
    const NewEvent& event = notice.event->event;
    insert.add({notice.event->task, event.kind, nullable(event.message), nullable(event.progress),
                nullable(event.returns), nullable(event.value), event.level, nullable(event.effect),
                nullable(event.key), nullable(event.step), nullable(event.agent_pos),
                nullable(event.agent_ts), now_});
  }
  // Rows of one statement get their ids in the order they stand in, though
  // `returning` may name them in another.
  std::vector<std::int64_t> ids;
  insert.finish([&](const sql::Rows& rows, std::size_t row) { ids.push_back(rows.integer(row, 0)); });
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 0; i < notices_.size(); ++i) notices_[i].event->id = ids[i];
}

// The columns of the end stand in indexes: naming them writes those, too, so
// they are named only by what ends a task.
void TaskLedger::update_row(const Entry& entry) {
  const auto& [task, change] = entry;
  if (change.revisions == 0 && !change.instruct) return;
  std::vector<sql::Value> values{task.id,
                                 task.latest_kind,
                                 sql::flag(task.reported),
                                 change.revisions,
                                 now_,
                                 nullable(change.progress),
                                 nullable(change.message),
                                 nullable(change.returns),
                                 change.last_step,
                                 nullable(change.instruct),
                                 nullable(change.step)};
  constexpr std::string_view kUpdate =
      "update task set latest_event_kind = $2, reported = $3, revision = revision + $4, updated_at = $5,"
      " latest_progress = coalesce($6, latest_progress), latest_message = coalesce($7, latest_message),"
      " latest_returns = coalesce($8, latest_returns),"
      " last_step = case when $9 > coalesce(last_step, 0) then $9 else last_step end,"
      " latest_instruct_kind = coalesce($10, latest_instruct_kind), step = coalesce($11, step)";
  static const std::string kGoesOn = std::string(kUpdate) + " where id = $1";
  static const std::string kEnds = std::string(kUpdate) + ", is_done = 1, finished_at = $5 where id = $1";
  writer_.execute(change.ends ? kEnds : kGoesOn, std::move(values));
}

// --- a new task -------------------------------------------------------------

InsertedTask insert_task(sql::Writer& writer, const NewTask& task, std::int64_t now) {
  base::Json objects = base::Json::array();
  for (const std::string& object : task.acted_on) objects.push_back(object);
  InsertedTask inserted;
  inserted.id = writer.insert(
      "insert into task (organization_id, action_id, implementation_id, agent_id, caller_id, reference, args,"
      " args_hash, acted_on, capture, step, policy, state_requires, created_at, updated_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) returning id",
      {task.organization, task.action, task.implementation, task.agent, task.caller, task.reference,
       task.args, task.args_hash, objects.dump(), sql::flag(task.capture), sql::flag(task.step), task.policy,
       task.state_requires, now});
  for (const std::string& object : task.acted_on) {
    writer.execute("insert into task_object (task_id, object) values ($1, $2) on conflict do nothing",
                   {inserted.id, object});
  }
  writer.execute(
      "insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, 'ASSIGN', $2, $3)",
      {inserted.id, task.caller, now});
  StoredEvent queued{0, inserted.id, now, {}};
  queued.event.kind = "QUEUED";
  queued.id = writer.insert(
      "insert into task_event (task_id, kind, created_at) values ($1, 'QUEUED', $2) returning id",
      {inserted.id, now});
  inserted.notices.push_back(
      {task.caller,
       true,
       CreatedTask{inserted.id, task.action, task.implementation, task.agent, now, task.reference},
       {}});
  inserted.notices.push_back({task.caller, true, {}, std::move(queued)});
  return inserted;
}

}  // namespace rekuest
