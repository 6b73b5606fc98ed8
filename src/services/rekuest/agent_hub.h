// The agents connected to this process, and the frames they are sent.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "services/rekuest/agent_outbox.h"

namespace rekuest {

/// One agent's live connection. Thread-safe.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  /// Frames of one agent are sent in the order of the calls. `task`: which one
  /// they are about, 0: none of its own.
  virtual void send(std::int64_t task, FrameSource frames) = 0;
  /// A newer registration of the same agent took over.
  virtual void displace() = 0;
  /// Which registration it is.
  virtual const std::string& connection() const = 0;
  /// Sends again all that the agent may be waiting for.
  virtual void tell_again() = 0;
};

/// Which agent is connected through which link. Only wakes and forwards: what
/// an agent must hear is in the database. Thread-safe; calls do not block.
class AgentHub {
 public:
  /// The link is the agent's from now on; an earlier one is displaced.
  void open(std::int64_t agent, std::shared_ptr<AgentLink> link);
  /// False if another link has taken over since.
  bool close(std::int64_t agent, const AgentLink* link);
  /// False, and dropped, if the agent is not here: it is told when it registers.
  bool send(std::int64_t agent, std::int64_t task, FrameSource frames);
  std::vector<std::int64_t> connected() const;
  bool holds(std::int64_t agent) const;
  /// The agent has this connection, perhaps to another process: any other is displaced.
  void displace_other(std::int64_t agent, const std::string& connection);
  void tell_again();

  base::metrics::Counter acknowledged_frames;

  /// Bytes of sockets that have not registered yet, of all together: strangers
  /// must not fill the memory.
  std::atomic<std::size_t> unregistered_bytes{0};
  static constexpr std::size_t kMaxUnregisteredBytes = 256 * 1024 * 1024;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, std::shared_ptr<AgentLink>> links_;
};

}  // namespace rekuest
