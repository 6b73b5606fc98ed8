// Controlling a task that is under way: cancel, interrupt, pause, resume.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "service/auth.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

enum class Control { kCancel, kInterrupt, kPause, kResume };

struct Controlled {
  /// Frames to send, with their agents.
  std::vector<std::pair<std::int64_t, std::string>> frames;
  std::vector<TaskNotice> notices;
};

/// Asks the agent inside a write body; the task stays live until the agent
/// confirms. One that no agent has heard of ends at once. Throws
/// base::Error(kNotFound), or kValidation if the task has ended or belongs to
/// another user.
Controlled control_task(sql::Writer& writer, Control control, std::int64_t task, bool step,
                        const service::Identity& who, std::int64_t now);

}  // namespace rekuest
