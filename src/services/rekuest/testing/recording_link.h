// An agent's connection that keeps what it is sent.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "services/rekuest/agent_hub.h"

namespace rekuest_testing {

struct RecordingLink : rekuest::AgentLink {
  void send(std::int64_t, rekuest::FrameSource source) override {
    while (const auto frame = source()) frames.push_back(base::Json::parse(*frame));
  }
  void displace() override {}
  const std::string& connection() const override { return name; }
  void tell_again() override {}
  std::string name;
  std::vector<base::Json> frames;
};

}  // namespace rekuest_testing
