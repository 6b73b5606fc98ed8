// Requests to an object store: whole messages that somebody else has signed, sent as they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace load {

struct ObjectPlan {
  std::uint16_t port;
  std::size_t connections;
  std::string body;                ///< what follows every head; empty for none
  std::vector<std::string> heads;  ///< of the requests, with the empty line
  std::string status;              ///< what every answer's begins with: `2`, `404`

  /// Reads the body from the file that `body` names. Throws std::runtime_error if it cannot.
  static ObjectPlan read(const base::Json& json);
};

/// Each connection sends the next request when its last was answered. What is answered is counted and thrown
/// away, so that it costs as little as it can; an answer of another status ends the run.
base::Json run_objects(const ObjectPlan& plan);

}  // namespace load
