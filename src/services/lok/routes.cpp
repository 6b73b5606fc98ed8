#include "services/lok/routes.h"

#include "base/json.h"
#include "services/lok/login/oauth_error.h"

namespace lok {
namespace {

// Whoever has the token or key may call these, from any page: none knows cookies.
constexpr net::Router::Options kAnyOrigin{.body_bytes = std::nullopt, .cors = true};
// Anybody may begin a login, and what they send is kept for a while.
constexpr net::Router::Options kStrangers{.body_bytes = 64 * 1024, .cors = false};

net::HttpResponse busy() {
  return uncached_json(503, base::Json::object({{"error", "temporarily_unavailable"},
                                                {"error_description", "The server is busy. Try again."}}));
}

void add_both_spellings(net::Router& router, const std::string& method, const std::string& path,
                        const net::HttpHandler& handler, net::Router::Options options = kAnyOrigin) {
  router.http(method, path, handler, options);
  router.http(method, path + "/", handler, options);
}

}  // namespace

void add_routes(net::Router& router, const std::string& prefix, const Endpoints& endpoints,
                net::WorkerPool& workers) {
  const net::HttpHandler discovery = at_once(endpoints.discovery);
  const net::HttpHandler jwks = at_once(endpoints.jwks);
  add_both_spellings(router, "GET", prefix + "/.well-known/fakts", discovery);
  add_both_spellings(router, "GET", prefix + "/o/jwks", jwks);
  const net::HttpHandler openid = at_once(endpoints.openid_discovery);
  add_both_spellings(router, "GET", prefix + "/.well-known/openid-configuration", openid);
  // RFC 8414, section 3.1: the issuer's path comes last.
  add_both_spellings(router, "GET", "/.well-known/oauth-authorization-server" + prefix, openid);
  if (!prefix.empty()) {
    add_both_spellings(router, "GET", "/.well-known/fakts", discovery);
    add_both_spellings(router, "GET", "/.well-known/openid-configuration", openid);
  }
  add_both_spellings(router, "GET", "/.well-known/jwks.json", jwks);
  const auto blocking = [&](const Answer& answer) { return on_worker(answer, workers, busy()); };
  add_both_spellings(router, "POST", prefix + "/o/app-authorization",
                     blocking(endpoints.device_authorization), kStrangers);
  add_both_spellings(router, "POST", prefix + "/o/token", blocking(endpoints.token));
  add_both_spellings(router, "POST", prefix + "/o/revoke", blocking(endpoints.revoke));
  add_both_spellings(router, "POST", prefix + "/f/report", blocking(endpoints.report));
  add_both_spellings(router, "GET", prefix + "/o/user_info", blocking(endpoints.user_info));
  add_both_spellings(router, "POST", prefix + "/o/user_info", blocking(endpoints.user_info));
  add_both_spellings(router, "POST", prefix + "/o/introspect", blocking(endpoints.introspect), kStrangers);
}

}  // namespace lok
