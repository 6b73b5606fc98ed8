// What happened to a state, for those who watch it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/json.h"

namespace rekuest {

/// Where a state's history is: revisions count within an agent's session, and
/// the row ids of sessions grow.
struct StatePoint {
  std::int64_t session = 0;  ///< row id; 0: none yet
  std::int64_t revision = 0;
  auto operator<=>(const StatePoint&) const = default;
};

/// A committed change of a state's value: a patch, or the value a new process
/// begins with.
struct StateChange {
  std::int64_t state = 0;
  std::int64_t agent = 0;
  std::string interface;
  StatePoint at;
  std::string session;         ///< as the agent calls it
  std::int64_t timestamp = 0;  ///< microseconds
  bool begins = false;         ///< `value` is the whole value, not a patch's
  std::string op;
  std::string path;
  base::Json value;
};

}  // namespace rekuest
