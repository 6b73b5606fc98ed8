#include "services/lok/pages/account_site.h"

#include <gmock/gmock.h>

#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::Not;

class AccountSiteTest : public DeviceTest {
 protected:
  /// Somebody who signed in on the account page.
  Browser at_account(const std::string& username = "ada", const std::string& password = "one") {
    Browser browser(site_);
    browser.open("/lok/account");
    EXPECT_EQ(
        browser.submit("/lok/sign-in", {{"next", "/account"}, {"username", username}, {"password", password}})
            .headers.get("Location"),
        "/lok/account");
    browser.open("/lok/account/password");  // which has a form, and its token
    return browser;
  }
  net::HttpResponse change(Browser& browser, const std::string& old, const std::string& wanted) {
    return browser.submit("/lok/account/password",
                          {{"old-password", old}, {"new-password", wanted}, {"new-password-again", wanted}});
  }
  int signs_in(const std::string& password) {
    Browser browser(site_);
    browser.open("/lok/sign-in");
    return browser.submit("/lok/sign-in", {{"username", "ada"}, {"password", password}}).status;
  }
  std::string session_of(const std::string& username, int index = 0) {
    return std::string(rows("select web_session.id from web_session join user_account"
                            " on user_account.id = user_id where username = $1 order by web_session.id",
                            {username})
                           .text(index, 0));
  }
};

INSTANTIATE_TEST_SUITE_P(Both, AccountSiteTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AccountSiteTest, IsWhereTheRootLeadsAndWhereStrangersSignIn) {
  Browser browser(site_);
  for (const char* root : {"/lok", "/lok/"}) {
    EXPECT_EQ(browser.open(root).headers.get("Location"), "/lok/account");
  }
  const net::HttpResponse page = browser.open("/lok/account");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<title>Sign in"));
  EXPECT_THAT(page.body, Not(HasSubstr("Your account")));
}

TEST_P(AccountSiteTest, AnswersWhoAsksForTheHeadOnly) {
  Browser browser(site_);
  for (const char* path : {"/lok/account", "/lok/device", "/lok/sign-in"}) {
    EXPECT_EQ(browser.send(request_of("HEAD", path, "")).status, 200) << path;
  }
}

TEST_P(AccountSiteTest, AFailedSignInAsksAgain) {
  Browser browser(site_);
  for (const char* next : {"/account", "/account/password", "/device", ""}) {
    browser.open("/lok/sign-in");
    const net::HttpResponse page =
        browser.submit("/lok/sign-in", {{"next", next}, {"username", "ada"}, {"password", "wrong"}});
    EXPECT_EQ(page.status, 403);
    EXPECT_THAT(page.body, HasSubstr("do not belong together")) << next;
  }
}

