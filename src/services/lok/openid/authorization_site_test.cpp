#include "services/lok/openid/authorization_site.h"

#include <gmock/gmock.h>

#include "services/lok/openid/relying_fixture.h"

namespace lok {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class AuthorizationSiteTest : public RelyingTest {
 protected:
  /// What the relying party is told instead of a code; empty if it is told nothing.
  std::string error(Browser& browser, const Fields& fields) {
    const net::HttpResponse response = authorize(browser, fields);
    return response.status == 303 ? sent_on_with(response, "error") : "";
  }
  std::int64_t codes() { return number("select count(*) from authorization_code"); }

  Browser stranger_{site_};
};

INSTANTIATE_TEST_SUITE_P(Both, AuthorizationSiteTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AuthorizationSiteTest, AStrangerSignsInAndComesBackToTheSameRequest) {
  const net::HttpResponse page = authorize(stranger_, asked());
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<title>Sign in"));
  EXPECT_THAT(page.body, HasSubstr("Wiki"));
  const std::string next = "/o/authorize?" + encoded(asked());
  const auto try_password = [&](const std::string& password) {
    return stranger_.submit("/lok/sign-in", {{"next", next}, {"username", "ada"}, {"password", password}});
  };
  const net::HttpResponse again = try_password("wrong");
  EXPECT_EQ(again.status, 403);
  EXPECT_THAT(again.body, HasSubstr("Wiki"));
  EXPECT_THAT(std::string(*again.headers.get("Content-Security-Policy")),
              HasSubstr("form-action 'self' https://wiki.lab.org;"));
  const net::HttpResponse response = try_password("one");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.headers.get("Location"), "/lok" + next);
}

