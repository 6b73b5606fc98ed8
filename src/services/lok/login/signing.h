// Access tokens: what they say and who signs them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "jose/jose.h"
#include "jose/key_set.h"
#include "services/lok/login/login_rows.h"

namespace lok {

/// The claims of a login's access token, valid from `now` (microseconds UTC).
base::Json claims_of(const Login& login, const std::string& issuer, std::chrono::seconds lifetime,
                     std::int64_t now);

/// Signs with RS256. Immutable, thread-safe. A signature takes about a
/// millisecond.
class Signer {
 public:
  Signer(jose::Key key) : key_(std::move(key)) {}  // NOLINT: a key is all there is to it
  /// `type` is the header's `typ`: `at+jwt` for access tokens (RFC 9068).
  std::string sign(const base::Json& claims, std::string_view type = "at+jwt") const;
  /// `{"keys": [...]}`, as published.
  base::Json jwks() const;
  jose::KeySet keys() const;

 private:
  jose::Key key_;
};

}  // namespace lok
