// Controlling a task that is under way: cancel, interrupt, pause, resume.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "service/auth.h"
#include "services/rekuest/outcome.h"
#include "sql/database.h"

namespace rekuest {

enum class Control { kCancel, kInterrupt, kPause, kResume };

struct ControlWords {
  std::string_view instruct;  ///< also the frame's type
  std::string_view asked;     ///< the event that says it was asked for
  std::string_view ended;     ///< the end of a task nobody had begun; empty: none
};
ControlWords words_of(Control control);

/// Asks the agent inside a write body; the task stays live until the agent
/// confirms. One that no agent has heard of ends at once. Throws
/// base::Error(kNotFound), or kValidation if the task has ended or runs for
/// another user.
Outcome control_task(sql::Writer& writer, Control control, std::int64_t task, bool step,
                     const service::Identity& who, std::int64_t now);

/// The same for what an agent asks about a child of a task it runs: CANCEL_REQUEST
/// and its like. The answer is a message of the outcome. A cancel that is not
/// confirmed within the frame's `auto_interrupt` seconds becomes an interrupt.
void control_child(sql::Writer& writer, TaskLedger& ledger, std::int64_t agent, Control control,
                   const base::Json& request, std::int64_t now, Outcome& out);

/// Interrupts a task and what it called, as if its user had: for a cancel that was not confirmed.
void escalate(sql::Writer& writer, TaskLedger& ledger, TaskState& task, Outcome& out);

/// The caller that an agent is for what it asks for itself.
std::int64_t caller_of_agent(sql::Writer& writer, std::int64_t agent);

}  // namespace rekuest
