// Where Lok's HTTP endpoints are.
#pragma once

#include <functional>
#include <string>

#include "net/http.h"
#include "net/server.h"
#include "net/worker_pool.h"

namespace lok {

/// What answers, each from any worker thread.
struct Endpoints {
  using Answer = std::function<net::HttpResponse(const net::HttpRequest&)>;
  Answer discovery;
  Answer jwks;
  Answer token;   ///< blocks: runs on a worker
  Answer report;  ///< blocks: runs on a worker
};

/// Every path with and without trailing slash, since clients post to exactly
/// what they were told and follow no redirect. Discovery and keys are at the
/// gateway's root too. `workers` must outlive the server.
void add_routes(net::Router& router, const std::string& prefix, const Endpoints& endpoints,
                net::WorkerPool& workers);

}  // namespace lok
