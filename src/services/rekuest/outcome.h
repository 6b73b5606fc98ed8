// What a write body leads to, told after its commit.
#pragma once

#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/rekuest/agent_feed.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/state_change.h"
#include "services/rekuest/task_store.h"

namespace rekuest {

struct Outcome {
  std::vector<TaskNotice> notices;
  std::vector<AgentMessage> messages;
  std::vector<StateChange> states;
  std::vector<AgentNotice> agents;
  /// An agent has this connection now: other processes close the one it had.
  struct Connected {
    std::int64_t agent;
    std::string connection;
  };
  std::optional<Connected> connected;

  void add(std::vector<TaskNotice> more) {
    notices.insert(notices.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  }
};

}  // namespace rekuest
