// The agent protocol's socket, `/agi`.
#pragma once

#include <memory>
#include <string>

#include "net/event_loop.h"
#include "net/websocket.h"
#include "net/worker_pool.h"
#include "service/auth.h"
#include "services/rekuest/agent_hub.h"
#include "services/rekuest/changes.h"
#include "services/rekuest/probe.h"
#include "sql/database.h"

namespace rekuest {

class Shapes;

/// What agent sockets work with. All outlive them.
struct AgentMachinery {
  net::EventLoop& loop;
  net::WorkerPool& workers;
  sql::Database& database;
  service::Authenticator& authenticator;
  AgentHub& hub;
  const Changes& changes;
  Probes& probes;
  const ProvenanceSigner& signer;
  const Shapes& shapes;
  std::string replica;  ///< the name of this process
};

/// Clients send whole declarations and states in one message.
inline constexpr std::size_t kMaxAgentMessage = 64 * 1024 * 1024;

std::shared_ptr<net::WebSocketSession> make_agent_socket(const AgentMachinery& machinery);

}  // namespace rekuest
