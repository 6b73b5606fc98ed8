// Telling what was committed: frames to agents, mirrors to those that asked,
// changes to the feeds.
#pragma once

#include "services/rekuest/agent_feed.h"
#include "services/rekuest/agent_hub.h"
#include "services/rekuest/dispatch.h"
#include "services/rekuest/feed.h"
#include "services/rekuest/outcome.h"
#include "services/rekuest/state_feed.h"

namespace rekuest {

struct Feeds {
  Feed& tasks;
  AgentFeed& agents;
  StateFeed& states;
};

/// Thread-safe; what it refers to outlives it, and every frame it has handed over.
class Delivery {
 public:
  Delivery(AgentHub& hub, Feeds feeds, const ProvenanceSigner& signer)
      : hub_(hub), feeds_(feeds), signer_(signer) {}

  /// After the commit, in commit order. Does not block.
  void deliver(Outcome told);
  /// Only what answers an agent over its own socket, and waits for nothing else.
  void answer(std::vector<AgentMessage> messages);

 private:
  void send(AgentMessage message);
  void mirror(const TaskNotice& notice);

  AgentHub& hub_;
  const Feeds feeds_;
  const ProvenanceSigner& signer_;
};

}  // namespace rekuest
