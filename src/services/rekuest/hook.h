// Hooks: actions that a caller wants to be told of its task, by being run.
#pragma once

#include "services/rekuest/assign.h"
#include "services/rekuest/task_store.h"

namespace rekuest {

/// Assigns the hooks of a task that was just made as its children: each gets the
/// task's id. Nobody has to approve what the caller has asked for. Throws
/// Error(kValidation) if nothing offers one.
void assign_hooks(sql::Writer& writer, TaskLedger& ledger, const AssignRequest& request, const NewTask& made,
                  std::int64_t task, Outcome& out);

}  // namespace rekuest
