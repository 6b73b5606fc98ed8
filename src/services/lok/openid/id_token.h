// What relying parties are told about people (OpenID Connect Core, sections 2
// and 5.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "jose/key_set.h"
#include "services/lok/login/login_rows.h"
#include "services/lok/openid/authorization_code.h"
#include "services/lok/openid/relying_party.h"

namespace lok {

/// The claims about a person that the scopes allow; `sub` in any case.
base::Json person_claims(const Login& login, const std::vector<std::string>& scopes);

/// The id token that goes with an access token, for an hour from `now` (microseconds UTC). Its `iss` is the
/// address that the relying party knows Lok by, not the name that access tokens carry.
base::Json id_token_claims(const SignedIn& signed_in, const RelyingParty& party,
                           const std::string& access_token, std::int64_t now);

/// `typ` of id tokens, which tells them from access tokens.
inline constexpr const char* kIdTokenType = "JWT";

/// Whom an id token is about and who got it, as a relying party may say later. Also of one that has expired.
struct IdTokenHint {
  std::string client_id;
  std::string user;  ///< row
};

/// Null if we did not sign it.
std::optional<IdTokenHint> read_id_token_hint(const jose::KeySet& keys, const std::string& token);

}  // namespace lok
