#include "services/rekuest/task_store.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "services/rekuest/catalog_rows.h"
#include "sql/nullable.h"

namespace rekuest {
namespace {

using sql::nullable;

// LOG and EFFECT tell of a task without moving it on; what arrives after the
// end changes nothing.
bool moves_on(const NewEvent& event) {
  return !event.aside && event.kind != "LOG" && event.kind != "EFFECT" && event.kind != "LATE_REPORT";
}

// Whatever else happens meanwhile (it works on, it is paused), a question stays
// until it is answered, and an answer until its agent has recorded it.
void follow_hold(TaskState& task, const NewEvent& event, Speaker speaker) {
  if (event.kind == "HELD" && speaker == Speaker::kAgent) {
    task.hold = "ASKED";
  } else if (event.kind == "DECIDED" && task.hold == "ASKED") {
    task.hold = "ANSWERED";
  } else if (event.kind == "QUEUED" || (event.kind == "EFFECT" && event.effect == "HOLD")) {
    task.hold.clear();
  }
}

sql::Value id_or_null(std::int64_t id) { return id == 0 ? sql::Value() : sql::Value(id); }

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

base::Json TaskState::change() const {
  const auto or_null = [](std::int64_t row) { return row == 0 ? base::Json() : base::Json(row); };
  return base::Json::object({{"id", id},
                             {"reference", reference},
                             {"is_done", done},
                             {"latest_event_kind", latest_kind},
                             {"latest_instruct_kind", latest_instruct},
                             {"action", action},
                             {"implementation", or_null(implementation)},
                             {"agent", or_null(agent)},
                             {"root", or_null(root)},
                             {"parent", or_null(parent)},
                             {"created_at", created_at},
                             {"updated_at", updated_at},
                             {"finished_at", sql::json_or_null(finished_at)},
                             {"revision", revision}});
}

NewEvent event_of_kind(std::string_view kind, std::optional<std::string> message) {
  NewEvent event;
  event.kind = kind;
  event.message = std::move(message);
  return event;
}

// --- TaskLedger: reading ----------------------------------------------------

namespace {

constexpr std::string_view kSelect =
    "select t.id, t.organization_id, t.action_id, t.implementation_id, t.agent_id, t.caller_id, t.root_id,"
    " t.parent_id, coalesce(rc.user_id, c.user_id), case when p.is_done = 0 and t.request_id is not null "
    "then p.agent_id end, t.reference,"
    " t.policy, t.is_done, t.reported, t.withheld, t.latest_event_kind, t.latest_instruct_kind, t.revision,"
    " t.created_at, t.updated_at, t.finished_at, t.hold"
    " from task t left join caller c on c.id = t.caller_id"
    " left join task r on r.id = t.root_id left join caller rc on rc.id = r.caller_id"
    " left join task p on p.id = t.parent_id where t.id in_ids($1) order by t.id";

std::shared_ptr<TaskState> state_at(const sql::Rows& rows, std::size_t row) {
  auto task = std::make_shared<TaskState>();
  const auto id = [&](std::size_t column) { return sql::optional_integer(rows, row, column).value_or(0); };
  task->id = rows.integer(row, 0);
  task->organization = rows.integer(row, 1);
  task->action = rows.integer(row, 2);
  task->implementation = id(3);
  task->agent = id(4);
  task->caller = id(5);
  task->root = id(6);
  task->parent = id(7);
  task->person = id(8);
  task->requester = id(9);
  task->reference = sql::optional_text(rows, row, 10).value_or("");
  task->automatic = rows.text(row, 11) == "AUTO";
  task->done = rows.integer(row, 12) != 0;
  task->reported = rows.integer(row, 13) != 0;
  task->withheld = rows.integer(row, 14) != 0;
  task->latest_kind = rows.text(row, 15);
  task->latest_instruct = rows.text(row, 16);
  task->revision = rows.integer(row, 17);
  task->created_at = rows.integer(row, 18);
  task->updated_at = rows.integer(row, 19);
  task->finished_at = sql::optional_integer(rows, row, 20);
  task->hold = sql::optional_text(rows, row, 21).value_or("");
  return task;
}

}  // namespace

// Several processes may want the same tasks; taking them in one order keeps
// them from waiting for each other.
std::vector<sql::Reader::Result> TaskLedger::prefetch(std::vector<std::int64_t> ids,
                                                      std::vector<sql::Query> before) {
  std::erase_if(ids, [&](std::int64_t id) { return !tasks_.try_emplace(id).second; });
  if (ids.empty()) return before.empty() ? std::vector<sql::Reader::Result>() : writer_.batch(before);
  static const std::string kLocked = std::string(kSelect) + " for no key update of t";
  const bool shared = writer_.dialect() == sql::Dialect::kPostgres;
  before.push_back({shared ? kLocked : std::string(kSelect), {sql::Ids{std::move(ids)}}});
  std::vector<sql::Reader::Result> results = writer_.batch(before);
  const sql::Rows& rows = results.back().get();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    tasks_[rows.integer(row, 0)] = Entry{state_at(rows, row), {}};
  }
  results.pop_back();
  return results;
}

TaskState* TaskLedger::find(std::int64_t id) {
  prefetch({id});
  const auto& known = tasks_.at(id);
  return known ? known->state.get() : nullptr;
}

TaskState& TaskLedger::task_of(std::int64_t id, std::int64_t organization) {
  TaskState* task = find(id);
  if (task == nullptr || task->organization != organization) {
    throw base::Error(base::code::kNotFound, std::string("No task with that id."));
  }
  return *task;
}

// --- TaskLedger: changing ---------------------------------------------------

void TaskLedger::append(TaskState& task, NewEvent event, Speaker speaker) {
  Change& change = change_of(task);
  const bool first = std::exchange(change.made, false);
  // Who asks for events by time gets them in the order of their ids: a body may
  // have been begun before one that was committed earlier, or by another clock.
  task.updated_at = std::max(now_, task.updated_at);
  if (!first) {
    change.touched = true;
    ++task.revision;
  }
  if (event.kind != "LATE_REPORT") change.last_step = std::max(change.last_step, event.step.value_or(0));
  if (moves_on(event)) {
    task.latest_kind = event.kind;
    if (event.progress) change.progress = event.progress;
    take(change.returns, event.returns);
    if (event.kind != "YIELD") take(change.message, event.message);
  }
  follow_hold(task, event, speaker);
  if (is_terminal(event.kind)) {
    task.done = change.ends = true;
    task.finished_at = task.updated_at;
  }
  task.reported = task.reported || speaker == Speaker::kAgent;
  notices_.push_back(
      {tasks_.at(task.id)->state, first, StoredEvent{0, task.id, task.updated_at, std::move(event)}});
}

void TaskLedger::instruct(TaskState& task, std::string_view kind, std::optional<std::int64_t> caller,
                          std::optional<bool> step) {
  others_.push_back(
      {"insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, $2, $3, $4)",
       {task.id, std::string(kind), nullable(caller), now_}});
  task.latest_instruct = kind;
  Change& change = change_of(task);
  change.touched = true;
  if (step) change.step = *step ? 1 : 0;
}

void TaskLedger::note_step(const TaskState& task, std::int64_t step) {
  Change& change = change_of(task);
  change.touched = true;
  change.last_step = std::max(change.last_step, step);
}

void TaskLedger::requeue(TaskState& task) {
  task.reported = false;
  change_of(task).touched = true;
}

void TaskLedger::release(TaskState& task, const std::optional<std::string>& note) {
  task.withheld = false;
  writer_.execute("update task set withheld = 0, due_at = null, approval_note = $2 where id = $1",
                  {task.id, nullable(note)});
}

void TaskLedger::bind(TaskState& task, std::int64_t implementation, std::int64_t agent) {
  task.implementation = implementation;
  task.agent = agent;
  writer_.execute("update task set implementation_id = $2, agent_id = $3 where id = $1",
                  {task.id, implementation, agent});
}

void TaskLedger::set_dependencies(const TaskState& task, const std::string& dependencies) {
  writer_.execute("update task set dependencies = $2 where id = $1", {task.id, dependencies});
}

void TaskLedger::set_due(const TaskState& task, std::optional<std::int64_t> at) {
  writer_.execute("update task set due_at = $2 where id = $1", {task.id, nullable(at)});
}

void TaskLedger::settle(const TaskState& task) {
  writer_.execute("update task set settled = 1 where id = $1", {task.id});
}

// --- TaskLedger: writing ----------------------------------------------------

// One round trip, whatever the body did.
std::vector<TaskNotice> TaskLedger::store() {
  std::vector<sql::Query> queries = event_inserts();
  const std::size_t inserts = queries.size();
  for (const auto& [id, entry] : tasks_) {
    if (entry && entry->change.touched) queries.push_back(row_update(*entry));
  }
  std::ranges::move(std::exchange(others_, {}), std::back_inserter(queries));
  if (!queries.empty()) {
    std::vector<sql::Reader::Result> results = writer_.batch(queries);
    for (sql::Reader::Result& result : results) result.get();
    take_event_ids(std::span(results).first(inserts));
  }
  mark_last_notices();
  tasks_.clear();
  return std::exchange(notices_, {});
}

std::vector<sql::Query> TaskLedger::event_inserts() {
  BulkInsert insert(writer_,
                    "task_event (task_id, kind, message, progress, returns, value, level, effect, key, step,"
                    " agent_pos, agent_ts, created_at)",
                    " returning id");
  for (const TaskNotice& notice : notices_) {
    const NewEvent& event = notice.event->event;
    insert.add({notice.event->task, event.kind, nullable(event.message), nullable(event.progress),
                nullable(event.returns), nullable(event.value), event.level, nullable(event.effect),
                nullable(event.key), nullable(event.step), nullable(event.agent_pos),
                nullable(event.agent_ts), notice.event->created_at});
  }
  return insert.statements();
}

// Rows of one statement get their ids in the order they stand in, though
// `returning` may name them in another.
void TaskLedger::take_event_ids(std::span<sql::Reader::Result> inserted) {
  std::vector<std::int64_t> ids;
  for (const sql::Reader::Result& result : inserted) {
    for (std::size_t row = 0; row < result.rows.size(); ++row) ids.push_back(result.rows.integer(row, 0));
  }
  std::sort(ids.begin(), ids.end());
  for (std::size_t i = 0; i < notices_.size(); ++i) notices_[i].event->id = ids[i];
}

void TaskLedger::mark_last_notices() {
  std::unordered_set<const TaskState*> told;
  for (auto notice = notices_.rbegin(); notice != notices_.rend(); ++notice) {
    notice->last = told.insert(notice->task.get()).second;
  }
}

// The columns of the end stand in indexes: naming them writes those, too, so
// they are named only by what ends a task.
sql::Query TaskLedger::row_update(const Entry& entry) const {
  const TaskState& task = *entry.state;
  const Change& change = entry.change;
  std::vector<sql::Value> values{task.id,
                                 task.latest_kind,
                                 sql::flag(task.reported),
                                 task.revision,
                                 task.updated_at,
                                 nullable(change.progress),
                                 nullable(change.message),
                                 nullable(change.returns),
                                 change.last_step,
                                 task.latest_instruct,
                                 nullable(change.step),
                                 task.hold.empty() ? sql::Value() : sql::Value(task.hold)};
  constexpr std::string_view kUpdate =
      "update task set latest_event_kind = $2, reported = $3, revision = $4, updated_at = $5,"
      " latest_progress = coalesce($6, latest_progress), latest_message = coalesce($7, latest_message),"
      " latest_returns = coalesce($8, latest_returns),"
      " last_step = case when $9 > coalesce(last_step, 0) then $9 else last_step end,"
      " latest_instruct_kind = $10, step = coalesce($11, step), hold = $12";
  static const std::string kGoesOn = std::string(kUpdate) + " where id = $1";
  static const std::string kEnds = std::string(kUpdate) + ", is_done = 1, finished_at = $5 where id = $1";
  return {change.ends ? kEnds : kGoesOn, std::move(values)};
}

// --- TaskLedger: a new task -------------------------------------------------

TaskState& TaskLedger::insert(const NewTask& made) {
  base::Json objects = base::Json::array();
  for (const std::string& object : made.acted_on) objects.push_back(object);
  auto task = std::make_shared<TaskState>();
  task->latest_kind = made.held ? "HELD" : "QUEUED";
  task->withheld = made.held || made.not_before;
  task->id = writer_.insert(
      "insert into task (organization_id, action_id, implementation_id, agent_id, caller_id, reference, args,"
      " args_hash, acted_on, capture, step, policy, state_requires, dependencies, code_hash, not_before, "
      "due_at,"
      " withheld, latest_event_kind, root_id, parent_id, parent_step, call_key, request_id, dependency,"
      " dependency_method, resolution_id, created_at, updated_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19, "
      "$20,"
      " $21, $22, $23, $24, $25, $26, $27, $27) returning id",
      {made.organization,
       made.action,
       id_or_null(made.implementation),
       id_or_null(made.agent),
       made.caller,
       made.reference,
       made.args,
       made.args_hash,
       objects.dump(),
       sql::flag(made.capture),
       sql::flag(made.step),
       std::string(made.automatic ? "AUTO" : "ASK"),
       made.state_requires,
       made.dependencies,
       nullable(made.code_hash),
       nullable(made.not_before),
       sql::flag(task->withheld),
       task->latest_kind,
       id_or_null(made.root),
       id_or_null(made.parent),
       nullable(made.parent_step),
       nullable(made.call_key),
       nullable(made.request),
       nullable(made.dependency),
       nullable(made.method),
       nullable(made.resolution),
       now_});
  for (const std::string& object : made.acted_on) {
    others_.push_back({"insert into task_object (task_id, object) values ($1, $2) on conflict do nothing",
                       {task->id, object}});
  }
  others_.push_back(
      {"insert into task_instruct (task_id, kind, caller_id, created_at) values ($1, 'ASSIGN', $2, $3)",
       {task->id, made.caller, now_}});
  task->organization = made.organization;
  task->action = made.action;
  task->implementation = made.implementation;
  task->agent = made.agent;
  task->caller = made.caller;
  task->root = made.root;
  task->parent = made.parent;
  task->person = made.person;
  task->requester = made.requester;
  task->reference = made.reference;
  task->automatic = made.automatic;
  task->created_at = task->updated_at = now_;
  TaskState& inserted = *task;
  tasks_[inserted.id] = Entry{std::move(task), {}};
  change_of(inserted).made = true;
  return inserted;
}

// --- reading ----------------------------------------------------------------

TaskStates load_task_states(sql::Reader& reader, std::vector<std::int64_t> ids) {
  TaskStates states;
  if (ids.empty()) return states;
  const sql::Rows rows = reader.query(kSelect, {sql::Ids{std::move(ids)}});
  for (std::size_t row = 0; row < rows.size(); ++row) states[rows.integer(row, 0)] = state_at(rows, row);
  return states;
}

}  // namespace rekuest
