// Logging an app in with a mandate key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/lok/login/login_rows.h"
#include "services/lok/login/mandate.h"
#include "services/lok/login/manifest.h"
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

/// Checks the mandate and finds or makes app, release, device and client: the
/// same client on every login from one device. Throws invalid_grant. May run
/// again in a new transaction.
Login log_in(sql::Writer& writer, const MandateLogin& wanted, std::int64_t now);

/// The same for a client that logs in again as it did before: nothing has to be written then, so that
/// programs that start all the time do not wait for the disk. Nothing if it is another client, or the key's
/// last use was noted more than a minute ago. Throws what `log_in` would about the mandate, so that guesses
/// never reach the writer. Needs one snapshot for all it reads.
std::optional<Login> log_in_again(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now);

}  // namespace lok
