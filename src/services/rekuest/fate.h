// Fates: what becomes of the tasks of a process that is gone.
#pragma once

#include <cstdint>
#include <string_view>

#include "services/rekuest/outcome.h"
#include "sql/database.h"

namespace rekuest {

/// Decides about the open tasks an agent's earlier process had begun, inside a
/// write body; only when everything it still had to say has been heard.
///   * A workflow stays, to be resumed, while its agent offers it with the same code.
///   * A task of an idempotent action is queued again, a few times.
///   * Any other is LOST, with what is known about how far it got.
/// What it never spoke of stays queued; if somebody cancelled it, they got their wish.
/// What is queued, and what was queued again, is LOST once its agent does not offer
/// it any more, or offers another workflow than the one that is to go on.
/// Tasks after `up_to` were sent to the agent's present process.
void decide_fates(sql::Writer& writer, std::int64_t agent, std::int64_t up_to, std::string_view reason,
                  std::int64_t now, Outcome& out);

/// The same for all agents that were last connected before `away_since`.
void decide_overdue_fates(sql::Writer& writer, std::int64_t away_since, std::int64_t now, Outcome& out);

}  // namespace rekuest
