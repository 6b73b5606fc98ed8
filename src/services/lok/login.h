// Logging an app in: the rows a login leaves, and what its answer is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/composition.h"
#include "services/lok/mandate.h"
#include "services/lok/manifest.h"
#include "sql/database.h"

namespace lok {

/// What is asked with a mandate key.
struct MandateLogin {
  std::string key_hash;
  Manifest manifest;
  std::string kind;           ///< as in the schema: `DEVELOPMENT`
  std::string role;           ///< `INTERFACE` or `AGENT`
  std::string secret;         ///< keys device hashes
  std::string new_client_id;  ///< used if this is the first login on the device
};

/// Everything tokens and envelope say about the client that logged in.
struct Login {
  std::string client_id;
  std::int64_t user = 0;
  std::int64_t organization = 0;
  std::string username, first_name, last_name, email;  ///< empty where unknown
  std::string hub_uid;
  std::optional<std::string> tls_certificate;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;  ///< granted
  std::string app, version, device;
  std::string client_role;
  Composition composition;
};

/// Checks the mandate and finds or makes app, release, device and client: the
/// same client on every login from one device. Throws invalid_grant. May run
/// again in a new transaction.
Login log_in(sql::Writer& writer, const MandateLogin& wanted, std::int64_t now);

/// The read-only half: throws what `log_in` would about the mandate, so that
/// guesses never reach the writer.
void check_mandate(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now);

}  // namespace lok
