#include "services/lok/openid/introspection.h"

#include "base/text.h"
#include "jose/jose.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/openid/live_token.h"

namespace lok {
namespace {

using base::Json;

Json description_of(const LiveToken& live, std::string_view token) {
  const service::Claims& claims = live.claims;
  const Json payload = jose::Jws::parse(token).payload;
  Json answer = Json::object({
      {"active", true},
      {"token_type", "Bearer"},
      {"client_id", live.relying_party.empty() ? claims.client_id : live.relying_party},
      {"scope", base::join(claims.scopes, " ")},
      {"username", live.person.username},
      {"roles", Json::Array(live.person.roles.begin(), live.person.roles.end())},
  });
  for (const char* as_signed : {"iss", "sub", "aud", "exp", "iat", "jti", "org"}) {
    if (const Json* value = payload.find(as_signed)) answer.set(as_signed, *value);
  }
  return answer;
}

}  // namespace

net::HttpResponse introspect(sql::Database& database, const service::TokenVerifier& verifier,
                             ClientAuthentication& authentication, const net::HttpRequest& request) {
  try {
    const OAuthForm form(request);
    if (authentication.check(request, form).is_public()) {
      throw oauth_error("invalid_client", "Only clients with a secret may ask.");
    }
    const std::string token = form.required("token");
    const std::optional<LiveToken> live = find_live_token(database, verifier, token);
    return uncached_json(200, live ? description_of(*live, token) : Json::object({{"active", false}}));
  } catch (const std::exception& error) {
    return relying_party_failure(error);
  }
}

}  // namespace lok
