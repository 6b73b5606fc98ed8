// What an agent reports of itself rather than of a task: sessions, states,
// locks, shelved values.
#pragma once

#include <string_view>

#include "services/rekuest/journal.h"

namespace rekuest {

/// Applies one frame that is no task report. Unknown kinds, states, locks and
/// drawers are ignored.
void apply_agent_frame(sql::Writer& writer, const JournalAgent& from, std::string_view kind,
                       const base::Json& frame, std::int64_t now);

}  // namespace rekuest
