#include "services/lok/login/signing.h"

#include "base/random.h"
#include "base/text.h"
#include "services/lok/description.h"

namespace lok {
namespace {

using base::Json;

// Services refuse a token from the future; their clocks may be behind ours.
constexpr std::int64_t kBackdate = 5;

Json audience_of(const Composition& composition) {
  const std::string& own = description().name;
  Json names = Json::array({own});
  for (const Instance& instance : composition.instances) {
    if (instance.identifier != own) names.push_back(instance.identifier);
  }
  return names;
}

}  // namespace

Json claims_of(const Login& login, const std::string& issuer, std::chrono::seconds lifetime,
               std::int64_t now) {
  const std::int64_t seconds = now / 1'000'000;
  Json claims = Json::object({
      {"iss", issuer},
      {"sub", std::to_string(login.user)},
      {"aud", audience_of(login.composition)},
      {"exp", seconds + lifetime.count()},
      {"iat", seconds - kBackdate},
      {"jti", base::uuid4()},
      {"client_id", login.client_id},
      {"org", std::to_string(login.organization)},
      {"hub", login.hub_uid},
      {"roles", Json::Array(login.roles.begin(), login.roles.end())},
      {"scope", base::join(login.scopes, " ")},
      {"preferred_username", login.username},
      {"client_app", login.app},
      {"client_release", login.version},
      {"client_role", login.client_role},
  });
  if (!login.device.empty()) claims.set("client_device", login.device);
  if (!login.email.empty()) claims.set("email", login.email);
  if (!login.first_name.empty()) claims.set("given_name", login.first_name);
  if (!login.last_name.empty()) claims.set("family_name", login.last_name);
  const std::string name = base::join({login.first_name, login.last_name}, " ");
  if (const std::string_view trimmed = base::trim(name); !trimmed.empty()) claims.set("name", trimmed);
  return claims;
}

std::string Signer::sign(const Json& claims, std::string_view type) const {
  const Json header = Json::object({{"alg", "RS256"}, {"typ", type}, {"kid", key_.kid()}});
  return jose::sign_compact(key_, "RS256", header, claims);
}

Json Signer::jwks() const { return Json::object({{"keys", Json::array({key_.public_jwk("RS256")})}}); }

jose::KeySet Signer::keys() const { return jose::KeySet::from_json(jwks()); }

}  // namespace lok
