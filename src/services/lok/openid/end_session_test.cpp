#include "services/lok/openid/end_session.h"

#include <gmock/gmock.h>

#include "services/lok/openid/relying_fixture.h"

namespace lok {
namespace {

using testing::HasSubstr;
using testing::Not;

class EndSessionTest : public RelyingTest {
 protected:
  net::HttpResponse leave(Browser& browser, const Fields& fields) {
    return browser.open("/lok/o/logout", fields);
  }
  net::HttpResponse press(Browser& browser, const Fields& fields, const std::string& decision) {
    return browser.submit("/lok/o/logout", {{"ending", encoded(fields)}, {"decision", decision}});
  }
  std::int64_t sessions() { return number("select count(*) from web_session"); }

  const Fields bye_{{"post_logout_redirect_uri", "https://wiki.lab.org/bye"}, {"state", "s&t"}};
};

INSTANTIATE_TEST_SUITE_P(Both, EndSessionTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(EndSessionTest, WhoseIdTokenComesAlongIsSignedOutAndSentOn) {
  const std::string token = signed_in_to_wiki()["id_token"].as_string();
  execute("delete from web_session");
  Browser browser = person();
  const net::HttpResponse response = leave(browser, with(bye_, {{"id_token_hint", token}}));
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.headers.get("Location"), "https://wiki.lab.org/bye?state=s%26t");
  EXPECT_EQ(sessions(), 0);
}

TEST_P(EndSessionTest, WithoutOneThePersonIsAsked) {
  Browser browser = person();
  const Fields fields = with(bye_, {{"client_id", "wiki"}});
  const net::HttpResponse page = leave(browser, fields);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Wiki"));
  EXPECT_THAT(std::string(*page.headers.get("Content-Security-Policy")),
              HasSubstr("form-action 'self' https://wiki.lab.org;"));
  EXPECT_EQ(sessions(), 1);
  EXPECT_EQ(press(browser, fields, "stay").status, 200);
  EXPECT_EQ(sessions(), 1);
  leave(browser, fields);
  EXPECT_EQ(press(browser, fields, "sign_out").headers.get("Location"),
            "https://wiki.lab.org/bye?state=s%26t");
  EXPECT_EQ(sessions(), 0);
}

TEST_P(EndSessionTest, AnIdTokenOfSomebodyElseOrOfNobodyDoesNotDo) {
  const std::string token = signed_in_to_wiki()["id_token"].as_string();
  const std::string access = signed_in_to_wiki()["access_token"].as_string();
  const std::string forged = token.substr(0, token.size() - 8) + "AAAAAAAA";
  execute("delete from web_session");
  Browser bob = person("bob");
  for (const std::string& hint : {token, access, forged, std::string("x")}) {
    EXPECT_EQ(leave(bob, {{"id_token_hint", hint}}).status, 200);
  }
  EXPECT_EQ(sessions(), 1);
}

TEST_P(EndSessionTest, NobodyIsSentToAnAddressThatIsNotRegistered) {
  const std::string token = signed_in_to_wiki()["id_token"].as_string();
  for (const char* trick :
       {"https://evil.org/", "https://wiki.lab.org/bye/", "https://wiki.lab.org/bye?x",
        "https://wiki.lab.org@evil.org/bye", "https://wiki.lab.org/callback", "//evil.org"}) {
    Browser browser = person();
    const net::HttpResponse response =
        leave(browser, {{"id_token_hint", token}, {"post_logout_redirect_uri", trick}});
    EXPECT_EQ(response.status, 200) << trick;
    EXPECT_FALSE(response.headers.get("Location")) << trick;
    EXPECT_FALSE(
        leave(browser, {{"client_id", "hub"}, {"post_logout_redirect_uri", trick}}).headers.get("Location"));
    EXPECT_FALSE(leave(browser, {{"post_logout_redirect_uri", trick}}).headers.get("Location"));
  }
  Browser browser = person();
  EXPECT_EQ(leave(browser, with(bye_, {{"id_token_hint", token}, {"client_id", "hub"}})).status, 400)
      << "a token of one client, the name of another";
}

TEST_P(EndSessionTest, FormsOfOthersEndNothing) {
  Browser browser = person();
  leave(browser, bye_);
  browser.csrf = "forged";
  EXPECT_EQ(press(browser, bye_, "sign_out").status, 403);
  EXPECT_EQ(sessions(), 1);
}

TEST_P(EndSessionTest, WhatIsPostedComesAgainAsALink) {
  Browser browser = person();
  const net::HttpResponse response =
      browser.send(request_of("POST", "/lok/o/logout", encoded(with(bye_, {{"evil", "x"}}))));
  EXPECT_EQ(response.headers.get("Location"),
            "/lok/o/logout?post_logout_redirect_uri=https%3A%2F%2Fwiki.lab.org%2Fbye&state=s%26t");
}

TEST_P(EndSessionTest, SaysSoWhenThereIsNowhereToGo) {
  Browser stranger(site_);
  EXPECT_THAT(leave(stranger, {}).body, HasSubstr("Signed out"));
  EXPECT_EQ(leave(stranger, with(bye_, {{"client_id", "wiki"}})).status, 303);
}

}  // namespace
}  // namespace lok
