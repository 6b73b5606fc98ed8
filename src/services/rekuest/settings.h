// What Rekuest is told by its configuration file.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/config.h"
#include "jose/jose.h"
#include "service/stores.h"

namespace rekuest {

/// How long what has ended is kept; 0: for ever.
struct RetentionSettings {
  std::chrono::days tasks{0};   ///< with everything they called, and their events
  std::chrono::days states{0};  ///< what states were before
};

/// The host's name and a random suffix, so that two processes never share one.
std::string new_replica_name();

/// Other services count organizations in their own way, and keys begin with them.
service::StoreSettings own_buckets();

struct Settings {
  std::string issuer = "rekuest";         ///< of provenance tokens: a name, never an address
  std::string key_id = "rekuest-prov-1";  ///< `kid` of the key that signs them
  std::optional<jose::Key> signing_key;   ///< absent: generated once and kept in the database
  std::chrono::seconds token_lifetime = std::chrono::hours(24);
  std::chrono::seconds grace{30};            ///< how long an app may be away before its tasks are given up
  std::string replica = new_replica_name();  ///< this process among those of the same database
  RetentionSettings retention;
  service::StoreSettings stores = own_buckets();

  /// Reads the blocks `provenance`, `agents`, `replica` and `retention`. Throws base::Error(kValidation)
  /// naming file and line.
  static Settings read(const base::Config& config);
};

}  // namespace rekuest
