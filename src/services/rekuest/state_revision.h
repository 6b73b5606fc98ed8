// Guards: whether a state that a workflow rests on was changed while it was down.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "services/rekuest/journal.h"
#include "sql/database.h"

namespace rekuest {

/// STATE_REVISION_REQUEST. Without `since`: the revision of a dependency's state
/// now, which only the server reads. With it: whether anything but the parent's
/// own tree changed the watched `paths` after it, or the state was set up again.
/// What is wrong is said in the answer, which is among the outcome's messages.
void answer_state_revision(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from,
                           const base::Json& request, std::int64_t now, Outcome& out);

}  // namespace rekuest
