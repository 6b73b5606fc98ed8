// What a process has, whichever services it runs: threads, limits, and how it ends.
#pragma once

#include <functional>

#include "graphql/execution/executor.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "platform/process_settings.h"
#include "service/auth.h"
#include "service/service.h"
#include "sql/database.h"

namespace platform {

/// How long running requests may take once the process is to end.
inline constexpr auto kDrainLimit = std::chrono::milliseconds(1500);

struct Process {
  explicit Process(const ProcessSettings& settings);

  service::Foundation foundation(sql::Database& database, service::Authenticator& authenticator);
  /// Throws StartError(kPortTaken).
  std::unique_ptr<net::Server> listen(std::uint16_t port, net::Router router,
                                      std::size_t trusted_proxies = 0);
  /// After the servers have drained: nothing new comes from here on, and what is still being written ends
  /// while all that it reports to is alive.
  void wind_down(std::initializer_list<sql::Database*> databases);

  const ProcessSettings settings;
  graphql::AnswerLimits answers;
  net::EventLoop loop;
  net::WorkerPool workers;
};

/// Who calls one service.
struct Callers {
  Callers(service::AuthentikateConfig trust, service::IdentityDirectory& directory);
  service::TokenVerifier verifier;
  service::Authenticator authenticator;
};

/// Runs what starts a process; what it throws becomes a StartError.
void start_or_explain(const std::function<void()>& start);

}  // namespace platform
