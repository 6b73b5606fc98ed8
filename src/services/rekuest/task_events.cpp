#include "services/rekuest/task_events.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "sql/nullable.h"

namespace rekuest {
namespace {

constexpr std::string_view kEventColumns =
    "id, task_id, kind, message, progress, returns, value, level, created_at";

StoredEvent event_at(const sql::Rows& rows, std::size_t row) {
  StoredEvent stored{rows.integer(row, 0), rows.integer(row, 1), rows.integer(row, 8), {}};
  stored.event.kind = rows.text(row, 2);
  stored.event.message = sql::optional_text(rows, row, 3);
  stored.event.progress = sql::optional_integer(rows, row, 4);
  stored.event.returns = sql::optional_text(rows, row, 5);
  stored.event.value = sql::optional_text(rows, row, 6);
  stored.event.level = rows.text(row, 7);
  return stored;
}

std::vector<StoredEvent> select_events(sql::Reader& reader, const std::string& condition,
                                       std::vector<sql::Value> parameters) {
  const sql::Rows rows = reader.query(
      "select " + std::string(kEventColumns) + " from task_event where " + condition, std::move(parameters));
  std::vector<StoredEvent> events;
  for (std::size_t row = 0; row < rows.size(); ++row) events.push_back(event_at(rows, row));
  return events;
}

}  // namespace

std::vector<StoredEvent> load_events(sql::Reader& reader, std::int64_t task, std::int64_t after,
                                     std::int64_t limit) {
  return select_events(reader, "task_id = $1 and id > $2 order by id limit $3", {task, after, limit});
}

std::vector<StoredEvent> load_recent_events(sql::Reader& reader, std::int64_t caller, std::int64_t since) {
  return select_events(reader,
                       "task_id in (select id from task where caller_id = $1 and root_id is null"
                       " and (finished_at is null or finished_at > $2)) and created_at > $2 order by id",
                       {caller, since});
}

std::vector<TaskNotice> load_notices(sql::Reader& reader, const std::vector<NoticedEvent>& noticed) {
  if (noticed.empty()) return {};
  std::vector<std::int64_t> tasks, ids;
  for (const NoticedEvent& one : noticed) {
    tasks.push_back(one.task);
    ids.push_back(one.event);
  }
  const TaskStates states = load_task_states(reader, std::move(tasks));
  std::unordered_map<std::int64_t, StoredEvent> events;
  for (StoredEvent& event : select_events(reader, "id in_ids($1)", {sql::Ids{ids}})) {
    const std::int64_t id = event.id;
    events.emplace(id, std::move(event));
  }
  std::vector<TaskNotice> notices;
  for (const NoticedEvent& one : noticed) {
    const auto state = states.find(one.task);
    const auto event = events.find(one.event);
    // Deleted since.
    if (state == states.end() || event == events.end()) continue;
    notices.push_back({state->second, one.created, event->second, one.last});
  }
  return notices;
}

std::vector<TaskNotice> load_notices_since(sql::Reader& reader, std::int64_t since) {
  constexpr std::int64_t kMost = 20'000;
  std::vector<NoticedEvent> noticed;
  for (const StoredEvent& event : select_events(
           reader, "id > (select coalesce(max(id), 0) from task_event) - $2 and created_at > $1 order by id",
           {since, kMost})) {
    noticed.push_back({event.task, event.id, false, true});
  }
  std::vector<TaskNotice> notices = load_notices(reader, noticed);
  std::unordered_set<std::int64_t> seen;
  for (TaskNotice& notice : notices) {
    // What it was made with; it may have been queued again.
    const bool first = seen.insert(notice.task->id).second;
    notice.created =
        first && notice.event->event.kind == "QUEUED" && notice.event->created_at == notice.task->created_at;
  }
  return notices;
}

}  // namespace rekuest
