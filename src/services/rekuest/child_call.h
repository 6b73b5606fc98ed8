// Child calls: what a workflow asks for over its agent's socket.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "services/rekuest/journal.h"
#include "sql/database.h"

namespace rekuest {

/// ASSIGN_REQUEST, inside the write body of its batch. A call that the parent
/// has made before, by its call key, its step or its reference, is found again:
/// a resumed workflow gets the child it had, and all its mirrors so far. The
/// ASSIGN_RESPONSE, which also tells what is wrong, is among the outcome's messages.
void call_child(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from, const base::Json& request,
                std::int64_t now, Outcome& out);

}  // namespace rekuest
