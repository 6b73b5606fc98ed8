#include "services/lok/openid/user_info.h"

#include <algorithm>

#include "base/error.h"
#include "service/auth.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/openid/id_token.h"
#include "services/lok/openid/live_token.h"

namespace lok {
namespace {

using base::Json;

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

net::HttpResponse refuse(int status, std::string_view word, std::string_view description) {
  net::HttpResponse response =
      uncached_json(status, Json::object({{"error", word}, {"error_description", description}}));
  response.headers.set("WWW-Authenticate", fmt::format("Bearer realm=\"lok\", error=\"{}\"", word));
  return response;
}

std::optional<std::string> bearer(const net::HttpRequest& request) {
  try {
    return std::string(service::bearer_token(request.headers, {"Authorization"}));
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace

net::HttpResponse user_info(sql::Database& database, const service::TokenVerifier& verifier,
                            const net::HttpRequest& request) {
  try {
    const std::optional<std::string> token = bearer(request);
    if (!token) {
      net::HttpResponse response = uncached_json(kUnauthorized, Json::object());
      response.headers.set("WWW-Authenticate", "Bearer realm=\"lok\"");
      return response;
    }
    const std::optional<LiveToken> live = find_live_token(database, verifier, *token);
    if (!live) return refuse(kUnauthorized, "invalid_token", "The access token is none, or it is over.");
    const std::vector<std::string>& scopes = live->claims.scopes;
    if (std::ranges::find(scopes, "openid") == scopes.end()) {
      return refuse(kForbidden, "insufficient_scope", "The access token lacks the scope 'openid'.");
    }
    return uncached_json(200, person_claims(live->person, scopes));
  } catch (const std::exception& error) {
    return oauth_failure(error);
  }
}

}  // namespace lok
