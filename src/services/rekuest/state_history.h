// What states were: their patches and snapshots by revision.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "entity/registry.h"

namespace rekuest {

/// More rows of a history than this are asked for in parts.
inline constexpr std::int64_t kMaxHistory = 10'000;

/// Throws base::Error(kValidation) for a number of rows nobody may ask for.
void check_count(std::string_view argument, std::int64_t count);

/// The session of the agent that a client names: by what the agent calls it or
/// by its row. Nothing named: the newest. nullopt if there is none.
std::optional<std::int64_t> find_session(sql::Reader& reader, std::int64_t agent,
                                         const std::optional<std::string>& named);

/// Which patches: of a session (row id), of one state in it or of all.
struct PatchRange {
  std::int64_t session = 0;
  std::optional<std::int64_t> state;
  std::int64_t after = std::numeric_limits<std::int64_t>::min();  ///< revisions above this one
  std::int64_t up_to = std::numeric_limits<std::int64_t>::max();
  std::int64_t limit = kMaxHistory;
  bool newest = false;  ///< the last ones of the range rather than the first
};
/// Row ids and revisions, in the order of revisions (`newest`: the other way round).
sql::Query patches_in(const PatchRange& range);

/// `stateAtGlobalRev`, `forwardEventsAfterRev`, `patchEventsBetweenGlobalRevs`,
/// `snapshotsAroundRev`, `sessionBoundaries`, `taskBoundaries`.
void add_state_history(entity::Registry& registry);

}  // namespace rekuest
