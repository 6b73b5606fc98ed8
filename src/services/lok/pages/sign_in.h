// Whether a name and a password belong together.
#pragma once

#include <optional>
#include <string>

#include "services/lok/pages/visits.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// Thread-safe. The database must outlive it.
class SignIn {
 public:
  explicit SignIn(sql::Database& database) : database_(database) {}

  enum class Outcome { kWelcome, kRefused, kTooOften };
  struct Answer {
    Outcome outcome = Outcome::kRefused;
    Person person;  ///< if welcome
  };
  /// Takes about 0.1 s and 64 MiB, so it is for a pool of few threads. Whether
  /// there is such a name cannot be told from the answer or its time. Failures
  /// are counted by name and by `network`; the right password after too many is
  /// not looked at.
  Answer check(const std::string& username, const std::string& password, const std::string& network);

 private:
  sql::Database& database_;
  Throttle by_name_{10, std::chrono::minutes(1)};
  Throttle by_network_{30, std::chrono::seconds(10)};
};

}  // namespace lok
