// Tasks and their events as rows. Everything here runs inside a write body.
//
// The task row is the truth about a task; each change appends an event under
// the row's lock, so the order of a task's event ids is the order of commits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// A committed change as the feeds tell it.
struct TaskNotice {
  std::int64_t caller = 0;
  bool root = true;
  base::Json create;  ///< `TaskChange` in snake_case, or null
  base::Json event;   ///< `TaskEventChange` in snake_case, or null
};

/// nullopt if there is no such task.
std::optional<TaskState> find_task(sql::Reader& reader, std::int64_t id);
/// Throws Error(kNotFound) if the organization has no such task.
TaskState task_of(sql::Reader& reader, std::int64_t id, std::int64_t organization);

/// Appends the event and brings the task row up to date: latest kind, progress,
/// message, returns, revision, and the end if the kind is terminal. `from_agent`
/// marks the task as reported.
TaskNotice append_event(sql::Writer& writer, TaskState& task, const NewEvent& event, std::int64_t now,
                        bool from_agent);

void append_instruct(sql::Writer& writer, const TaskState& task, std::string_view kind,
                     std::optional<std::int64_t> caller, std::int64_t now);

/// The `TaskChange` of a task's row.
base::Json task_change(sql::Reader& reader, std::int64_t id);

}  // namespace rekuest
