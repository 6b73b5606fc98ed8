// What a verified access token says, typed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace service {

struct Claims {
  std::string iss;
  std::string sub;  ///< the user's id at the issuer
  std::vector<std::string> aud;
  double exp = 0;  ///< Unix seconds, may be fractional; the token is valid before it
  std::optional<std::string> jti;
  std::string client_id;
  std::optional<std::string> org;  ///< organization id at the issuer
  std::vector<std::string> roles;
  std::vector<std::string> scopes;
  std::string preferred_username;
  std::optional<std::string> name, given_name, family_name, nickname, email, picture, locale, zoneinfo;
  std::optional<bool> email_verified;
  std::optional<std::string> client_app, client_release, client_device;
  std::optional<std::string> hub;
  bool guest = false;  ///< has `collabs`: limited to single collaborations

  /// At a moment in microseconds UTC.
  bool expired(std::int64_t now) const { return exp * 1e6 <= static_cast<double>(now); }

  /// Throws TOKEN_MALFORMED where a claim is missing or has another type.
  static Claims from_payload(const base::Json& payload);
};

}  // namespace service
