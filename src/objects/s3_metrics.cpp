#include "objects/s3_metrics.h"

#include <algorithm>
#include <string>

namespace objects {

S3Metrics::S3Metrics(base::metrics::Registry& registry)
    : received_(registry.counter("arkitektd_objects_received_bytes_total",
                                 "Bytes of bodies that came to the object store.")),
      sent_(registry.counter("arkitektd_objects_sent_bytes_total",
                             "Bytes of bodies of the object store's answers, counted as an answer begins.")) {
  for (std::size_t kind = 0; kind < kOperationNames.size(); ++kind) {
    for (std::size_t i = 0; i < kClasses; ++i) {
      requests_[kind][i] = &registry.counter(
          "arkitektd_objects_requests_total", "Requests that the object store answered.",
          {{"operation", std::string(kOperationNames[kind])}, {"status", std::to_string(i + 2) + "xx"}});
    }
  }
}

void S3Metrics::answered(OperationKind kind, int status, std::uint64_t bytes) {
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2);
  requests_[static_cast<std::size_t>(kind)][status_class]->add();
  sent_.add(bytes);
}

}  // namespace objects
