#include "services/lok/openid/redirect_uri.h"

#include <gtest/gtest.h>

namespace lok {
namespace {

TEST(RedirectUri, MayBeOfTheWebOrOfAnAppsOwn) {
  for (const char* uri : {"https://wiki.lab.org/callback", "http://localhost:3000/cb?a=b", "http://[::1]/cb",
                          "https://wiki.lab.org", "org.lab.tool:/callback"}) {
    EXPECT_EQ(redirect_uri_problem(uri), "") << uri;
  }
}

TEST(RedirectUri, MayNotBeAnythingElse) {
  for (const char* uri :
       {"", "/callback", "wiki.lab.org/cb", "//wiki.lab.org/cb", "https://", "https:///cb", "https:wiki",
        "https://wiki.lab.org/#a", "https://ada@wiki.lab.org/", "https://wiki.lab.org/ cb",
        "https://wiki.lab.org/\r\nSet-Cookie: a", "https://wiki.lab.org\\@evil.org", "javascript:alert(1)",
        "data:text/html,x", "https://wiki.lab.org;evil.org/", "https://*.lab.org, x", "file:///etc/passwd"}) {
    EXPECT_NE(redirect_uri_problem(uri), "") << uri;
  }
}

TEST(RedirectUri, IsTheRegisteredOneByteByByte) {
  const std::string registered = "https://wiki.lab.org/callback";
  EXPECT_TRUE(is_registered_uri(registered, registered, true));
  for (const char* trick :
       {"https://wiki.lab.org/callback/", "https://wiki.lab.org/callback?x=1", "https://wiki.lab.org/callbac",
        "https://WIKI.lab.org/callback", "https://wiki.lab.org:443/callback", "http://wiki.lab.org/callback",
        "https://wiki.lab.org/%63allback", "https://wiki.lab.org/x/../callback",
        "https://wiki.lab.org.evil.org/callback", "https://wiki.lab.org@evil.org/callback",
        "https://evil.org/https://wiki.lab.org/callback", "https://wiki.lab.org/callback#x", ""}) {
    EXPECT_FALSE(is_registered_uri(trick, registered, true)) << trick;
  }
}

TEST(RedirectUri, OnThisMachineMayVaryItsPort) {
  EXPECT_TRUE(is_registered_uri("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", true));
  EXPECT_TRUE(is_registered_uri("http://[::1]:51004/cb?a", "http://[::1]:1/cb?a", true));
  EXPECT_FALSE(is_registered_uri("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", false));
  for (const char* trick :
       {"http://127.0.0.1:51004/cbx", "http://127.0.0.1:@evil.org/cb", "http://127.0.0.1:80@evil.org/cb",
        "http://127.0.0.1.evil.org/cb", "http://127.0.0.1:123456/cb", "http://127.0.0.1:/cb",
        "https://127.0.0.1:51004/cb", "http://localhost:51004/cb"}) {
    EXPECT_FALSE(is_registered_uri(trick, "http://127.0.0.1/cb", true)) << trick;
  }
}

TEST(RedirectUri, GetsItsParametersEncoded) {
  EXPECT_EQ(with_parameters("https://a/cb", {{"code", "x"}, {"state", "a&b\r\nc"}, {"none", ""}}),
            "https://a/cb?code=x&state=a%26b%0D%0Ac");
  EXPECT_EQ(with_parameters("https://a/cb?x=1", {{"code", "y"}}), "https://a/cb?x=1&code=y");
}

TEST(RedirectUri, HasASourceForPolicies) {
  EXPECT_EQ(policy_source("https://wiki.lab.org:8443/callback?x"), "https://wiki.lab.org:8443");
  EXPECT_EQ(policy_source("http://[::1]:80/cb"), "http://[::1]:80");
  EXPECT_EQ(policy_source("org.lab.tool:/callback"), "org.lab.tool:");
}

}  // namespace
}  // namespace lok
