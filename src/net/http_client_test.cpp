// Against our own server, and against servers that mean no good.
#include "net/http_client.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "net/fetch_url.h"
#include "net/testing/hostile_server.h"
#include "net/testing/raw_client.h"
#include "net/testing/tls_server.h"

namespace net {
namespace {

using namespace std::chrono_literals;
using net::testing::HostileServer;
using net::testing::TestServer;
using ::testing::HasSubstr;

struct Failure {
  std::string code, message;
};
Failure failure_of(const std::string& url, std::chrono::milliseconds timeout = 5s) {
  try {
    return {"no error", fetch(url, timeout)};
  } catch (const base::Error& error) {
    return {std::string(error.code()), error.message()};
  }
}

Failure answered_with(std::string bytes, HostileServer::Then then = HostileServer::Then::kClose) {
  const HostileServer server(std::move(bytes), then);
  return failure_of(server.url());
}

Router documents() {
  Router router;
  router.http("GET", "/keys", [](HttpRequest request, Respond respond) {
    respond(HttpResponse::json(200, request.target + " for " + std::string(*request.headers.get("host"))));
  });
  router.http("GET", "/large", [](HttpRequest, Respond respond) {
    respond(HttpResponse::text(200, std::string(kLargestFetch, 'x')));
  });
  router.http("GET", "/moved", [](HttpRequest, Respond respond) {
    HttpResponse response;
    response.status = 302;
    response.headers.add("location", "/keys");
    respond(std::move(response));
  });
  return router;
}

TEST(HttpClient, FetchesADocument) {
  TestServer server(documents());
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
    const std::string authority = std::string(host) + ":" + std::to_string(server.port());
    EXPECT_EQ(fetch("http://" + authority + "/keys?a=b#c", 5s), "/keys?a=b for " + authority);
  }
}

TEST(HttpClient, ADocumentOfTheLargestSizeIsWhole) {
  TestServer server(documents());
  EXPECT_EQ(fetch("http://127.0.0.1:" + std::to_string(server.port()) + "/large", 5s).size(), kLargestFetch);
}

TEST(HttpClient, RefusesWhateverIsNoPlainAnswer) {
  TestServer server(documents());
  const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
  EXPECT_THAT(failure_of(url + "/moved").message, HasSubstr("redirects are not followed"));
  EXPECT_THAT(failure_of(url + "/missing").message, HasSubstr("it answered 404"));
  EXPECT_EQ(failure_of(url + "/missing").code, base::code::kUnavailable);
}

TEST(HttpClient, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    const HostileServer gone("", HostileServer::Then::kClose);
    port = gone.port();
  }
  const Failure failure = failure_of("http://127.0.0.1:" + std::to_string(port) + "/keys");
  EXPECT_EQ(failure.code, base::code::kUnavailable);
  EXPECT_THAT(failure.message, HasSubstr("Connection refused"));
}

TEST(HttpClient, SaysThatANameDoesNotExist) {
  EXPECT_THAT(failure_of("http://nowhere.invalid/keys").message, HasSubstr("nowhere.invalid"));
}

TEST(HttpClient, GivesUpOnASilentServerInTime) {
  const HostileServer server("", HostileServer::Then::kHold);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(failure_of(server.url(), 200ms).message, HasSubstr("no answer within 200 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(HttpClient, GivesUpOnAServerThatDrips) {
  const HostileServer server("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n", HostileServer::Then::kDrip);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(failure_of(server.url(), 300ms).message, HasSubstr("no answer within 300 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(HttpClient, RefusesMoreThanItsLimit) {
  EXPECT_EQ(answered_with("HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n").code,
            base::code::kUnavailable);
  EXPECT_THAT(answered_with("HTTP/1.1 200 OK\r\n\r\n", HostileServer::Then::kFlood).message,
              HasSubstr("body limit"));
  EXPECT_THAT(answered_with("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffff\r\n",
                            HostileServer::Then::kFlood)
                  .message,
              HasSubstr("body limit"));
  EXPECT_THAT(answered_with("HTTP/1.1 200 OK\r\nx: ", HostileServer::Then::kFlood).message,
              HasSubstr("header limit"));
}

TEST(HttpClient, AnAnswerThatIsCutIsNone) {
  EXPECT_EQ(answered_with("").code, base::code::kUnavailable);
  EXPECT_EQ(answered_with("HTTP/1.1 20").code, base::code::kUnavailable);
  EXPECT_EQ(answered_with("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"keys\"").code,
            base::code::kUnavailable);
  EXPECT_EQ(answered_with("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n").code,
            base::code::kUnavailable);
  EXPECT_EQ(answered_with("SSH-2.0-OpenSSH_9.2\r\n").code, base::code::kUnavailable);
}

TEST(HttpClient, ReadsWhatAnOldServerSends) {
  EXPECT_EQ(answered_with("HTTP/1.0 200 OK\r\n\r\n{}").message, "{}");
  EXPECT_EQ(
      answered_with("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n").message,
      "{}");
}

TEST(HttpClient, SpeaksTlsWithWhomItTrusts) {
  std::signal(SIGPIPE, SIG_IGN);  // the server writes to clients that hang up
  const net::testing::TlsServer server("localhost", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
  const std::string port = std::to_string(server.port());
  EXPECT_THAT(failure_of("https://localhost:" + port + "/keys").message,
              HasSubstr("certificate verify failed"));
  ::setenv("SSL_CERT_FILE", server.certificate_file().c_str(), 1);
  EXPECT_EQ(fetch("https://localhost:" + port + "/keys", 5s), "{}");
  EXPECT_THAT(failure_of("https://127.0.0.1:" + port + "/keys").message,
              HasSubstr("certificate verify failed"));
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(failure_of("http://localhost:" + port + "/keys").code, base::code::kUnavailable);
}

TEST(HttpClient, NoTlsIsAnErrorNotAHang) {
  const HostileServer server("HTTP/1.1 200 OK\r\n\r\n{}", HostileServer::Then::kHold);
  EXPECT_EQ(failure_of("https://127.0.0.1:" + std::to_string(server.port()) + "/keys", 1s).code,
            base::code::kUnavailable);
}

TEST(FetchUrl, SplitsAnAddress) {
  const FetchUrl url = parse_fetch_url("HTTPS://Lok.example/lok/o/jwks/?x=1#part");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.host, "lok.example");
  EXPECT_EQ(url.port, "443");
  EXPECT_EQ(url.target, "/lok/o/jwks/?x=1");
  EXPECT_EQ(parse_fetch_url("http://[::1]:81?q").host, "::1");
  EXPECT_EQ(parse_fetch_url("http://[::1]:81?q").port, "81");
  EXPECT_EQ(parse_fetch_url("http://[::1]:81?q").target, "/?q");
}

TEST(FetchUrl, RefusesWhatIsNoAddress) {
  for (const char* url :
       {"", "lok", "ftp://lok/keys", "file:///etc/passwd", "http://", "http:///keys", "http://lok:99999/",
        "http://ada:secret@lok/", "http://lok/a b", "http://lok/\r\nx: y", "http://lok/\xc3\xbc"}) {
    EXPECT_EQ(failure_of(url).code, base::code::kValidation) << url;
  }
}

}  // namespace
}  // namespace net
