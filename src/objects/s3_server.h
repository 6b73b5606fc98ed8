// The S3 server: requests to an embedded store. Source: Amazon S3 API reference, REST.
#pragma once

#include "base/metrics.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "objects/embedded_store.h"

namespace objects {

/// Who does the work. What may copy gigabytes within one request has threads of its own, so that however much
/// is copied the rest is served; beyond their queues clients are told to come again (503 SlowDown).
struct S3Workers {
  net::WorkerPool& pieces;  ///< everything else, a piece of a body at a time
  net::WorkerPool& copies;  ///< CopyObject, UploadPartCopy
  net::WorkerPool& joins;   ///< CompleteMultipartUpload: most only rename, some join parts by copying
};

/// Answers every path of the router that nothing else answers. All outlive the router's server, and the
/// workers its event loop, too: files are closed there. `registry` gets what is counted (s3_metrics.h).
void serve_s3(net::Router& router, EmbeddedStore& store, const S3Workers& workers,
              base::metrics::Registry& registry);

}  // namespace objects
