// What a service counts about its operations. Recording one is two relaxed
// additions and one for the bucket of its duration.
#pragma once

#include <array>
#include <chrono>

#include "base/metrics.h"
#include "graphql/language/ast.h"

namespace graphql {

/// Thread-safe.
class OperationMetrics {
 public:
  explicit OperationMetrics(base::metrics::Registry& registry);

  /// Executed, and answered with or without errors.
  void executed(ast::OperationKind kind, bool has_errors, std::chrono::steady_clock::duration took);
  /// Refused before there was anything to execute: caller, syntax, validation.
  void refused() { refused_.add(); }
  /// An event of a subscription was sent.
  void event() { events_.add(); }

  /// Sockets of `/graphql` that are open.
  base::metrics::Gauge& sockets;

 private:
  struct Kind {
    base::metrics::Counter* ok;
    base::metrics::Counter* errors;
    base::metrics::Histogram* seconds;
  };
  std::array<Kind, 3> kinds_;  ///< by ast::OperationKind
  base::metrics::Counter& refused_;
  base::metrics::Counter& events_;
};

}  // namespace graphql
