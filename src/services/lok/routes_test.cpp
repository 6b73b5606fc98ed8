#include "services/lok/routes.h"

#include <gtest/gtest.h>

#include <future>

namespace lok {
namespace {

struct Caught : net::Respond::Sink {
  void send(net::HttpResponse response) override { answer.set_value(std::move(response)); }
  std::promise<net::HttpResponse> answer;
};

class Routes : public testing::Test {
 protected:
  Routes() {
    const auto named = [](std::string name) {
      return [name](const net::HttpRequest&) { return net::HttpResponse::text(200, name); };
    };
    add_routes(router_, "/lok",
               {.discovery = named("discovery"),
                .openid_discovery = named("openid_discovery"),
                .jwks = named("jwks"),
                .device_authorization = named("device_authorization"),
                .token = named("token"),
                .revoke = named("revoke"),
                .report = named("report"),
                .user_info = named("user_info"),
                .introspect = named("introspect")},
               workers_);
  }

  std::string ask(const std::string& method, const std::string& path) {
    const net::Router::Match match = router_.match(method, path);
    if (match.route == nullptr) return match.known_path ? "405" : "404";
    auto sink = std::make_shared<Caught>();
    std::future<net::HttpResponse> answer = sink->answer.get_future();
    match.route->handler(net::HttpRequest{}, net::Respond(sink));
    return answer.get().body;
  }

  net::Router router_;
  net::WorkerPool workers_{"test", 1};
};

TEST_F(Routes, AnswerWithAndWithoutTrailingSlash) {
  for (const char* slash : {"", "/"}) {
    EXPECT_EQ(ask("GET", std::string("/lok/.well-known/fakts") + slash), "discovery");
    EXPECT_EQ(ask("GET", std::string("/.well-known/fakts") + slash), "discovery");
    for (const char* path : {"/lok/.well-known/openid-configuration", "/.well-known/openid-configuration",
                             "/.well-known/oauth-authorization-server/lok"}) {
      EXPECT_EQ(ask("GET", std::string(path) + slash), "openid_discovery");
    }
    EXPECT_EQ(ask("GET", std::string("/lok/o/user_info") + slash), "user_info");
    EXPECT_EQ(ask("POST", std::string("/lok/o/user_info") + slash), "user_info");
    EXPECT_EQ(ask("POST", std::string("/lok/o/introspect") + slash), "introspect");
    EXPECT_EQ(ask("GET", std::string("/lok/o/jwks") + slash), "jwks");
    EXPECT_EQ(ask("GET", std::string("/.well-known/jwks.json") + slash), "jwks");
    EXPECT_EQ(ask("POST", std::string("/lok/o/token") + slash), "token");
    EXPECT_EQ(ask("POST", std::string("/lok/o/app-authorization") + slash), "device_authorization");
    EXPECT_EQ(ask("POST", std::string("/lok/o/revoke") + slash), "revoke");
    EXPECT_EQ(ask("POST", std::string("/lok/f/report") + slash), "report");
  }
}

TEST_F(Routes, KnowOtherMethodsFromUnknownPaths) {
  EXPECT_EQ(ask("GET", "/lok/o/token/"), "405");
  EXPECT_EQ(ask("POST", "/lok/.well-known/fakts"), "405");
  EXPECT_EQ(ask("POST", "/lok/o/nonesuch/"), "404");
}

TEST_F(Routes, SayBusyWhenNoWorkerIsLeft) {
  workers_.stop();
  EXPECT_NE(ask("POST", "/lok/o/token").find("temporarily_unavailable"), std::string::npos);
}

}  // namespace
}  // namespace lok
