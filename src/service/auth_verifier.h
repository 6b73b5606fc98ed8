// Decides whether an access token is genuine, valid and meant for this service.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/auth_claims.h"
#include "service/auth_keys.h"
#include "service/authentikate_config.h"

namespace service {

/// Verifies tokens in the contract's order, without a database. Thread-safe.
class TokenVerifier {
 public:
  /// Throws Error(kValidation) if the configuration cannot work. Keys behind a
  /// URL are not fetched yet: a service starts while its issuer is away.
  explicit TokenVerifier(AuthentikateConfig config, Fetch fetch = {}, Clock clock = &base::now_micros);
  ~TokenVerifier();

  /// Throws base::Error with a reason of auth_errors.h. May block for a fetch
  /// of keys. `exp` is exact; `iat` and `nbf` may be up to a minute ahead.
  Claims verify(std::string_view token) const;

  /// The part of `verify` that may change while a token is valid.
  /// Throws TOKEN_EXPIRED, TOKEN_REVOKED or TOKEN_MALFORMED (no `jti`).
  void check_still_valid(const Claims& claims) const;

  const AuthentikateConfig& config() const { return config_; }
  std::int64_t now() const { return clock_(); }  ///< microseconds UTC

 private:
  struct Issuer;

  Issuer* find_issuer(std::string_view iss) const;
  Claims verify_signed(std::string_view token) const;
  Claims static_claims(const base::Json& overrides) const;
  void check_registered_claims(const base::Json& payload) const;
  void check_audience(const base::Json& aud) const;
  void check_admission(const Claims& claims) const;

  const AuthentikateConfig config_;
  const Clock clock_;
  std::vector<std::unique_ptr<Issuer>> issuers_;
};

}  // namespace service
