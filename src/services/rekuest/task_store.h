// Tasks and their events as rows. Everything that changes a task goes through
// a TaskLedger.
//
// The task row is the truth about a task; each change appends an event. Bodies
// run one after the other on the writer thread, so the order of a task's event
// ids is the order of commits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace rekuest {

/// What decisions about a task need of its row.
struct TaskState {
  std::int64_t id = 0;
  std::int64_t organization = 0;
  std::int64_t agent = 0;  ///< 0: none yet
  std::int64_t caller = 0;
  std::int64_t caller_user = 0;
  bool root = true;
  bool done = false;
  bool reported = false;  ///< its agent has said anything about it
  std::string latest_kind;
  std::int64_t created_at = 0;
};

/// `TaskEventKind` by name; `is_terminal` for the seven that end a task.
bool is_terminal(std::string_view kind);

struct NewEvent {
  std::string kind;
  std::optional<std::string> message;
  std::optional<std::int64_t> progress;
  std::optional<std::string> returns;  ///< JSON text
  std::optional<std::string> value;    ///< JSON text
  std::string level = "INFO";
  std::optional<std::string> effect;
  std::optional<std::string> key;
  std::optional<std::int64_t> step;  ///< the agent's `task_step`
  std::optional<std::int64_t> agent_pos;
  std::optional<std::int64_t> agent_ts;  ///< microseconds
};

/// The official client takes frames of 1 MiB: a larger one breaks its feed, and
/// with it every call that waits on it. What is left is for the event around.
inline constexpr std::size_t kMaxFeedValue = (std::size_t{1} << 20) - (std::size_t{64} << 10);

/// An event with a row. `change` is the `TaskEventChange` of the feeds, in snake_case.
struct StoredEvent {
  std::int64_t id = 0;
  std::int64_t task = 0;
  std::int64_t created_at = 0;
  NewEvent event;
  base::Json change() const;
};

/// A task that was just made, as its row is. `change` is the feeds' `TaskChange`.
struct CreatedTask {
  std::int64_t id = 0;
  std::int64_t action = 0;
  std::int64_t implementation = 0;
  std::int64_t agent = 0;
  std::int64_t created_at = 0;
  std::string reference;
  base::Json change() const;
};

/// A committed change, for the feeds: a task was made, or something happened to one.
struct TaskNotice {
  std::int64_t caller = 0;
  bool root = true;
  std::optional<CreatedTask> created;
  std::optional<StoredEvent> event;
};

enum class Speaker { kServer, kAgent };

/// The tasks one write body touches. Each row is read once; events and what
/// they change are kept and written together, so that a burst of reports costs
/// one insert and one update a task. Until `store` the database has none of it.
class TaskLedger {
 public:
  TaskLedger(sql::Writer& writer, std::int64_t now) : writer_(writer), now_(now) {}

  /// Null if there is no such task; valid until `store`.
  TaskState* find(std::int64_t id);
  /// Throws Error(kNotFound) if the organization has no such task.
  TaskState& task_of(std::int64_t id, std::int64_t organization);

  /// Appends the event and brings the task up to date: latest kind, progress,
  /// message, returns, revision, and the end if the kind is terminal. What an
  /// agent says marks the task as reported.
  void append(TaskState& task, NewEvent event, Speaker speaker);
  /// Notes what was asked for and by whom; `step`: whether the task goes on step
  /// by step from now on.
  void instruct(const TaskState& task, std::string_view kind, std::optional<std::int64_t> caller,
                std::optional<bool> step = {});

  /// Writes everything and forgets the tasks; the notices are in the order of `append`.
  std::vector<TaskNotice> store();

 private:
  /// What the events of this body change in a row; unset: stays.
  struct Change {
    std::int64_t revisions = 0;
    bool ends = false;
    std::int64_t last_step = 0;
    std::optional<std::int64_t> progress;
    std::optional<std::string> message;
    std::optional<std::string> returns;
    std::optional<std::string> instruct;
    std::optional<std::int64_t> step;
  };
  struct Entry {
    TaskState state;
    Change change;
  };
  void insert_events();
  void update_row(const Entry& entry);

  sql::Writer& writer_;
  const std::int64_t now_;
  std::unordered_map<std::int64_t, std::optional<Entry>> tasks_;
  std::vector<TaskNotice> notices_;  ///< their events have no ids yet
};

/// Makes the row of a QUEUED task with its first event and instruct.
struct NewTask {
  std::int64_t organization = 0;
  std::int64_t action = 0;
  std::int64_t implementation = 0;
  std::int64_t agent = 0;
  std::int64_t caller = 0;
  std::string reference;
  std::string args;  ///< JSON text
  std::string args_hash;
  std::vector<std::string> acted_on;
  bool capture = false;
  bool step = false;
  std::string policy = "ASK";
  std::string state_requires = "[]";  ///< JSON text
};
struct InsertedTask {
  std::int64_t id = 0;
  std::vector<TaskNotice> notices;
};
InsertedTask insert_task(sql::Writer& writer, const NewTask& task, std::int64_t now);

}  // namespace rekuest
