// Giving and taking back mandates: the rows, whoever asks for it. Who may is
// decided before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace lok {

inline constexpr std::int64_t kDay = 24 * 3600 * 1'000'000LL;  ///< in microseconds

struct NewMandate {
  std::int64_t organization = 0;
  std::int64_t hub = 0;
  std::int64_t membership = 0;  ///< the grantor's
  std::int64_t grantor = 0;
  std::string origin;  ///< `MEMBER`, `CLIENT` or `AGENT`
  std::string label;
  base::Json subject = base::Json::object();  ///< the pin
  bool any_app = false;
  std::optional<std::int64_t> max_clients;
  bool allow_mesh = false;
  std::optional<std::int64_t> expires_at;  ///< microseconds UTC
  std::optional<std::int64_t> parent;
  std::optional<std::int64_t> issuing_client;
  // An agent mandate has no key; the app it names gives keys under it.
  std::string agent;
  std::optional<std::int64_t> agent_device;
  std::optional<std::int64_t> agent_user;
  std::string attestation;
};

struct IssuedKey {
  std::int64_t mandate = 0;
  std::string key;  ///< nowhere else: only its hash is stored
};

/// Throws Error(kValidation) if the hub is not one of the organization's.
std::int64_t write_agent_mandate(sql::Writer& writer, const NewMandate& wanted, std::int64_t now);
IssuedKey write_keyed_mandate(sql::Writer& writer, const NewMandate& wanted, std::int64_t now);

/// Ends a mandate and all that were issued under it; their clients are deleted.
/// One that has ended stays as it is. `reason` as in the schema: `REVOKED`.
void revoke_mandate(sql::Writer& writer, std::int64_t mandate, std::string_view reason, std::int64_t now);

}  // namespace lok
