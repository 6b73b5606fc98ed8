// What a process has, whichever services it runs: threads, limits, and how it ends.
#pragma once

#include <functional>
#include <optional>

#include "graphql/execution/executor.h"
#include "net/event_loop.h"
#include "net/server.h"
#include "net/tls.h"
#include "net/worker_pool.h"
#include "platform/process_settings.h"
#include "service/auth.h"
#include "service/service.h"
#include "sql/database.h"

namespace platform {

/// How long running requests may take once the process is to end.
inline constexpr auto kDrainLimit = std::chrono::milliseconds(1500);

struct Process {
  /// Throws base::Error(kValidation) if certificate and key cannot be used.
  explicit Process(const ProcessSettings& settings);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  service::Foundation foundation(sql::Database& database, service::Authenticator& authenticator,
                                 std::optional<jose::Key> instance_key,
                                 const service::TaskVerifier* tasks = nullptr);
  /// Throws StartError(kPortTaken).
  std::unique_ptr<net::Server> listen(std::uint16_t port, net::Router router,
                                      std::size_t trusted_proxies = 0);
  /// After the servers have drained: nothing new comes from here on, and what is still being written ends
  /// while all that it reports to is alive.
  void wind_down(std::initializer_list<sql::Database*> databases);

  /// Where to reach a port from this machine, or by the name the certificate is for: `http://localhost:8000`.
  std::string address(std::uint16_t port) const;

  const ProcessSettings settings;
  graphql::AnswerLimits answers;
  net::EventLoop loop;
  net::WorkerPool workers;

 private:
  void keep_certificate_fresh();

  const std::shared_ptr<net::TlsIdentity> tls_;  ///< null: plain HTTP
  net::EventLoop::Timer renewal_;
};

/// Who calls one service.
struct Callers {
  Callers(service::AuthentikateConfig trust, service::IdentityDirectory& directory);
  service::TokenVerifier verifier;
  service::Authenticator authenticator;
  std::optional<service::TaskVerifier> tasks;
};

/// Runs what starts a process; what it throws becomes a StartError.
void start_or_explain(const std::function<void()>& start);

}  // namespace platform
