#include "services/lok/routes.h"

#include <memory>
#include <utility>

#include "base/json.h"

namespace lok {
namespace {

// None of these routes knows cookies, so any page may call them.
constexpr net::Router::Options kAnyOrigin{.body_bytes = std::nullopt, .cors = true};

net::HttpHandler at_once(Endpoints::Answer answer) {
  return [answer = std::move(answer)](net::HttpRequest request, net::Respond respond) {
    respond(answer(request));
  };
}

net::HttpHandler on_worker(Endpoints::Answer answer, net::WorkerPool& workers) {
  auto shared = std::make_shared<const Endpoints::Answer>(std::move(answer));
  return [shared, &workers](net::HttpRequest request, net::Respond respond) {
    const bool taken =
        workers.post([shared, request = std::move(request), respond] { respond((*shared)(request)); });
    if (taken) return;
    net::HttpResponse busy = net::HttpResponse::json(
        503, base::Json::object({{"error", "temporarily_unavailable"},
                                 {"error_description", "The server is busy. Try again."}})
                 .dump());
    busy.headers.set("Cache-Control", "no-store");
    respond(std::move(busy));
  };
}

void add_both_spellings(net::Router& router, const std::string& method, const std::string& path,
                        const net::HttpHandler& handler) {
  router.http(method, path, handler, kAnyOrigin);
  router.http(method, path + "/", handler, kAnyOrigin);
}

}  // namespace

void add_routes(net::Router& router, const std::string& prefix, const Endpoints& endpoints,
                net::WorkerPool& workers) {
  const net::HttpHandler discovery = at_once(endpoints.discovery);
  const net::HttpHandler jwks = at_once(endpoints.jwks);
  add_both_spellings(router, "GET", prefix + "/.well-known/fakts", discovery);
  add_both_spellings(router, "GET", prefix + "/o/jwks", jwks);
  if (!prefix.empty()) {
    add_both_spellings(router, "GET", "/.well-known/fakts", discovery);
  }
  add_both_spellings(router, "GET", "/.well-known/jwks.json", jwks);
  add_both_spellings(router, "POST", prefix + "/o/token", on_worker(endpoints.token, workers));
  add_both_spellings(router, "POST", prefix + "/f/report", on_worker(endpoints.report, workers));
}

}  // namespace lok
