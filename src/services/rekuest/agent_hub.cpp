#include "services/rekuest/agent_hub.h"

#include <utility>

namespace rekuest {

void AgentHub::open(std::int64_t agent, std::shared_ptr<AgentLink> link) {
  std::shared_ptr<AgentLink> earlier;
  {
    const std::lock_guard lock(mutex_);
    earlier = std::exchange(links_[agent], std::move(link));
  }
  if (earlier) earlier->displace();
}

bool AgentHub::close(std::int64_t agent, const AgentLink* link) {
  const std::lock_guard lock(mutex_);
  const auto it = links_.find(agent);
  if (it == links_.end() || it->second.get() != link) return false;
  links_.erase(it);
  return true;
}

bool AgentHub::send(std::int64_t agent, std::int64_t task, FrameSource frames) {
  std::shared_ptr<AgentLink> link;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = links_.find(agent); it != links_.end()) link = it->second;
  }
  if (link) link->send(task, std::move(frames));
  return link != nullptr;
}

std::vector<std::int64_t> AgentHub::connected() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> agents;
  agents.reserve(links_.size());
  for (const auto& [agent, link] : links_) agents.push_back(agent);
  return agents;
}

bool AgentHub::holds(std::int64_t agent) const {
  const std::lock_guard lock(mutex_);
  return links_.count(agent) != 0;
}

void AgentHub::displace_other(std::int64_t agent, const std::string& connection) {
  std::shared_ptr<AgentLink> link;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = links_.find(agent); it != links_.end()) link = it->second;
  }
  if (link && link->connection() != connection) link->displace();
}

void AgentHub::tell_again() {
  std::vector<std::shared_ptr<AgentLink>> links;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [agent, link] : links_) links.push_back(link);
  }
  for (const auto& link : links) link->tell_again();
}

}  // namespace rekuest
