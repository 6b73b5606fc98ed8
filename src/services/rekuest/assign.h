// Assigning: from what a caller asks for to a task that is on its way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/json.h"
#include "service/auth.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Who assigns: the caller of a root task.
struct AssignCaller {
  std::shared_ptr<const service::Identity> who;
  std::int64_t now = 0;
};

struct Assigned {
  std::int64_t task = 0;
  std::int64_t agent = 0;
  std::optional<AssignFrame> frame;  ///< to send; none if the task existed already or is not due
  std::vector<TaskNotice> notices;
};

/// Creates a root task inside a write body. `input` is a coerced AssignInput.
/// A repeated reference gives the existing task. Throws base::Error saying what
/// to do: nothing offers the action, the agent is away, the arguments are too large.
Assigned assign_task(sql::Writer& writer, const AssignCaller& caller, const base::Json& input);

/// The SQL condition that the agent `alias` can be given work; `stale` is the
/// placeholder of the oldest `last_seen` that still counts.
std::string available_condition(const std::string& alias, const std::string& stale);

}  // namespace rekuest
