// The pages where people decide about apps that wait.
#pragma once

#include <chrono>
#include <optional>

#include "net/http.h"
#include "services/lok/login/device_login.h"
#include "services/lok/pages/page_request.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// `/device`. What it is made from must outlive it, and it the router's server. Thread-safe.
class DeviceSite {
 public:
  DeviceSite(PageRouter& router, sql::Database& database);

 private:
  net::HttpResponse show_device(PageRequest& request);
  net::HttpResponse decide(PageRequest& request);

  /// The login that waits under the request's code; else `failure` says why not.
  std::optional<DeviceLogin> find_waiting(const PageRequest& request, net::HttpResponse& failure);
  net::HttpResponse show_approval(const PageRequest& request, const DeviceLogin& login);
  net::HttpResponse approve(const PageRequest& request, const DeviceLogin& login);

  sql::Database& database_;
  Throttle wrong_codes_{10, std::chrono::seconds(5)};
};

}  // namespace lok
