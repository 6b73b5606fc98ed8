#include "services/lok/openid/relying_tokens.h"

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/refresh.h"
#include "services/lok/openid/authorization_code.h"
#include "services/lok/openid/id_token.h"
#include "services/lok/openid/sign_in_consent.h"

namespace lok {
namespace {

using base::Json;

// A refresh token is what offline access is.
void add_refresh_token(Json& answer, const std::string& token) {
  const std::string scope = answer["scope"].as_string();
  answer.set("scope", scope + (scope.empty() ? "" : " ") + std::string(kOfflineAccess));
  answer.set("refresh_token", token);
}

// The token is no secret from its bearer, who has not been granted all of this. What was is told by
// `user_info`.
Login without_person(Login login) {
  login.username = std::to_string(login.user);
  login.first_name.clear();
  login.last_name.clear();
  login.email.clear();
  login.roles.clear();
  return login;
}

}  // namespace

base::Json RelyingTokens::tokens(const RelyingParty& party, const Login& login, std::int64_t now) const {
  const std::chrono::seconds lifetime = configuration_.token_lifetime;
  Json claims = claims_of(without_person(login), configuration_.issuer, lifetime, now);
  claims.set("aud", Json::array({kUserInfoAudience}));
  return Json::object({{"access_token", signer_.sign(claims)},
                       {"token_type", "Bearer"},
                       {"expires_in", static_cast<std::int64_t>(lifetime.count())},
                       {"scope", base::join(login.scopes, " ")},
                       {"client_id", party.client_id}});
}

base::Json RelyingTokens::collect(const RelyingParty& party, const OAuthForm& form, std::int64_t now) {
  const std::string code_hash = hash_token(form.required("code"));
  const std::string refresh_token = base::random_token();
  const CodeRequest wanted{party,
                           code_hash,
                           form.required("redirect_uri"),
                           form.parameter("code_verifier"),
                           base::uuid4(),
                           hash_token(refresh_token)};
  database_.read(sql::Database::Snapshot::kSingle,
                 [&](sql::Reader& reader) { check_code(reader, wanted, now); });
  std::optional<SignedIn> signed_in;
  database_.write([&](sql::Writer& writer) { signed_in = collect_code(writer, wanted, now); });
  if (!signed_in) {
    base::log::warning("lok.code_reused", {{"client", party.client_id}});
    throw oauth_error("invalid_grant", "The code was used before. What it gave has been revoked.");
  }
  Json answer = tokens(party, signed_in->login, now);
  const std::string access_token = answer["access_token"].as_string();
  answer.set("id_token", signer_.sign(id_token_claims(*signed_in, party, access_token, now), kIdTokenType));
  if (signed_in->has_refresh_token) add_refresh_token(answer, refresh_token);
  return answer;
}

base::Json RelyingTokens::refresh(const RelyingParty& party, const OAuthForm& form, std::int64_t now) {
  RefreshRequest wanted{"", form.required("refresh_token"), secret_, party.id};
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    wanted.client_id = find_relying_client(reader, party.id, wanted.token);
    if (wanted.client_id.empty()) throw oauth_error("invalid_grant", "The refresh token is unknown.");
    check_refresh(reader, wanted, now);
  });
  Refreshed refreshed;
  database_.write([&](sql::Writer& writer) { refreshed = lok::refresh(writer, wanted, now); });
  Json answer = tokens(party, refreshed.login, now);
  add_refresh_token(answer, refreshed.token);
  return answer;
}

net::HttpResponse RelyingTokens::answer(const net::HttpRequest& request, const OAuthForm& form,
                                        std::int64_t now) {
  try {
    const RelyingParty party = authentication_.check(request, form);
    const bool is_refresh = form.required("grant_type") == "refresh_token";
    return uncached_json(200, is_refresh ? refresh(party, form, now) : collect(party, form, now));
  } catch (const std::exception& error) {
    return relying_party_failure(error);
  }
}

net::HttpResponse RelyingTokens::revoke(const net::HttpRequest& request, const OAuthForm& form) {
  try {
    const RelyingParty party = authentication_.check(request, form);
    const std::string token = form.required("token");
    database_.write([&](sql::Writer& writer) {
      revoke_chain(writer, find_relying_client(writer, party.id, token), token);
    });
    return uncached_json(200, Json::object());
  } catch (const std::exception& error) {
    return relying_party_failure(error);
  }
}

}  // namespace lok
