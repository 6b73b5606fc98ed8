// Where an app without a key begins its login.
#pragma once

#include <string>

#include "net/http.h"
#include "services/lok/configuration.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// Seconds between two questions of the app whether somebody has decided.
inline constexpr int kPollInterval = 2;

/// Answers a POST of the device authorization endpoint: what the app has to
/// show, and what it asks again with. Blocks (database). Thread-safe; what it
/// is made from must outlive it.
class DeviceAuthorization {
 public:
  DeviceAuthorization(sql::Database& database, const Configuration& configuration)
      : database_(database), configuration_(configuration) {}

  /// Never throws. `prefix` is `/lok`.
  net::HttpResponse answer(const net::HttpRequest& request, const std::string& prefix);

 private:
  net::HttpResponse start(const net::HttpRequest& request, const std::string& prefix);

  sql::Database& database_;
  const Configuration& configuration_;
  Throttle starts_{60, std::chrono::seconds(1)};
};

}  // namespace lok
