// Tasks and their events as rows. Everything that changes a task goes through
// a TaskLedger.
//
// The task row is the truth about a task; each change appends an event. Bodies
// run one after the other, so the order of a task's event
// ids is the order of commits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace rekuest {

/// A task's row, as far as decisions and feeds need it. Ids that are 0: none.
struct TaskState {
  std::int64_t id = 0;
  std::int64_t organization = 0;
  std::int64_t action = 0;
  std::int64_t implementation = 0;
  std::int64_t agent = 0;
  std::int64_t caller = 0;
  std::int64_t root = 0;    ///< 0 for a root
  std::int64_t parent = 0;  ///< 0 for a root
  std::int64_t person = 0;  ///< the user the whole tree runs for: the root's
  /// The agent that runs the parent, and so hears of this task over its socket.
  std::int64_t requester = 0;
  std::string reference;
  bool automatic = false;  ///< policy AUTO: nobody has to approve anything
  bool done = false;
  bool reported = false;  ///< the process that has it now has said anything about it
  bool withheld = false;  ///< not to be sent: it waits for a decision, or for its time
  std::string hold;       ///< its own question: ASKED, or ANSWERED until its agent recorded that
  std::string latest_kind = "QUEUED";
  std::string latest_instruct = "ASSIGN";
  std::int64_t revision = 0;
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
  std::optional<std::int64_t> finished_at;

  bool is_root() const { return parent == 0; }
  /// The `TaskChange` of the feeds, in snake_case.
  base::Json change() const;
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
  /// Tells of the task without moving it on: a child of it is held, it answered an inquiry.
  bool aside = false;
};
NewEvent event_of_kind(std::string_view kind, std::optional<std::string> message = {});

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

/// A committed change, for whoever follows tasks: a task was made, or something
/// happened to one.
struct TaskNotice {
  std::shared_ptr<const TaskState> task;  ///< as the body left it
  bool created = false;
  std::optional<StoredEvent> event;
  bool last = false;  ///< of this task in its body
};

/// A task that is to be made. Ids that are 0: none.
struct NewTask {
  std::int64_t organization = 0;
  std::int64_t action = 0;
  std::int64_t implementation = 0;
  std::int64_t agent = 0;
  std::int64_t caller = 0;
  std::int64_t person = 0;
  std::string reference;
  std::string args;  ///< JSON text
  std::string args_hash;
  std::vector<std::string> acted_on;
  bool capture = false;
  bool step = false;
  bool automatic = false;
  std::string state_requires = "[]";  ///< JSON text
  std::string dependencies = "{}";    ///< JSON text
  std::optional<std::int64_t> resolution;
  std::optional<std::string> code_hash;    ///< of a workflow: it is resumed only by the same code
  std::optional<std::int64_t> not_before;  ///< withheld until then

  // Of a child call:
  std::int64_t root = 0;
  std::int64_t parent = 0;
  std::int64_t requester = 0;
  std::optional<std::int64_t> parent_step;
  std::optional<std::string> call_key, request, dependency, method;
  bool held = false;  ///< withheld until a person approves it
};

enum class Speaker { kServer, kAgent };

/// The tasks one write body touches. Each row is read once; events and what
/// they change are kept and written together, so that a burst of reports costs
/// one insert and one update a task. Until `store` the database has none of it.
class TaskLedger {
 public:
  TaskLedger(sql::Writer& writer, std::int64_t now) : writer_(writer), now_(now) {}

  /// Makes the row of a new task with its instruct; its first event is appended like any other.
  TaskState& insert(const NewTask& task);
  /// Reads these tasks at once, locking their rows in the order of their ids, after what is to be read
  /// in the same round trip; returns that.
  std::vector<sql::Reader::Result> prefetch(std::vector<std::int64_t> ids,
                                            std::vector<sql::Query> before = {});
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
  void instruct(TaskState& task, std::string_view kind, std::optional<std::int64_t> caller,
                std::optional<bool> step = {});

  /// The task uses up a step its agent numbers without a frame: a child call.
  void note_step(const TaskState& task, std::int64_t step);
  /// A new process gets it, which has reported nothing yet.
  void requeue(TaskState& task);

  // These are written at once.
  /// Sent from now on; `note`: what the person said who approved it.
  void release(TaskState& task, const std::optional<std::string>& note = {});
  /// Whose task it is from now on, if that was left open.
  void bind(TaskState& task, std::int64_t implementation, std::int64_t agent);
  /// Who serves its dependencies (JSON text), if that was left open.
  void set_dependencies(const TaskState& task, const std::string& dependencies);
  /// When a sweep looks at it: to release it, or to interrupt what was not cancelled.
  void set_due(const TaskState& task, std::optional<std::int64_t> at);
  /// Who asked for it over its socket has heard the end.
  void settle(const TaskState& task);

  /// Written by `store`, in the same round trip.
  void also(sql::Query query) { others_.push_back(std::move(query)); }
  /// Writes everything and forgets the tasks; the notices are in the order of `append`.
  std::vector<TaskNotice> store();

 private:
  /// What this body changes in a row besides the state; unset: stays.
  struct Change {
    bool made = false;     ///< by this body: the row is written, and its first event is part of that
    bool touched = false;  ///< the row has to be written
    bool ends = false;
    std::int64_t last_step = 0;
    std::optional<std::int64_t> progress;
    std::optional<std::string> message;
    std::optional<std::string> returns;
    std::optional<std::int64_t> step;
  };
  struct Entry {
    std::shared_ptr<TaskState> state;
    Change change;
  };
  Change& change_of(const TaskState& task) { return tasks_.at(task.id)->change; }
  std::vector<sql::Query> event_inserts();
  sql::Query row_update(const Entry& entry) const;
  void take_event_ids(std::span<sql::Reader::Result> inserted);
  void mark_last_notices();

  sql::Writer& writer_;
  const std::int64_t now_;
  std::unordered_map<std::int64_t, std::optional<Entry>> tasks_;
  std::vector<TaskNotice> notices_;  ///< their events have no ids yet
  std::vector<sql::Query> others_;   ///< rows beside tasks and events
};

/// Tasks as they are now; those that are gone are left out.
using TaskStates = std::unordered_map<std::int64_t, std::shared_ptr<const TaskState>>;
TaskStates load_task_states(sql::Reader& reader, std::vector<std::int64_t> ids);

}  // namespace rekuest
