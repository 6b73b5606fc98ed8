#include "services/lok/login/discovery.h"

#include "base/json.h"

namespace lok {

net::HttpResponse discovery(const Configuration& configuration, const std::string& prefix,
                            const net::HttpRequest& request) {
  using base::Json;
  const std::string base = request.origin() + prefix;
  Json document = Json::object({
      {"name", configuration.deployment_name},
      {"protocol_version", "2"},
      {"version", ARKITEKTD_VERSION},
      {"issuer", configuration.issuer},
      {"base_url", base + "/f/"},
      {"token_endpoint", base + "/o/token/"},
      {"device_authorization_endpoint", base + "/o/app-authorization/"},
      {"revocation_endpoint", base + "/o/revoke/"},
      {"configure", base + "/device?code={code}"},
      {"jwks_uri", base + "/o/jwks/"},
      {"grant_types_supported", Json::array({"urn:ietf:params:oauth:grant-type:device_code",
                                             "urn:fakts:grant-type:mandate-key", "refresh_token"})},
      {"token_endpoint_auth_methods_supported", Json::array({"none"})},
  });
  if (!configuration.description.empty()) document.set("description", configuration.description);
  net::HttpResponse response = net::HttpResponse::json(200, document.dump());
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("Vary", "Host");
  return response;
}

}  // namespace lok