TEST_P(AuthorizationSiteTest, APersonSeesWhoIsToldWhatAndWhereItLeads) {
  Browser browser = person();
  const net::HttpResponse page =
      authorize(browser, asked({{"scope", "openid email offline_access strange"}}));
  EXPECT_EQ(page.status, 200);
  for (const char* text :
       {"Wiki", "https://wiki.lab.org", "ada", "Know who you are", "See your e-mail address",
        "Stay signed in", "value=\"allow\"", "value=\"deny\""}) {
    EXPECT_THAT(page.body, HasSubstr(text));
  }
  EXPECT_THAT(page.body, Not(HasSubstr("See your roles")));
  const std::string policy(*page.headers.get("Content-Security-Policy"));
  EXPECT_THAT(policy, HasSubstr("form-action 'self' https://wiki.lab.org;"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
  EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
}

TEST_P(AuthorizationSiteTest, SendsTheBrowserOnWithACode) {
  Browser browser = person();
  const net::HttpResponse response = press(browser, asked());
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(std::string(*response.headers.get("Location")), StartsWith(kWikiCallback + "?code="));
  EXPECT_EQ(sent_on_with(response, "code").size(), 43u);
  EXPECT_EQ(sent_on_with(response, "state"), "st&te");
  EXPECT_EQ(sent_on_with(response, "iss"), "http://localhost:8000/lok");
  EXPECT_EQ(
      rows("select 1 from authorization_code where code_hash = $1", {sent_on_with(response, "code")}).size(),
      0u)
      << "only a hash is kept";
}

TEST_P(AuthorizationSiteTest, ConsentIsRememberedForItsScopes) {
  Browser browser = person();
  press(browser, asked({{"scope", "openid email"}}));
  EXPECT_NE(sent_on_with(authorize(browser, asked({{"scope", "email openid"}})), "code"), "");
  EXPECT_NE(sent_on_with(authorize(browser, asked({{"prompt", "none"}, {"scope", "openid"}})), "code"), "");
  EXPECT_EQ(authorize(browser, asked({{"scope", "openid roles"}})).status, 200) << "a scope more";
  EXPECT_EQ(authorize(browser, asked({{"prompt", "consent"}, {"scope", "openid"}})).status, 200);
  EXPECT_EQ(authorize(browser, asked_by_tool({{"scope", "openid"}})).status, 200) << "another program";
  Browser bob = person("bob");
  EXPECT_EQ(authorize(bob, asked({{"scope", "openid"}})).status, 200) << "another person";
}

TEST_P(AuthorizationSiteTest, AProgramThatOthersCouldPassForAsksEachTime) {
  Browser browser = person();
  EXPECT_NE(sent_on_with(press(browser, asked_by_tool()), "code"), "");
  EXPECT_EQ(authorize(browser, asked_by_tool()).status, 200);
  EXPECT_EQ(error(browser, asked_by_tool({{"prompt", "none"}})), "consent_required");
}

TEST_P(AuthorizationSiteTest, ADeclinedSignInLeavesNothing) {
  Browser browser = person();
  const net::HttpResponse response = press(browser, asked(), "deny");
  EXPECT_EQ(sent_on_with(response, "error"), "access_denied");
  EXPECT_EQ(sent_on_with(response, "state"), "st&te");
  EXPECT_EQ(sent_on_with(response, "iss"), "http://localhost:8000/lok");
  EXPECT_EQ(codes(), 0);
  EXPECT_EQ(number("select count(*) from sign_in_consent"), 0);
}

TEST_P(AuthorizationSiteTest, APersonOfSeveralOrganizationsChoosesOne) {
  Browser bob = person("bob");
  const std::string page = authorize(bob, asked()).body;
  EXPECT_THAT(page, HasSubstr("type=\"radio\""));
  EXPECT_EQ(sent_on_with(press(bob, asked(), "allow", "ada", "lab"), "error"), "access_denied")
      << "not somebody else's membership";
  EXPECT_NE(sent_on_with(press(bob, asked(), "allow", "bob", "other"), "code"), "");
  EXPECT_EQ(rows("select membership_id from authorization_code").text(0, 0), membership("bob", "other"));
}

TEST_P(AuthorizationSiteTest, AProgramOfOneOrganizationIsForItsMembersOnly) {
  const Fields fields = asked({{"client_id", "hub"}, {"redirect_uri", "https://hub.lab.org/callback"}});
  Browser ada = person();
  EXPECT_EQ(error(ada, fields), "access_denied");
  Browser bob = person("bob");
  EXPECT_THAT(authorize(bob, fields).body, Not(HasSubstr("type=\"radio\"")));
  EXPECT_EQ(sent_on_with(press(bob, fields, "allow", "bob", "lab"), "error"), "access_denied");
  EXPECT_NE(sent_on_with(press(bob, fields, "allow", "bob", "other"), "code"), "");
  execute("update membership set blocked = 1");
  EXPECT_EQ(error(bob, fields), "access_denied");
}

TEST_P(AuthorizationSiteTest, NobodyIsSentToAnAddressThatIsNotRegistered) {
  Browser browser = person();
  press(browser, asked());
  for (const char* trick :
       {"https://evil.org/", "https://wiki.lab.org/callback/", "https://wiki.lab.org/callback?x=1",
        "https://wiki.lab.org/callback#x", "https://wiki.lab.org@evil.org/callback",
        "https://WIKI.lab.org/callback", "https://wiki.lab.org/%63allback", "//evil.org",
        "javascript:alert(1)", "https://hub.lab.org/callback", "https://wiki.lab.org/bye"}) {
    for (const Fields& fields :
         {asked({{"redirect_uri", trick}}), asked({{"redirect_uri", trick}, {"response_type", "token"}}),
          asked({{"redirect_uri", trick}, {"prompt", "none"}})}) {
      const net::HttpResponse response = authorize(browser, fields);
      EXPECT_EQ(response.status, 400) << trick;
      EXPECT_FALSE(response.headers.get("Location")) << trick;
    }
  }
  EXPECT_EQ(authorize(browser, asked({{"redirect_uri", ""}})).status, 400);
  EXPECT_EQ(authorize(browser, asked({{"client_id", "nobody"}})).status, 400);
  EXPECT_EQ(authorize(browser, asked({{"client_id", std::string("wi\0ki", 5)}})).status, 400);
  Fields twice = asked();
  twice.emplace_back("redirect_uri", "https://evil.org/");
  EXPECT_EQ(authorize(browser, twice).status, 400);
  EXPECT_EQ(authorize(browser, asked({{"state", std::string(5'000, 'x')}})).status, 400);
}

TEST_P(AuthorizationSiteTest, TheFormIsCheckedLikeTheAddress) {
  Browser browser = person();
  authorize(browser, asked());
  const auto submit = [&](const Fields& fields) {
    return browser.submit("/lok/o/authorize", {{"authorization", encoded(fields)},
                                               {"membership", membership("ada", "lab")},
                                               {"decision", "allow"}});
  };
  EXPECT_EQ(submit(asked({{"redirect_uri", "https://evil.org/"}})).status, 400);
  EXPECT_EQ(sent_on_with(submit(asked({{"code_challenge_method", "plain"}})), "error"), "invalid_request");
  EXPECT_EQ(codes(), 0);
}

TEST_P(AuthorizationSiteTest, FormsOfOthersDecideNothing) {
  Browser browser = person();
  authorize(browser, asked());
  const Fields yes{
      {"authorization", encoded(asked())}, {"membership", membership("ada", "lab")}, {"decision", "allow"}};
  const std::string csrf = std::exchange(browser.csrf, "forged");
  EXPECT_EQ(browser.submit("/lok/o/authorize", yes).status, 403);
  EXPECT_EQ(browser.send(request_of("POST", "/lok/o/authorize", encoded(yes))).status, 403);
  Browser bob = person("bob");
  authorize(bob, asked());
  browser.csrf = bob.csrf;
  EXPECT_EQ(browser.submit("/lok/o/authorize", yes).status, 403);
  EXPECT_EQ(codes(), 0);
  browser.csrf = csrf;
  EXPECT_EQ(browser.submit("/lok/o/authorize", yes).status, 303);
}

TEST_P(AuthorizationSiteTest, ARequestThatIsPostedComesAgainAsALink) {
  const net::HttpResponse response = stranger_.send(request_of("POST", "/lok/o/authorize", encoded(asked())));
  EXPECT_EQ(response.status, 303);
  EXPECT_THAT(std::string(*response.headers.get("Location")), StartsWith("/lok/o/authorize?client_id=wiki&"));
}

TEST_P(AuthorizationSiteTest, WhatIsWrongIsToldToTheRelyingParty) {
  const std::vector<std::pair<Fields, std::string>> wrong{
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"response_type", ""}}, "unsupported_response_type"},
      {{{"response_mode", "fragment"}}, "invalid_request"},
      {{{"scope", "profile"}}, "invalid_scope"},
      {{{"scope", ""}}, "invalid_scope"},
      {{{"code_challenge_method", "plain"}}, "invalid_request"},
      {{{"code_challenge_method", ""}}, "invalid_request"},
      {{{"code_challenge", "short"}}, "invalid_request"},
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"prompt", "none login"}}, "invalid_request"},
      {{{"prompt", "dance"}}, "invalid_request"},
      {{{"max_age", "-1"}}, "invalid_request"},
      {{{"max_age", "soon"}}, "invalid_request"},
      {{{"request", "e30"}}, "request_not_supported"},
      {{{"request_uri", "https://evil.org/r"}}, "request_uri_not_supported"},
      {{{"prompt", "none"}}, "login_required"}};
  for (const auto& [changes, word] : wrong) {
    EXPECT_EQ(error(stranger_, asked(changes)), word) << encoded(changes);
  }
}

TEST_P(AuthorizationSiteTest, AProgramWithoutSecretNeedsAChallenge) {
  EXPECT_EQ(error(stranger_, asked_by_tool({{"code_challenge", ""}, {"code_challenge_method", ""}})),
            "invalid_request");
  EXPECT_EQ(authorize(stranger_, asked_by_tool()).status, 200);
  EXPECT_EQ(authorize(stranger_, asked({{"code_challenge", ""}, {"code_challenge_method", ""}})).status, 200);
}

TEST_P(AuthorizationSiteTest, WhoWithdrawsIsAskedAgain) {
  const base::Json tokens = signed_in_to_wiki({{"scope", "openid offline_access"}});
  const std::string id(rows("select id from sign_in_consent").text(0, 0));
  Browser other = person("bob");
  other.open("/lok/account/password");  // a form, and its token
  EXPECT_EQ(other.submit("/lok/account/programs", {{"consent", id}}).status, 404);
  Browser browser = person();
  EXPECT_THAT(browser.open("/lok/account").body, HasSubstr("Wiki"));
  EXPECT_THAT(browser.submit("/lok/account/programs", {{"consent", id}}).body, HasSubstr("Withdrawn"));
  EXPECT_EQ(refresh_wiki(tokens["refresh_token"].as_string()).status, 400);
  EXPECT_EQ(error(browser, asked({{"scope", "openid"}, {"prompt", "none"}})), "consent_required");
  EXPECT_EQ(number("select count(*) from client where relying_party_id is not null"), 0);
}

TEST_P(AuthorizationSiteTest, ShowsWhatAnyOfTheOrganizationsOffers) {
  execute(
      "insert into membership (organization_id, user_id) select organization.id, user_account.id"
      " from organization, user_account where slug = 'other' and username = 'ada'");
  execute(
      "insert into scope (organization_id, value, label, description)"
      " select id, 'rare', 'Rarities', 'What only one has' from organization where slug = 'other'");
  Browser browser = person();
  EXPECT_THAT(authorize(browser, asked({{"scope", "openid rare"}})).body, HasSubstr("Rarities"));
}

TEST_P(AuthorizationSiteTest, PromptsAskAgain) {
  Browser browser = person();
  press(browser, asked());
  const auto title = [&](const Fields& changes) { return authorize(browser, asked(changes)).body; };
  EXPECT_THAT(title({{"prompt", "login"}}), HasSubstr("<title>Sign in ·"));
  EXPECT_THAT(title({{"max_age", "0"}}), HasSubstr("<title>Sign in ·"));
  for (const char* long_enough : {"1000", "9223372036854775807"}) {
    EXPECT_NE(sent_on_with(authorize(browser, asked({{"max_age", long_enough}})), "code"), "") << long_enough;
  }
  execute("update web_session set created_at = created_at - 2000000000");
  EXPECT_THAT(title({{"max_age", "1000"}}), HasSubstr("<title>Sign in ·"));
  EXPECT_EQ(error(browser, asked({{"max_age", "1000"}, {"prompt", "none"}})), "login_required");
  // Once signed in nothing asks for it any more.
  EXPECT_THAT(title({{"prompt", "login consent"}, {"max_age", "0"}}), HasSubstr("prompt=consent"));
  EXPECT_THAT(title({{"prompt", "login consent"}, {"max_age", "0"}}), Not(HasSubstr("max_age")));
  EXPECT_EQ(error(browser, asked_by_tool({{"prompt", "none"}})), "consent_required");
}

TEST_P(AuthorizationSiteTest, AHintOfSomebodyElseAsksToSignIn) {
  const base::Json answer = signed_in_to_wiki();
  Browser ada = person();
  const Fields hint{{"id_token_hint", answer["id_token"].as_string()}, {"prompt", "none"}};
  EXPECT_NE(sent_on_with(authorize(ada, asked(hint)), "code"), "");
  Browser bob = person("bob");
  press(bob, asked(), "allow", "bob", "other");
  EXPECT_EQ(error(bob, asked(hint)), "login_required");
}

TEST_P(AuthorizationSiteTest, TextsFromOutsideStayTexts) {
  configuration_.relying_parties.front().name = "<script>alert(1)</script>";
  provision(*database_, configuration_);
  Browser browser = person();
  const Fields fields = asked({{"state", "\"><script>"}});
  EXPECT_THAT(authorize(browser, fields).body, Not(HasSubstr("<script")));
  EXPECT_THAT(authorize(stranger_, fields).body, Not(HasSubstr("<script")));
  const net::HttpResponse response = press(browser, asked({{"state", "a\r\nSet-Cookie: b=c"}}));
  EXPECT_THAT(std::string(*response.headers.get("Location")), Not(HasSubstr("\n")));
  EXPECT_EQ(sent_on_with(response, "state"), "a\r\nSet-Cookie: b=c");
}

}  // namespace
}  // namespace lok
