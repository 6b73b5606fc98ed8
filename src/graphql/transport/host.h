// What a service gives the transports: who calls, and what surrounds an
// operation. Implemented by the service room.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/json.h"
#include "graphql/execution/executor.h"
#include "net/event_loop.h"
#include "net/http.h"
#include "net/worker_pool.h"

namespace graphql {

/// Where a caller's token may be: the headers of a request, or the payloads of
/// a socket's messages.
struct Credentials {
  const net::Headers* headers = nullptr;
  std::string token;  ///< of `connection_init`, without "Bearer"
  const base::Json* init_payload = nullptr;
};

/// Thread-safe.
class Host {
 public:
  using Identity = std::shared_ptr<const void>;
  virtual ~Host() = default;

  /// Throws base::Error(kUnauthenticated or kPermissionDenied).
  virtual Identity authenticate(const Credentials& credentials) = 0;
  /// A context for one operation or one event of this caller.
  virtual std::shared_ptr<RequestContext> context(const Identity& who) = 0;
  /// Runs `resolve` with what the plan needs around it: a database snapshot.
  virtual void around(RequestContext& context, const Plan& plan, const std::function<void()>& resolve) = 0;
  /// When the token says it was issued, in microseconds since the epoch;
  /// unverified, for guesses only.
  virtual std::optional<std::int64_t> issued_at(const std::string& token) = 0;
};

/// What the transports run on. All outlive them.
struct Machinery {
  net::EventLoop& loop;
  net::WorkerPool& workers;
  Host& host;
  const Executor& executor;
  class PlanCache& plans;
  class OperationMetrics& metrics;
  class LostLinks& lost_links;
};

}  // namespace graphql
