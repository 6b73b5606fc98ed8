// What the object store counts of its requests.
#pragma once

#include <array>
#include <cstdint>

#include "base/metrics.h"
#include "objects/s3_route.h"

namespace objects {

/// Thread-safe; recording is a relaxed addition or two.
class S3Metrics {
 public:
  /// The registry must outlive it.
  explicit S3Metrics(base::metrics::Registry& registry);

  /// A piece of a request's body came.
  void received(std::uint64_t bytes) { received_.add(bytes); }
  /// An answer begins, of so many bytes of body.
  void answered(OperationKind kind, int status, std::uint64_t bytes);

 private:
  static constexpr std::size_t kClasses = 4;  ///< 2xx to 5xx

  std::array<std::array<base::metrics::Counter*, kClasses>, kOperationNames.size()> requests_;
  base::metrics::Counter& received_;
  base::metrics::Counter& sent_;
};

}  // namespace objects
