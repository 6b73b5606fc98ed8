// Requests and responses as values.
#include "net/http.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "net/request_target.h"

namespace net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");
  EXPECT_EQ(headers.get("CONTENT-TYPE"), "a");
  headers.set("content-TYPE", "c");
  EXPECT_EQ(headers.get("Content-Type"), "c");
  EXPECT_EQ(headers.fields().size(), 1U);
  EXPECT_EQ(headers.get("Accept"), std::nullopt);
}

TEST(Form, DecodesPairs) {
  EXPECT_EQ(parse_form("a=b&c=d+e&f=%C3%B6%26&g&=h&&i=j=k"),
            (Pairs{{"a", "b"}, {"c", "d e"}, {"f", "ö&"}, {"g", ""}, {"", "h"}, {"i", "j=k"}}));
  EXPECT_EQ(parse_form(""), Pairs{});
}

TEST(Form, RefusesBrokenEscapes) {
  for (const char* broken : {"a=%", "a=%4", "a=%4g", "%%30=a", "a=1%"}) {
    EXPECT_THROW(parse_form(broken), base::Error) << broken;
  }
}

TEST(Percent, DecodesWhatItEncodes) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a b/ö~-._"), "a%20b%2F%C3%B6~-._");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
}

TEST(HttpRequest, FindsTheFirstQueryParameter) {
  HttpRequest request;
  request.query = "code=AB%20C&code=second&empty=";
  EXPECT_EQ(request.query_parameter("code"), "AB C");
  EXPECT_EQ(request.query_parameter("empty"), "");
  EXPECT_EQ(request.query_parameter("none"), std::nullopt);
}

struct OriginRow {
  const char* name;
  std::size_t proxies;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string origin;  ///< empty: refused
};

class Origins : public ::testing::TestWithParam<OriginRow> {};

