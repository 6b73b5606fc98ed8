// The S3 server: requests to an embedded store. Source: Amazon S3 API reference, REST.
#pragma once

#include "base/metrics.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "objects/embedded_store.h"

namespace objects {

/// Answers every path of the router that nothing else answers. All outlive the router's server, and
/// `workers` its event loop, too: files are closed there. `registry` gets what is counted (s3_metrics.h).
void serve_s3(net::Router& router, EmbeddedStore& store, net::WorkerPool& workers,
              base::metrics::Registry& registry);

}  // namespace objects
