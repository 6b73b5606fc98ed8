// Listening and draining.
#include "net/server.h"

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "net/testing/raw_client.h"

namespace net {
namespace {

using net::testing::RawClient;
using net::testing::TestServer;
using std::chrono::milliseconds;

Router hello() {
  Router router;
  router.http("GET", "/", [](HttpRequest, Respond respond) { respond(HttpResponse::text(200, "hello")); });
  return router;
}

TEST(Server, ListensOnBothLoopbackAddressesWithOnePort) {
  TestServer server(hello());
  RawClient v4(server.port());
  RawClient v6(server.port(), true);
  EXPECT_EQ(v4.get("/").body, "hello");
  EXPECT_EQ(v6.get("/").body, "hello");
}

TEST(Server, SaysWhichPortIsTaken) {
  EventLoop loop(1);
  ServerOptions options;
  const Server first(loop, options, hello());
  options.port = first.port();
  try {
    const Server second(loop, options, hello());
    FAIL() << "two servers listen on one port";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kUnavailable);
    EXPECT_NE(error.message().find("127.0.0.1 port " + std::to_string(first.port())), std::string::npos)
        << error.message();
  }
}

TEST(Server, RefusesAddressesThatAreNone) {
  EventLoop loop(1);
  ServerOptions options;
  options.addresses = {"localhost"};
  EXPECT_THROW(Server(loop, options, hello()), base::Error);
}

TEST(Server, SkipsAnAddressTheMachineDoesNotHave) {
  EventLoop loop(1);
  ServerOptions options;
  options.addresses = {"192.0.2.1", "127.0.0.1"};
  Server server(loop, options, hello());
  server.start();
  EXPECT_EQ(RawClient(server.port()).get("/").body, "hello");
  options.addresses = {"192.0.2.1"};
  EXPECT_THROW(Server(loop, options, hello()), base::Error);
}

TEST(Server, HoldsConnectionsBackUntilItStarts) {
  EventLoop loop(1);
  Server server(loop, {}, hello());
  RawClient client(server.port());
  ASSERT_TRUE(client.is_connected());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  server.start();
  EXPECT_EQ(client.read_response().body, "hello");
}

TEST(Server, DrainsIdleConnectionsAndFinishesRunningRequests) {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<Respond> waiting;
  Router router = hello();
  router.http("GET", "/slow", [&](HttpRequest, Respond respond) {
    std::lock_guard lock(mutex);
    waiting = std::move(respond);
    changed.notify_all();
  });
  TestServer server(std::move(router));
  RawClient idle(server.port());
  ASSERT_EQ(idle.get("/").status, 200);
  RawClient busy(server.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting.has_value(); });
  }
  std::thread drain([&] { server.server().drain(milliseconds(10'000)); });
  EXPECT_TRUE(idle.ended());
  (*waiting)(HttpResponse::text(200, "done"));
  const auto response = busy.read_response();
  EXPECT_EQ(response.body, "done");
  EXPECT_TRUE(response.has("Connection: close"));
  EXPECT_TRUE(busy.ended());
  drain.join();
  EXPECT_FALSE(RawClient(server.port()).is_connected());
  EXPECT_EQ(server.server().stats().connections, 0U);
}

TEST(Server, AbortsWhatOutlivesTheDrain) {
  std::mutex mutex;
  std::vector<Respond> kept;
  Router router;
  router.http("GET", "/never", [&](HttpRequest, Respond respond) {
    std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  TestServer server(std::move(router));
  RawClient client(server.port());
  client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(TestServer::eventually([&] { return server.server().stats().requests == 1; }));
  server.server().drain(milliseconds(30));
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.server().stats().connections, 0U);
}

TEST(Server, MayOutliveItsStoppedLoop) {
  std::optional<Respond> kept;
  EventLoop loop(2);
  Router router;
  std::atomic<bool> asked{false};
  router.http("GET", "/", [&](HttpRequest, Respond respond) {
    kept = std::move(respond);
    asked = true;
  });
  Server server(loop, {}, std::move(router));
  server.start();
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(TestServer::eventually([&] { return asked.load(); }));
  loop.stop();
  (*kept)(HttpResponse::text(200, "nobody listens"));
}

TEST(Router, PrefersExactPathsThenLongerPrefixes) {
  Router router;
  const auto named = [](std::string name) {
    return [name](HttpRequest, Respond respond) { respond(HttpResponse::text(200, name)); };
  };
  router.http("GET", "/a/*", named("a"));
  router.http("GET", "/a/b/*", named("ab"));
  router.http("GET", "/a/b/c", named("abc"));
  router.http("*", "/any", named("any"));
  TestServer server(std::move(router));
  RawClient client(server.port());
  EXPECT_EQ(client.get("/a/x").body, "a");
  EXPECT_EQ(client.get("/a/b/x").body, "ab");
  EXPECT_EQ(client.get("/a/b/c").body, "abc");
  EXPECT_EQ(client.get("/a/b/c/d").body, "ab");
  EXPECT_EQ(client.get("/a").status, 404);
  EXPECT_EQ(client.ask("PATCH /any HTTP/1.1\r\nHost: h\r\n\r\n").body, "any");
}

TEST(Router, NeverLetsAPrefixAnswerForAnExactPath) {
  Router router;
  router.http("GET", "/*", [](HttpRequest, Respond) {});
  router.http("POST", "/login", [](HttpRequest, Respond) {});
  const Router::Match match = router.match("GET", "/login");
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.known_path);
  EXPECT_EQ(match.methods, std::vector<std::string>{"POST"});
}

}  // namespace
}  // namespace net
