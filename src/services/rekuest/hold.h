// Holds: a task, or the child call of one, waits until a person decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "service/auth.h"
#include "services/rekuest/outcome.h"
#include "sql/database.h"

namespace rekuest {

/// HELD: a running task waits for a decision. Under policy AUTO it has it at once.
void hold_task(TaskLedger& ledger, std::int64_t agent, const base::Json& frame, Outcome& out);

/// A child that was made and waits for approval: tells of it at the child, its parent and its root.
void hold_child(TaskLedger& ledger, TaskState& child, const base::Json& value);

struct Decision {
  std::int64_t task = 0;
  bool approved = false;
  std::optional<std::string> answer;
  bool has_values = false;  ///< through a blok, which no task can show yet
};

/// What a person decides about a held task, inside a write body. Reserved to the
/// user the task runs for, through another client than the one that asked.
/// Throws base::Error(kNotFound), kPermissionDenied, or kValidation if the task waits for nothing.
Outcome decide(sql::Writer& writer, const Decision& decision, const service::Identity& who, std::int64_t now);

}  // namespace rekuest
