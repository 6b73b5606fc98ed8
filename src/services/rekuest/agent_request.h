// What an agent asks for, most of it waiting for an answer: child calls and
// their controls, holds, state revisions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "services/rekuest/journal.h"

namespace rekuest {

bool is_request(std::string_view kind);

/// Does it inside the write body of its batch. The answers are messages of the outcome.
void answer_request(sql::Writer& writer, TaskLedger& ledger, const JournalAgent& from,
                    const std::string& kind, const base::Json& request, std::int64_t now, Outcome& out);

/// The answer to one that cannot be done.
void refuse_request(const JournalAgent& from, const std::string& kind, const base::Json& request,
                    Outcome& out);

}  // namespace rekuest
