// The pages where people sign in and decide about apps.
#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "services/lok/configuration.h"
#include "services/lok/device_login.h"
#include "services/lok/page_request.h"
#include "services/lok/sign_in.h"
#include "services/lok/throttle.h"
#include "services/lok/visits.h"
#include "sql/database.h"

namespace lok {

/// What it is made from must outlive it, and it the server it is routed in.
class DeviceSite {
 public:
  /// `secret` keys form tokens; `prefix` is `/lok`.
  DeviceSite(sql::Database& database, const Configuration& configuration, const std::string& secret,
             std::string prefix);

  /// `/device`, `/sign-in`, `/sign-out` and their stylesheet, with and without
  /// trailing slash. Never with CORS: they have cookies.
  void add_routes(net::Router& router, net::WorkerPool& workers);

  /// Answers a request for one of the paths. Blocks (database, password
  /// hashes). Never throws. Thread-safe.
  net::HttpResponse answer(const net::HttpRequest& request);

 private:
  net::HttpResponse dispatch(PageRequest& request);
  net::HttpResponse show_device(PageRequest& request);
  net::HttpResponse decide(PageRequest& request);
  net::HttpResponse sign_in(PageRequest& request);
  net::HttpResponse sign_out(PageRequest& request);

  /// The login that waits under the request's code; else `failure` says why not.
  std::optional<DeviceLogin> find_waiting(const PageRequest& request, net::HttpResponse& failure);
  net::HttpResponse show_approval(const PageRequest& request, const DeviceLogin& login);
  net::HttpResponse approve(const PageRequest& request, const DeviceLogin& login);

  sql::Database& database_;
  const Configuration& configuration_;
  const std::string prefix_;
  const Visits visits_;
  SignIn sign_in_;
  Throttle wrong_codes_{10, std::chrono::seconds(5)};
  net::WorkerPool passwords_;  ///< last, since its functions use the others
};

}  // namespace lok