TEST_P(AccountSiteTest, ShowsWhatIsTheirs) {
  log_in_by_device();
  Browser browser = at_account("bob", "two");
  const std::string page = browser.open("/lok/account").body;
  for (const char* text : {"bob", "Lab", "curator, viewer", "Other", "admin", "This browser"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  for (const char* text : {"my-app", "Another browser", "ada@lab.org"}) {
    EXPECT_THAT(page, Not(HasSubstr(text))) << "that is ada's";
  }
  const std::string of_ada = at_account().open("/lok/account").body;
  EXPECT_THAT(of_ada, HasSubstr("my-app"));
  EXPECT_THAT(of_ada, HasSubstr("ada@lab.org"));
  EXPECT_THAT(of_ada, HasSubstr("Another browser")) << "the one the app was approved in";
}

TEST_P(AccountSiteTest, ARevokedProgramCannotRenewItsLogin) {
  const Json login = log_in_by_device();
  const std::string client_id = login["client_id"].as_string();
  const std::string id(rows("select id from client where client_id = $1", {client_id}).text(0, 0));
  Browser other = at_account("bob", "two");
  EXPECT_EQ(other.submit("/lok/account/programs", {{"program", id}}).status, 404);
  EXPECT_EQ(rows("select 1 from client where client_id = $1", {client_id}).size(), 1u);
  Browser browser = at_account();
  EXPECT_THAT(browser.submit("/lok/account/programs", {{"program", id}}).body, HasSubstr("is revoked"));
  EXPECT_EQ(error_of(refresh(client_id, login["refresh_token"].as_string())), "invalid_client");
  EXPECT_EQ(number("select count(*) from refresh_chain"), 0);
  EXPECT_EQ(browser.submit("/lok/account/programs", {{"program", id}}).status, 404);
}

TEST_P(AccountSiteTest, ProgramsWithAKeyAreNotForThePageToRevoke) {
  log_in("key-one", R"({"identifier":"keyed","version":"1"})");
  const std::string id(rows("select id from client where mandate_id is not null").text(0, 0));
  Browser browser = at_account();
  EXPECT_THAT(browser.open("/lok/account").body, Not(HasSubstr("keyed")));
  EXPECT_EQ(browser.submit("/lok/account/programs", {{"program", id}}).status, 404);
  EXPECT_EQ(rows("select 1 from client where id = " + id).size(), 1u);
}

TEST_P(AccountSiteTest, ANewPasswordEndsAllOtherSessions) {
  Browser elsewhere = at_account();
  Browser browser = at_account();
  const std::string before = browser.cookie;
  const net::HttpResponse page = change(browser, "one", "four words in a row");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("is signed out"));
  EXPECT_NE(browser.cookie, before);
  EXPECT_THAT(browser.open("/lok/account").body, HasSubstr("<title>Your account"));
  EXPECT_THAT(elsewhere.open("/lok/account").body, HasSubstr("<title>Sign in"));
  EXPECT_EQ(number("select count(*) from web_session"), 1);
  EXPECT_EQ(signs_in("one"), 403);
  EXPECT_EQ(signs_in("four words in a row"), 303);
}

TEST_P(AccountSiteTest, APasswordOutlivesARestartWithTheSameConfiguration) {
  Browser browser = at_account();
  change(browser, "one", "four words in a row");
  provision(*database_, configuration_);
  EXPECT_EQ(signs_in("four words in a row"), 303);
}

TEST_P(AccountSiteTest, NoPasswordIsChangedByMistakeOrByGuessing) {
  Browser browser = at_account();
  const auto refused = [&](const Fields& fields, int status, const char* why) {
    const net::HttpResponse page = browser.submit("/lok/account/password", fields);
    EXPECT_EQ(page.status, status) << why;
    EXPECT_THAT(page.body, HasSubstr("<title>Error: Change your password"));
    EXPECT_THAT(page.body, HasSubstr(why));
    EXPECT_THAT(page.body,
                HasSubstr(status == 403 ? "type=\"password\" required autocomplete=\"current-password\""
                                          " aria-describedby=\"problem\""
                                        : "aria-describedby=\"new-password-hint problem\""));
  };
  const std::string good = "four words in a row";
  refused({{"old-password", "one"}, {"new-password", good}, {"new-password-again", good + "s"}}, 400,
          "not typed the same twice");
  refused({{"old-password", "one"}, {"new-password", "short"}, {"new-password-again", "short"}}, 400,
          "too short");
  refused({{"old-password", "one"}, {"new-password", "ada-12345"}, {"new-password-again", "ada-12345"}}, 400,
          "like the user name");
  refused({{"old-password", "guess"}, {"new-password", good}, {"new-password-again", good}}, 403,
          "old password is wrong");
  int tried = 1;
  while (tried < 50 && change(browser, "guess", good).status == 403) ++tried;
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(change(browser, "one", good).status, 429) << "nor can a lucky guess be seen";
  EXPECT_EQ(number("select count(*) from web_session"), 1);
}

TEST_P(AccountSiteTest, SessionsAreEndedByTheirPersonOnly) {
  Browser elsewhere = at_account();
  Browser browser = at_account();
  Browser bob = at_account("bob", "two");
  const std::string session = session_of("ada");
  for (const std::string& id : {session, std::string("0"), std::string("x"), std::string("-1")}) {
    EXPECT_EQ(bob.submit("/lok/account/sessions", {{"session", id}}).status, 404);
  }
  EXPECT_THAT(elsewhere.open("/lok/account").body, HasSubstr("<title>Your account"));
  EXPECT_THAT(browser.submit("/lok/account/sessions", {{"session", session}}).body,
              HasSubstr("session is ended"));
  EXPECT_THAT(elsewhere.open("/lok/account").body, HasSubstr("<title>Sign in"));
  Browser third = at_account();
  EXPECT_THAT(browser.submit("/lok/account/sessions", {{"session", "others"}}).body,
              HasSubstr("All other sessions are ended"));
  EXPECT_THAT(third.open("/lok/account").body, HasSubstr("<title>Sign in"));
  EXPECT_THAT(bob.open("/lok/account").body, HasSubstr("<title>Your account"));
}

TEST_P(AccountSiteTest, FormsOfOthersAndOfStrangersChangeNothing) {
  Browser browser = at_account();
  const Fields fields{{"old-password", "one"},
                      {"new-password", "four words in a row"},
                      {"new-password-again", "four words in a row"},
                      {"session", "others"},
                      {"program", "1"}};
  Browser stranger(site_);
  stranger.open("/lok/account");
  for (const char* path : {"/lok/account/password", "/lok/account/sessions", "/lok/account/programs"}) {
    const std::string csrf = std::exchange(browser.csrf, "forged");
    EXPECT_EQ(browser.submit(path, fields).status, 403);
    browser.csrf = csrf;
    const net::HttpResponse asked = stranger.submit(path, fields);
    EXPECT_EQ(asked.status, 403);
    EXPECT_THAT(asked.body, HasSubstr("Sign in first."));
  }
  EXPECT_EQ(signs_in("one"), 303);
}

}  // namespace
}  // namespace lok
