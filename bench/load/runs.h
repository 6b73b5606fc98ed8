// What can be measured.
#pragma once

#include <string>
#include <vector>

#include "agent.h"
#include "base/json.h"
#include "caller.h"

namespace load {

struct Plan {
  std::uint16_t port;
  std::string path;   ///< of Rekuest
  std::string token;  ///< the caller's
  std::string interface;
  std::size_t in_flight;  ///< tasks at a time, or reports that wait for their acknowledgement
  std::chrono::duration<double> seconds;
  std::vector<Agent::Identity> agents;

  static Plan read(const base::Json& json);
};

/// Tasks by one caller, `in_flight` at a time, for one agent that finishes them at once.
base::Json run_tasks(const Plan& plan);
/// One task whose agent reports PROGRESS as fast as it is acknowledged.
base::Json run_progress(const Plan& plan);
/// Agents that have nothing to do. Prints a line when all are connected.
base::Json run_idle(const Plan& plan);

}  // namespace load
