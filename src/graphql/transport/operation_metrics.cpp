#include "graphql/transport/operation_metrics.h"

#include <string>

namespace graphql {
namespace {

constexpr const char* kRequests = "arkitektd_requests_total";
constexpr const char* kRequestsHelp =
    "GraphQL operations by outcome: ok, errors (executed, with errors), refused (not executed).";

}  // namespace

OperationMetrics::OperationMetrics(base::metrics::Registry& registry)
    : sockets(registry.gauge("arkitektd_websockets", "Open sockets by endpoint.", {{"endpoint", "graphql"}})),
      refused_(
          registry.counter(kRequests, kRequestsHelp, {{"operation", "unknown"}, {"outcome", "refused"}})),
      events_(registry.counter("arkitektd_subscription_events_total", "Events sent to subscribers.")) {
  const std::array<std::string, 3> names{"query", "mutation", "subscription"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    kinds_[i] = {
        &registry.counter(kRequests, kRequestsHelp, {{"operation", names[i]}, {"outcome", "ok"}}),
        &registry.counter(kRequests, kRequestsHelp, {{"operation", names[i]}, {"outcome", "errors"}}),
        &registry.histogram("arkitektd_request_seconds",
                            "From a request, or an operation on a socket, to its response.",
                            base::metrics::duration_bounds(), {{"operation", names[i]}})};
  }
}

void OperationMetrics::executed(ast::OperationKind kind, bool has_errors,
                                std::chrono::steady_clock::duration took) {
  const Kind& of = kinds_[static_cast<std::size_t>(kind)];
  (has_errors ? of.errors : of.ok)->add();
  of.seconds->observe(std::chrono::duration<double>(took).count());
}

}  // namespace graphql
