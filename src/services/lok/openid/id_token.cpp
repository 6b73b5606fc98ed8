#include "services/lok/openid/id_token.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "jose/jose.h"

namespace lok {
namespace {

using base::Json;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLifetimeSeconds = 3'600;
constexpr std::size_t kSha256Bytes = 32;

bool has(const std::vector<std::string>& scopes, std::string_view scope) {
  return std::ranges::find(scopes, scope) != scopes.end();
}

std::string full_name(const Login& login) {
  const std::string name(base::trim(login.first_name + " " + login.last_name));
  return name.empty() ? login.username : name;
}

// OpenID Connect Core, section 3.1.3.6.
std::string half_hash(const std::string& access_token) {
  return jose::base64url_encode(jose::sha256(access_token).substr(0, kSha256Bytes / 2));
}

}  // namespace

Json person_claims(const Login& login, const std::vector<std::string>& scopes) {
  const std::string user = std::to_string(login.user);
  Json claims = Json::object({{"sub", user}});
  const bool profile = has(scopes, "profile");
  if (profile) {
    claims.set("name", full_name(login));
    claims.set("preferred_username", login.username);
    claims.set("nickname", login.username);
    if (!login.first_name.empty()) claims.set("given_name", login.first_name);
    if (!login.last_name.empty()) claims.set("family_name", login.last_name);
  }
  // Programs that sign people in need some address, and one that is nobody's.
  if (has(scopes, "email")) claims.set("email", login.email.empty() ? user + "@users.noreply" : login.email);
  if (profile || has(scopes, "roles")) {
    claims.set("roles", Json::Array(login.roles.begin(), login.roles.end()));
    claims.set("org", std::to_string(login.organization));
  }
  return claims;
}

Json id_token_claims(const SignedIn& signed_in, const RelyingParty& party, const std::string& access_token,
                     std::int64_t now) {
  const std::int64_t seconds = now / kSecond;
  Json claims = Json::object({{"iss", signed_in.code.issuer},
                              {"aud", party.client_id},
                              {"exp", seconds + kLifetimeSeconds},
                              {"iat", seconds},
                              {"auth_time", signed_in.code.signed_in_at / kSecond},
                              {"at_hash", half_hash(access_token)}});
  if (signed_in.code.nonce) claims.set("nonce", *signed_in.code.nonce);
  for (const auto& [name, value] : person_claims(signed_in.login, signed_in.login.scopes).members()) {
    claims.set(name, value);
  }
  return claims;
}

std::optional<IdTokenHint> read_id_token_hint(const jose::KeySet& keys, const std::string& token) {
  try {
    const jose::Jws jws = jose::Jws::parse(token);
    if (jws.header["typ"] != Json(kIdTokenType) || jws.header["alg"] != Json("RS256")) return std::nullopt;
    const jose::Key* key = keys.find(jws.header["kid"].as_string());
    if (key == nullptr || !key->verify("RS256", jws.signing_input, jws.signature)) return std::nullopt;
    return IdTokenHint{jws.payload["aud"].as_string(), jws.payload["sub"].as_string()};
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace lok
