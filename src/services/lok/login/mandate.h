// Mandates: standing authority to act as their grantor, up to a pinned app.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "services/lok/login/manifest.h"
#include "sql/database.h"

namespace lok {

struct Mandate {
  std::int64_t id = 0;
  std::int64_t organization = 0;
  std::int64_t hub = 0;
  std::int64_t membership = 0;
  std::int64_t grantor = 0;
  base::Json subject;  ///< the pin; null or absent members are open
  bool any_app = false;
  std::optional<std::int64_t> max_clients;
  std::optional<std::int64_t> expires_at;  ///< microseconds UTC
  bool revoked = false;
  bool grantor_blocked = false;   ///< the membership, or the user altogether
  std::string device_salt;        ///< of the organization
  std::int64_t last_used_at = 0;  ///< 0: never
};

/// How much of a key is stored to recognise it by.
inline constexpr std::size_t kShownPrefix = 6;

/// What a key is stored as: SHA-256 in hex.
std::string hash_key(std::string_view key);

std::optional<Mandate> find_mandate(sql::Reader& reader, const std::string& key_hash);

/// Throws invalid_grant if nobody may log in with it any more.
void check_live(const Mandate& mandate, std::int64_t now);

/// Throws invalid_grant, naming what differs, if the pin does not cover this
/// app. `device` is hashed, empty if the app named none.
void check_pin(const Mandate& mandate, const Manifest& manifest, const std::string& device);

/// Whether the next app to log in becomes the only one.
bool takes_first_app(const Mandate& mandate);

}  // namespace lok
