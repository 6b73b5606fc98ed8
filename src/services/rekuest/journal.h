// The journal: what agents report, made durable in order, each numbered frame
// exactly once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/task_store.h"
#include "sql/database.h"

namespace rekuest {

/// Whose frames these are.
struct JournalAgent {
  std::int64_t agent = 0;
  std::int64_t organization = 0;
  /// Tasks up to this one are sent once the new process's SESSION_INIT has
  /// come; 0: none wait.
  std::int64_t waiting_up_to = 0;
};

/// What a batch of frames led to, told after its commit.
struct JournalOutcome {
  std::map<std::string, std::int64_t> positions;  ///< to acknowledge: session to highest position
  std::vector<TaskNotice> notices;
  Pending pending;  ///< to send: what waited for the SESSION_INIT
};

/// Kinds that carry a position and are acknowledged.
bool is_numbered(std::string_view kind);

/// kSkip only takes note of positions: for a frame that cannot be applied.
enum class JournalMode { kApply, kSkip };

/// Applies frames in their order, inside a write body. A frame at or below its
/// session's high-water mark was applied before and only counts for the
/// acknowledgement, as does one that nothing is known about: an agent keeps
/// what is not acknowledged for ever.
void apply_frames(sql::Writer& writer, const JournalAgent& from, const std::vector<base::Json>& frames,
                  JournalMode mode, std::int64_t now, JournalOutcome& outcome);

/// The end of tasks whose agent's process is gone: tasks it had begun are LOST,
/// those it never reported on and that somebody cancelled have got their wish.
/// Other tasks it never reported on stay and are sent to the next connection.
std::vector<TaskNotice> lose_tasks(sql::Writer& writer, std::int64_t agent, std::string_view reason,
                                   std::int64_t now);
/// The same for all agents that were last connected before `away_since`.
std::vector<TaskNotice> lose_overdue(sql::Writer& writer, std::int64_t away_since, std::int64_t now);

}  // namespace rekuest
