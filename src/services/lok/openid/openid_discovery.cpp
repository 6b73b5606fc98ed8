#include "services/lok/openid/openid_discovery.h"

#include "base/json.h"

namespace lok {

std::string issuer_address(const net::HttpRequest& request, const std::string& prefix) {
  return request.origin() + prefix;
}

net::HttpResponse openid_discovery(const std::string& prefix, const net::HttpRequest& request) {
  using base::Json;
  const std::string base = issuer_address(request, prefix);
  const Json with_secret = Json::array({"client_secret_basic", "client_secret_post"});
  const Json document = Json::object({
      {"issuer", base},
      {"authorization_endpoint", base + "/o/authorize"},
      {"token_endpoint", base + "/o/token/"},
      {"userinfo_endpoint", base + "/o/user_info/"},
      {"jwks_uri", base + "/o/jwks/"},
      {"introspection_endpoint", base + "/o/introspect/"},
      {"revocation_endpoint", base + "/o/revoke/"},
      {"end_session_endpoint", base + "/o/logout"},
      {"response_types_supported", Json::array({"code"})},
      {"response_modes_supported", Json::array({"query"})},
      {"grant_types_supported", Json::array({"authorization_code", "refresh_token"})},
      {"subject_types_supported", Json::array({"public"})},
      {"id_token_signing_alg_values_supported", Json::array({"RS256"})},
      {"scopes_supported", Json::array({"openid", "profile", "email", "roles", "offline_access"})},
      {"claims_supported",
       Json::array({"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "name",
                    "preferred_username", "nickname", "given_name", "family_name", "email", "roles", "org"})},
      {"prompt_values_supported", Json::array({"none", "login", "consent", "select_account"})},
      {"code_challenge_methods_supported", Json::array({"S256"})},
      {"token_endpoint_auth_methods_supported",
       Json::array({"client_secret_basic", "client_secret_post", "none"})},
      {"introspection_endpoint_auth_methods_supported", with_secret},
      {"revocation_endpoint_auth_methods_supported",
       Json::array({"client_secret_basic", "client_secret_post", "none"})},
      {"authorization_response_iss_parameter_supported", true},
      {"claims_parameter_supported", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
  });
  net::HttpResponse response = net::HttpResponse::json(200, document.dump());
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Vary", "Host");
  return response;
}

}  // namespace lok
