// Where Lok's HTTP endpoints are.
#pragma once

#include <string>

#include "net/server.h"
#include "net/worker_pool.h"
#include "services/lok/handlers.h"

namespace lok {

/// What answers, each from any worker thread.
struct Endpoints {
  Answer discovery;
  Answer openid_discovery;
  Answer jwks;
  // These block: they run on a worker.
  Answer device_authorization;
  Answer token;
  Answer revoke;
  Answer report;
  Answer user_info;
  Answer introspect;
};

/// Every path with and without trailing slash, since clients post to exactly
/// what they were told and follow no redirect. Discovery and keys are at the
/// gateway's root too. `workers` must outlive the server.
void add_routes(net::Router& router, const std::string& prefix, const Endpoints& endpoints,
                net::WorkerPool& workers);

}  // namespace lok
