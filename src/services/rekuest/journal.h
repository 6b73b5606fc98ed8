// The journal: what agents report, made durable in order, each numbered frame
// exactly once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/rekuest/backlog.h"
#include "services/rekuest/outcome.h"
#include "sql/database.h"

namespace rekuest {

/// Whose frames these are.
struct JournalAgent {
  std::int64_t agent = 0;
  std::int64_t organization = 0;
  std::string session;     ///< of the process that is connected; empty: it named none
  std::string connection;  ///< of its registration; a later one has another
  /// Tasks up to this one are told to the new process once its SESSION_INIT has
  /// come: until then reports of the one before may arrive. 0: none wait.
  std::int64_t waiting_up_to = 0;
};

/// What a batch of frames led to, told after its commit.
struct JournalOutcome {
  std::map<std::string, std::int64_t> positions;  ///< to acknowledge: session to highest position
  Outcome told;
  std::optional<BacklogBounds> backlog;  ///< the SESSION_INIT has come: what waited for it
};

/// Kinds that carry a position and are acknowledged.
bool is_numbered(std::string_view kind);
/// Those of them that say what happened to a task, and what they say.
bool is_task_report(std::string_view kind);
NewEvent event_of(const std::string& kind, const base::Json& frame);

/// kSkip only takes note of positions: for a frame that cannot be applied.
enum class JournalMode { kApply, kSkip };

/// Applies frames in their order, inside a write body. A frame at or below its
/// session's high-water mark was applied before and only counts for the
/// acknowledgement, as does one that nothing is known about: an agent keeps
/// what is not acknowledged for ever. Once a newer connection has the agent
/// nothing is applied nor acknowledged, and so it is said again there.
void apply_frames(sql::Writer& writer, const JournalAgent& from, const std::vector<base::Json>& frames,
                  JournalMode mode, std::int64_t now, JournalOutcome& outcome);

}  // namespace rekuest