TEST_P(Origins, FollowTheRequest) {
  HttpRequest request;
  request.target = GetParam().target;
  for (const auto& [name, value] : GetParam().headers) request.headers.add(name, value);
  const auto problem = interpret_target(request, {"127.0.0.1", 8000, GetParam().proxies}, true);
  EXPECT_EQ(problem.has_value(), GetParam().origin.empty()) << problem.value_or("accepted");
  if (!problem) {
    EXPECT_EQ(request.origin(), GetParam().origin);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Origins,
    ::testing::Values(
        OriginRow{"Plain", 0, "/", {{"Host", "localhost:8000"}}, "http://localhost:8000"},
        OriginRow{"DefaultPort", 0, "/", {{"Host", "Lab.Example"}}, "http://lab.example"},
        OriginRow{"Ipv6", 0, "/", {{"Host", "[::1]:8000"}}, "http://[::1]:8000"},
        OriginRow{"Ipv6DefaultPort", 0, "/", {{"Host", "[::1]:80"}}, "http://[::1]"},
        OriginRow{"AbsoluteTarget", 0, "http://other:9/x?y", {{"Host", "ignored"}}, "http://other:9"},
        OriginRow{"ForwardedIgnored",
                  0,
                  "/",
                  {{"Host", "h"}, {"X-Forwarded-Host", "evil"}, {"X-Forwarded-Proto", "https"}},
                  "http://h"},
        OriginRow{"OneProxy",
                  1,
                  "/",
                  {{"Host", "inner:1"}, {"X-Forwarded-Host", "outer"}, {"X-Forwarded-Proto", "https"}},
                  "https://outer"},
        OriginRow{
            "OneProxyAndALiar",
            1,
            "/",
            {{"Host", "inner"}, {"X-Forwarded-Host", "evil, outer"}, {"X-Forwarded-Proto", "http, https"}},
            "https://outer"},
        OriginRow{"TwoProxies",
                  2,
                  "/",
                  {{"Host", "inner"}, {"X-Forwarded-Host", "evil, outer"}, {"X-Forwarded-Host", "middle"}},
                  "http://outer"},
        OriginRow{"ForwardedPort",
                  1,
                  "/",
                  {{"Host", "inner:1"}, {"X-Forwarded-Host", "outer"}, {"X-Forwarded-Port", "8443"}},
                  "http://outer:8443"},
        OriginRow{"PortOfTheHostWins",
                  1,
                  "/",
                  {{"Host", "inner"}, {"X-Forwarded-Host", "outer:8080"}, {"X-Forwarded-Port", "80"}},
                  "http://outer:8080"},
        OriginRow{"HostKeptByTheProxy",
                  1,
                  "/",
                  {{"Host", "outer:8080"}, {"X-Forwarded-Proto", "http"}},
                  "http://outer:8080"},
        OriginRow{"WebSocketSchemes", 1, "/", {{"Host", "h"}, {"X-Forwarded-Proto", "wss"}}, "https://h"},
        OriginRow{"BadForwardedHost", 1, "/", {{"Host", "h"}, {"X-Forwarded-Host", "<script>"}}, "http://h"},
        OriginRow{"NoHost", 0, "/", {}, ""}, OriginRow{"EmptyHost", 0, "/", {{"Host", ""}}, ""},
        OriginRow{"HostWithPath", 0, "/", {{"Host", "h/x"}}, ""},
        OriginRow{"HostWithUser", 0, "/", {{"Host", "a@h"}}, ""},
        OriginRow{"HostWithMarkup", 0, "/", {{"Host", "h\"><script>"}}, ""},
        OriginRow{"PortTooLarge", 0, "/", {{"Host", "h:65536"}}, ""},
        OriginRow{"PortNotANumber", 0, "/", {{"Host", "h:x"}}, ""},
        OriginRow{"OpenBracket", 0, "/", {{"Host", "[::1"}}, ""},
        OriginRow{"BracketedName", 0, "/", {{"Host", "[host]"}}, ""},
        OriginRow{"RelativeTarget", 0, "x", {{"Host", "h"}}, ""},
        OriginRow{"AsteriskTarget", 0, "*", {{"Host", "h"}}, ""}),
    [](const auto& row) { return row.param.name; });

TEST(RequestTarget, KnowsWhoseMachineItIsBehindProxies) {
  const auto client_of = [](std::size_t proxies, const std::vector<std::string>& forwarded) {
    HttpRequest request;
    request.target = "/";
    request.peer = "10.0.0.1";
    request.headers.add("Host", "h");
    for (const std::string& value : forwarded) request.headers.add("X-Forwarded-For", value);
    EXPECT_EQ(interpret_target(request, {"127.0.0.1", 8000, proxies}, true), std::nullopt);
    EXPECT_EQ(request.peer, "10.0.0.1");
    return request.client;
  };
  EXPECT_EQ(client_of(0, {"1.1.1.1"}), "10.0.0.1") << "anybody can claim to be anybody";
  EXPECT_EQ(client_of(1, {}), "10.0.0.1");
  EXPECT_EQ(client_of(1, {"1.1.1.1, 2.2.2.2"}), "2.2.2.2") << "what the proxy saw, not what it was told";
  EXPECT_EQ(client_of(2, {"1.1.1.1", "2.2.2.2"}), "1.1.1.1");
}

TEST(RequestTarget, SplitsAndDecodesThePath) {
  HttpRequest request;
  request.headers.add("Host", "h");
  request.target = "/a%20b/%C3%B6?q=%20&r";
  EXPECT_EQ(interpret_target(request, {}, true), std::nullopt);
  EXPECT_EQ(request.path, "/a b/ö");
  EXPECT_EQ(request.query, "q=%20&r");
}

TEST(RequestTarget, FallsBackToOurAddressForOldClients) {
  HttpRequest request;
  request.target = "/";
  EXPECT_EQ(interpret_target(request, {"127.0.0.1", 8000, 0}, false), std::nullopt);
  EXPECT_EQ(request.origin(), "http://127.0.0.1:8000");
}

}  // namespace
}  // namespace net
