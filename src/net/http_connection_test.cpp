// HTTP over real sockets.
#include <atomic>
#include <string>

#include "base/error.h"
#include "net/server_state.h"
#include "net/testing/raw_client.h"
#include "net/worker_pool.h"

namespace net {
namespace {

using net::testing::RawClient;
using net::testing::TestServer;
using std::chrono::milliseconds;

void echo(HttpRequest request, Respond respond) {
  respond(HttpResponse::text(200, request.method + " " + request.path + " " + request.body));
}

Router echo_router() {
  Router router;
  router.http("GET", "/echo", echo);
  router.http("POST", "/echo", echo);
  Router::Options small;
  small.body_bytes = 10;
  router.http("POST", "/small", echo, small);
  return router;
}

std::string post(const std::string& path, const std::string& body, const std::string& extra = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + extra +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(HttpConnection, AnswersManyRequestsOnOneConnection) {
  TestServer server(echo_router());
  RawClient client(server.port());
  for (int i = 0; i < 100; ++i) {
    const auto response = client.get("/echo");
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body, "GET /echo ");
  }
  EXPECT_EQ(server.server().stats().connections, 1U);
  EXPECT_EQ(server.server().stats().requests, 100U);
}

TEST(HttpConnection, AnswersPipelinedRequestsInOrder) {
  // Handled on several threads, the first the slowest.
  WorkerPool workers("test", 3);
  std::atomic<int> started{0};
  Router router;
  router.http("GET", "/n/*", [&](HttpRequest request, Respond respond) {
    const bool posted = workers.post([&, path = request.path, respond] {
      if (started++ == 0) std::this_thread::sleep_for(milliseconds(20));
      respond(HttpResponse::text(200, path));
    });
    ASSERT_TRUE(posted);
  });
  TestServer server(std::move(router));
  RawClient client(server.port());
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += "GET /n/" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_TRUE(client.send(requests));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(client.read_response().body, "/n/" + std::to_string(i));
}

TEST(HttpConnection, WritesDateServerAndLength) {
  TestServer server(echo_router());
  RawClient client(server.port());
  const auto response = client.get("/echo");
  EXPECT_TRUE(response.has("Server: arkitektd")) << response.head;
  EXPECT_TRUE(response.has("Content-Length: 10"));
  EXPECT_TRUE(response.has("Content-Type: text/plain; charset=utf-8"));
  EXPECT_NE(response.head.find("\r\nDate: "), std::string::npos);
  EXPECT_NE(response.head.find(" GMT\r\n"), std::string::npos);
  EXPECT_EQ(response.head.find("Access-Control"), std::string::npos);
}

TEST(HttpConnection, AnswersHeadWithoutBody) {
  TestServer server(echo_router());
  RawClient client(server.port());
  const auto response = client.ask("HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.has("Content-Length: 11"));
  // Were a body sent, the next answer would not parse.
  EXPECT_EQ(client.get("/echo").body, "GET /echo ");
}

TEST(HttpConnection, ReadsBodiesWithLengthAndInChunks) {
  TestServer server(echo_router());
  RawClient client(server.port());
  EXPECT_EQ(client.ask(post("/echo", "hello")).body, "POST /echo hello");
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n1\r\n \r\nA\r\nwide world\r\n0\r\nTrailer: x\r\n\r\n";
  EXPECT_EQ(client.ask(chunked).body, "POST /echo hello wide world");
  const std::string large(700'000, 'x');
  EXPECT_EQ(client.ask(post("/echo", large)).body, "POST /echo " + large);
}

TEST(HttpConnection, ReadsRequestsByteByByte) {
  TestServer server(echo_router());
  RawClient client(server.port());
  const std::string request =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char c : request) ASSERT_TRUE(client.send({&c, 1}));
  EXPECT_EQ(client.read_response().body, "POST /echo abc");
}

TEST(HttpConnection, AsksForTheBodyOfAClientThatWaits) {
  TestServer server(echo_router());
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(client.read_response().body, "POST /echo ok");
  // A body that would be refused anyway is not asked for.
  client.send("POST /small HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(client.read_response().status, 413);
}

TEST(HttpConnection, ClosesWhenTheClientAsksTo) {
  TestServer server(echo_router());
  RawClient client(server.port());
  const auto response = client.ask("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(response.has("Connection: close"));
  EXPECT_TRUE(client.ended());
  RawClient old(server.port());
  EXPECT_EQ(old.ask("GET /echo HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_TRUE(old.ended());
  RawClient old_but_modern(server.port());
  EXPECT_TRUE(old_but_modern.ask("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                  .has("Connection: keep-alive"));
  EXPECT_EQ(old_but_modern.get("/echo").status, 200);
}

struct Malformed {
  const char* name;
  std::string bytes;
  int status;
};

class MalformedRequest : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedRequest, IsRefusedWithJsonAndTheConnectionEnds) {
  TestServer server(echo_router());
  RawClient client(server.port());
  client.send(GetParam().bytes);
  const auto response = client.read_response();
  EXPECT_EQ(response.status, GetParam().status) << response.head << response.body;
  EXPECT_TRUE(response.body.starts_with(R"({"error":{"code":")")) << response.body;
  EXPECT_TRUE(response.has("Content-Type: application/json"));
  EXPECT_TRUE(response.has("Connection: close"));
  client.close();
  RawClient next(server.port());
  EXPECT_EQ(next.get("/echo").status, 200);
}

const std::string kGet = "GET /echo HTTP/1.1\r\nHost: h\r\n";
const std::string kPost = "POST /echo HTTP/1.1\r\nHost: h\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, MalformedRequest,
    ::testing::Values(
        Malformed{"Garbage", "hello\r\n\r\n", 400}, Malformed{"NoVersion", "GET /echo\r\n\r\n", 400},
        Malformed{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        Malformed{"ControlCharacterInTarget", "GET /e\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"BareLineFeeds", "GET /echo HTTP/1.1\nHost: h\n\n", 400},
        Malformed{"BareCarriageReturn", kGet + "X: a\rb\r\n\r\n", 400},
        Malformed{"FoldedHeader", kGet + "X: a\r\n b\r\n\r\n", 400},
        Malformed{"FoldedAfterRequestLine", "GET /echo HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Malformed{"NulInHeader", kGet + std::string("X: a\0b\r\n\r\n", 10), 400},
        Malformed{"SpaceBeforeColon", kGet + "X : a\r\n\r\n", 400},
        Malformed{"HeaderWithoutColon", kGet + "X\r\n\r\n", 400},
        Malformed{"EmptyHeaderName", kGet + ": a\r\n\r\n", 400},
        Malformed{"LengthAndEncoding",
                  kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Malformed{"EncodingAndLength",
                  kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
        Malformed{"TwoLengths", kPost + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
        Malformed{"TwoLengthsInOne", kPost + "Content-Length: 5, 6\r\n\r\nhello", 400},
        Malformed{"NegativeLength", kPost + "Content-Length: -5\r\n\r\nhello", 400},
        Malformed{"SignedLength", kPost + "Content-Length: +5\r\n\r\nhello", 400},
        Malformed{"HexLength", kPost + "Content-Length: 0x5\r\n\r\nhello", 400},
        Malformed{"HugeLength", kPost + "Content-Length: 99999999999999999999\r\n\r\nhello", 400},
        Malformed{"TwoEncodings",
                  kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Malformed{"UnknownEncoding", kPost + "Transfer-Encoding: gzip\r\n\r\nx", 501},
        Malformed{"EncodingList", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        Malformed{"DisguisedEncoding", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
        Malformed{"EncodingInHttp10", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  400},
        Malformed{"ChunkSizeNotHex", kChunked + "xyz\r\nabc\r\n0\r\n\r\n", 400},
        Malformed{"ChunkSizeNegative", kChunked + "-1\r\nabc\r\n0\r\n\r\n", 400},
        Malformed{"ChunkSizeSpaced", kChunked + " 3\r\nabc\r\n0\r\n\r\n", 400},
        Malformed{"ChunkSizePrefixed", kChunked + "0x3\r\nabc\r\n0\r\n\r\n", 400},
        Malformed{"ChunkSizeOverflows", kChunked + "10000000000000003\r\nabc\r\n0\r\n\r\n", 400},
        Malformed{"ChunkLongerThanItsSize", kChunked + "3\r\nabcdef\r\n0\r\n\r\n", 400},
        Malformed{"ChunkLineFeedOnly", kChunked + "3\nabc\n0\n\n", 400},
        Malformed{"NoHost", "GET /echo HTTP/1.1\r\n\r\n", 400},
        Malformed{"HostWithSpace", "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        Malformed{"EscapedNul", "GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"PathNotUtf8", "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"BrokenEscape", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"RelativePath", "GET echo HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        Malformed{"TwoHosts", "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Malformed{"LongHeaders", kGet + "X: " + std::string(40'000, 'x'), 431},
        Malformed{"LongRequestLine", "GET /" + std::string(40'000, 'x'), 431},
        Malformed{"LongBody", kPost + "Content-Length: 1048577\r\n\r\n", 413},
        Malformed{"LongChunk", kChunked + "100001\r\n", 413},
        Malformed{"LongChunkExtension", kChunked + "1;" + std::string(40'000, 'x'), 400},
        Malformed{"UnknownExpectation", kPost + "Expect: a-miracle\r\nContent-Length: 1\r\n\r\n", 417},
        Malformed{"RouteLimit", "POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", 413}),
    [](const auto& row) { return row.param.name; });

TEST(HttpConnection, KeepsAConnectionAfterARefusalThatLeftNothingUnread) {
  TestServer server(echo_router());
  RawClient client(server.port());
  const auto missing = client.get("/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.body.find(R"("code":"NOT_FOUND")"), std::string::npos);
  const auto wrong = client.ask("DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_TRUE(wrong.has("Allow: GET, HEAD, POST")) << wrong.head;
  EXPECT_EQ(client.get("/echo").status, 200);
}

TEST(HttpConnection, DeliversARefusalToAClientThatKeepsSending) {
  TestServer server(echo_router());
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n");
  client.send(std::string(2'000'000, 'x'));
  EXPECT_EQ(client.read_response().status, 413);
}

TEST(HttpConnection, ClosesATlsHelloAtOnce) {
  TestServer server(echo_router());
  RawClient client(server.port());
  client.send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
  EXPECT_TRUE(client.ended());
}

TEST(HttpConnection, GivesUpOnSlowHeaders) {
  Limits limits;
  limits.header_timeout = milliseconds(80);
  TestServer server(echo_router(), limits);
  RawClient client(server.port());
  client.send("GET /echo HT");
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_TRUE(client.ended());
}

TEST(HttpConnection, GivesUpOnABodyWithoutProgress) {
  Limits limits;
  limits.body_timeout = milliseconds(80);
  TestServer server(echo_router(), limits);
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_EQ(client.read_response().status, 408);
  EXPECT_TRUE(client.ended());
}

TEST(HttpConnection, GivesUpOnAClientThatNeverReads) {
  Limits limits;
  limits.write_timeout = milliseconds(80);
  Router router;
  router.http("GET", "/large", [](HttpRequest, Respond respond) {
    respond(HttpResponse::text(200, std::string(30'000'000, 'x')));
  });
  TestServer server(std::move(router), limits);
  RawClient client(server.port(), false, 4096);
  client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(TestServer::eventually([&] { return server.server().stats().requests == 1; }));
  EXPECT_TRUE(TestServer::eventually([&] { return server.server().stats().connections == 0; }));
}

TEST(HttpConnection, EndsIdleConnections) {
  Limits limits;
  limits.idle = milliseconds(80);
  TestServer server(echo_router(), limits);
  RawClient silent(server.port());
  RawClient client(server.port());
  EXPECT_EQ(client.get("/echo").status, 200);
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(silent.ended());
}

TEST(HttpConnection, LimitsConnections) {
  Limits limits;
  limits.connections = 2;
  TestServer server(echo_router(), limits);
  RawClient first(server.port());
  RawClient second(server.port());
  ASSERT_EQ(first.get("/echo").status, 200);
  ASSERT_EQ(second.get("/echo").status, 200);
  RawClient third(server.port());
  EXPECT_TRUE(third.ended());
  first.close();
  EXPECT_TRUE(TestServer::eventually([&] { return server.server().stats().connections == 1; }));
  RawClient fourth(server.port());
  EXPECT_EQ(fourth.get("/echo").status, 200);
}

TEST(HttpConnection, LimitsTheBodiesBeingReceived) {
  Limits limits;
  limits.total_body_bytes = 50'000;
  TestServer server(echo_router(), limits);
  EXPECT_EQ(RawClient(server.port()).ask(post("/echo", std::string(60'000, 'x'))).status, 503);
  // What was received counts no longer once it is refused or handled.
  RawClient client(server.port());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.ask(post("/echo", std::string(40'000, 'x'))).status, 200);
}

TEST(ReceiveBudget, IsSharedByAllReceivers) {
  Limits limits;
  limits.total_body_bytes = 100;
  ServerState state({}, limits);
  ReceiveBudget second(state);
  {
    ReceiveBudget first(state);
    EXPECT_TRUE(first.grow_to(60));
    EXPECT_TRUE(second.grow_to(40));
    EXPECT_FALSE(second.grow_to(41));
    EXPECT_TRUE(second.grow_to(10)) << "a share never shrinks by growing";
  }
  EXPECT_TRUE(second.grow_to(100));
  second.release();
  EXPECT_EQ(state.receiving, 0U);
}

TEST(HttpConnection, AddsCorsHeadersWhereARouteSaysSo) {
  Router router = echo_router();
  Router::Options cors;
  cors.cors = true;
  router.http("POST", "/graphql", echo, cors);
  TestServer server(std::move(router));
  RawClient client(server.port());
  const auto preflight = client.ask("OPTIONS /graphql HTTP/1.1\r\nHost: h\r\nOrigin: http://x\r\n\r\n");
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(preflight.body, "");
  EXPECT_TRUE(preflight.has("Access-Control-Max-Age: 86400"));
  for (const auto& response : {preflight, client.ask(post("/graphql", "x")), client.get("/graphql")}) {
    EXPECT_TRUE(response.has("Access-Control-Allow-Origin: *")) << response.head;
    EXPECT_TRUE(response.has("Access-Control-Allow-Headers: Authorization, Content-Type, Rekuest-Task"));
    EXPECT_TRUE(response.has("Access-Control-Allow-Methods: GET, POST, PUT, DELETE, OPTIONS"));
  }
  EXPECT_EQ(client.get("/graphql").status, 405);
  EXPECT_EQ(client.ask("OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
}

TEST(HttpConnection, AnswersForHandlersThatDoNot) {
  Router router;
  router.http("GET", "/forgets", [](HttpRequest, Respond) {});
  router.http("GET", "/throws", [](HttpRequest, Respond) { throw std::runtime_error("secret"); });
  router.http("GET", "/objects", [](HttpRequest, Respond) {
    throw base::Error(base::code::kValidation, "`{}` is missing.", "code");
  });
  TestServer server(std::move(router));
  RawClient client(server.port());
  EXPECT_EQ(client.get("/forgets").status, 500);
  const auto thrown = client.get("/throws");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
  const auto objected = client.get("/objects");
  EXPECT_EQ(objected.status, 400);
  EXPECT_EQ(objected.body, R"({"error":{"code":"VALIDATION_ERROR","message":"`code` is missing."}})");
}

TEST(HttpConnection, KeepsHandlersFromSplittingResponses) {
  Router router;
  router.http("GET", "/x", [](HttpRequest, Respond respond) {
    HttpResponse response;
    response.headers.add("Location", "/a\r\nSet-Cookie: b");
    response.headers.add("Content-Length", "999");
    respond(std::move(response));
  });
  TestServer server(std::move(router));
  RawClient client(server.port());
  const auto response = client.get("/x");
  EXPECT_TRUE(response.has("Location: /a  Set-Cookie: b")) << response.head;
  EXPECT_TRUE(response.has("Content-Length: 0"));
}

TEST(HttpConnection, FallsBackWhereNoRouteIs) {
  Router router;
  router.http("GET", "/ht", echo);
  router.fallback([](HttpRequest, Respond respond) { respond(HttpResponse::text(501, "<Error/>")); });
  TestServer server(std::move(router));
  RawClient client(server.port());
  EXPECT_EQ(client.ask(post("/bucket/key", "data")).body, "<Error/>");
  EXPECT_EQ(client.get("/ht").status, 200);
  EXPECT_EQ(client.ask("DELETE /ht HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
}

TEST(HttpConnection, SurvivesAnswersAfterTheClientLeft) {
  std::vector<Respond> kept;
  std::mutex mutex;
  Router router;
  router.http("GET", "/later", [&](HttpRequest, Respond respond) {
    std::lock_guard lock(mutex);
    kept.push_back(std::move(respond));
  });
  TestServer server(std::move(router));
  {
    RawClient client(server.port());
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(TestServer::eventually([&] {
      std::lock_guard lock(mutex);
      return kept.size() == 1;
    }));
  }
  kept.front()(HttpResponse::text(200, "too late"));
  EXPECT_TRUE(TestServer::eventually([&] { return server.server().stats().connections == 0; }));
}

}  // namespace
}  // namespace net
