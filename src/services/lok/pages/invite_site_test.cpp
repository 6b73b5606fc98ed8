#include "services/lok/pages/invite_site.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

using testing::HasSubstr;
using testing::Not;

class InviteSiteTest : public DeviceTest {
 protected:
  std::string invite(std::optional<std::int64_t> max_uses = std::nullopt) {
    NewInvite wanted;
    wanted.organization = number("select id from organization where slug = 'other'");
    wanted.created_by = number("select id from user_account where username = 'bob'");
    wanted.roles = {"editor"};
    wanted.expires_at = base::now_micros() + 3'600'000'000;
    wanted.max_uses = max_uses;
    std::int64_t id = 0;
    database_->write([&](sql::Writer& writer) { id = write_invite(writer, wanted, base::now_micros()); });
    return std::string(rows("select token from invite where id = $1", {id}).text(0, 0));
  }
  Browser guest(const std::string& token, const std::string& username = "ada") {
    Browser browser(site_);
    browser.open("/lok/invite", {{"token", token}});
    EXPECT_EQ(browser
                  .submit("/lok/sign-in", {{"next", "/invite?token=" + token},
                                           {"username", username},
                                           {"password", username == "ada" ? "one" : "two"}})
                  .headers.get("Location"),
              "/lok/invite?token=" + token);
    browser.open("/lok/invite", {{"token", token}});
    return browser;
  }
  static net::HttpResponse answer(Browser& browser, const std::string& token, const std::string& decision) {
    return browser.submit("/lok/invite", {{"token", token}, {"decision", decision}});
  }
  net::HttpResponse create(const std::string& token, const std::string& username,
                           const std::string& password = "four words in a row") {
    browser_.open("/lok/invite", {{"token", token}, {"new", "1"}});
    return browser_.submit("/lok/invite/account", {{"token", token},
                                                   {"username", username},
                                                   {"new-password", password},
                                                   {"new-password-again", password}});
  }
  std::string roles_in_other(const std::string& username) {
    const sql::Rows found = rows(
        "select role.identifier from membership join user_account on user_account.id = user_id"
        " join organization on organization.id = membership.organization_id"
        " join membership_role on membership_id = membership.id join role on role.id = role_id"
        " where organization.slug = 'other' and username = $1",
        {username});
    return found.empty() ? "" : std::string(found.text(0, 0));
  }
  std::string status() { return std::string(rows("select status from invite").text(0, 0)); }

  Browser browser_{site_};
};

INSTANTIATE_TEST_SUITE_P(Both, InviteSiteTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(InviteSiteTest, SaysWhatItIsBeforeSomebodySignsIn) {
  const std::string token = invite();
  const std::string page = browser_.open("/lok/invite", {{"token", token}}).body;
  for (const char* text : {"<title>Sign in", "Other", "bob", "editor", "Valid until", "new=1"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
}

TEST_P(InviteSiteTest, AFailedSignInStillSaysWhatItIs) {
  const std::string token = invite();
  browser_.open("/lok/invite", {{"token", token}});
  const net::HttpResponse page = browser_.submit(
      "/lok/sign-in", {{"next", "/invite?token=" + token}, {"username", "ada"}, {"password", "wrong"}});
  EXPECT_EQ(page.status, 403);
  for (const char* text : {"<title>Error: Sign in", "do not belong together", "Other", "value=\"ada\""}) {
    EXPECT_THAT(page.body, HasSubstr(text));
  }
}

TEST_P(InviteSiteTest, WhoAcceptsIsAMember) {
  const std::string token = invite();
  Browser browser = guest(token);
  EXPECT_THAT(browser.open("/lok/invite", {{"token", token}}).body, HasSubstr("Join <bdi>Other</bdi>?"));
  EXPECT_THAT(answer(browser, token, "accept").body, HasSubstr("Welcome to Other"));
  EXPECT_EQ(roles_in_other("ada"), "editor");
  EXPECT_EQ(browser.open("/lok/invite", {{"token", token}}).status, 410);
  EXPECT_THAT(answer(browser, token, "decline").body, HasSubstr("Already accepted"));
}

TEST_P(InviteSiteTest, WhoDeclinesIsNot) {
  const std::string token = invite();
  Browser browser = guest(token);
  EXPECT_THAT(answer(browser, token, "decline").body, HasSubstr("<h1>Declined"));
  EXPECT_EQ(roles_in_other("ada"), "");
  EXPECT_THAT(answer(browser, token, "accept").body, HasSubstr("Already declined"));
}

TEST_P(InviteSiteTest, EveryEndHasItsPage) {
  const std::string token = invite(2);
  const auto page = [&] { return browser_.open("/lok/invite", {{"token", token}}); };
  execute("update invite set status = 'accepted'");
  EXPECT_THAT(page().body, HasSubstr("is used up"));
  execute("update invite set status = 'cancelled'");
  EXPECT_THAT(page().body, HasSubstr("was withdrawn"));
  execute("update invite set status = 'pending', expires_at = 1");
  EXPECT_THAT(page().body, HasSubstr("has expired"));
  EXPECT_EQ(page().status, 410);
  for (const std::string& unknown :
       {std::string("nonsense"), std::string(), "0" + token, std::string("\0", 1)}) {
    EXPECT_EQ(browser_.open("/lok/invite", {{"token", unknown}}).status, 404);
  }
}

TEST_P(InviteSiteTest, AMemberUsesNothingUp) {
  const std::string token = invite();
  Browser browser = guest(token, "bob");
  EXPECT_THAT(browser.open("/lok/invite", {{"token", token}}).body, HasSubstr("You are a member already"));
  EXPECT_EQ(status(), "pending");
}

TEST_P(InviteSiteTest, WhoHasNoAccountMakesOne) {
  const std::string token = invite();
  EXPECT_THAT(create(token, "carol").body, HasSubstr("Welcome to Other"));
  EXPECT_EQ(roles_in_other("carol"), "editor");
  EXPECT_THAT(browser_.open("/lok/account").body, HasSubstr("carol")) << "and is signed in";
  Browser again(site_);
  again.open("/lok/sign-in");
  EXPECT_EQ(again.submit("/lok/sign-in", {{"username", "carol"}, {"password", "four words in a row"}}).status,
            303);
  EXPECT_EQ(number("select uses from invite"), 1);
  Browser late(site_);
  EXPECT_EQ(late.open("/lok/invite", {{"token", token}, {"new", "1"}}).status, 410);
}

TEST_P(InviteSiteTest, AnAccountThatCannotBeMadeLeavesTheInvite) {
  const std::string token = invite();
  EXPECT_EQ(create(token, "ada").status, 409);
  EXPECT_EQ(create(token, "ADA").status, 409) << "could be taken for ada";
  EXPECT_EQ(create(token, "with space").status, 400);
  EXPECT_EQ(create(token, "").status, 400);
  EXPECT_EQ(create(token, "carol", "carol-123").status, 400);
  const net::HttpResponse page = create(token, "<b>carol", "short");
  EXPECT_THAT(page.body, HasSubstr("<title>Error: Create an account"));
  EXPECT_THAT(page.body, Not(HasSubstr("<b>carol")));
  EXPECT_EQ(status(), "pending");
  EXPECT_EQ(number("select count(*) from user_account"), 2);
}

TEST_P(InviteSiteTest, NoAccountWithoutAnInvite) {
  const std::string token = invite();
  create(token, "carol");
  Browser other(site_);
  for (const std::string& wrong : {token, std::string("nonsense")}) {
    other.open("/lok/account");
    const net::HttpResponse page =
        other.submit("/lok/invite/account", {{"token", wrong},
                                             {"username", "eve"},
                                             {"new-password", "four words in"},
                                             {"new-password-again", "four words in"}});
    EXPECT_GE(page.status, 404);
  }
  EXPECT_EQ(rows("select 1 from user_account where username = 'eve'").size(), 0u);
}

TEST_P(InviteSiteTest, FormsOfOthersAnswerNothing) {
  const std::string token = invite();
  Browser browser = guest(token);
  browser.csrf = "forged";
  EXPECT_EQ(answer(browser, token, "accept").status, 403);
  browser_.csrf = "forged";
  EXPECT_EQ(browser_.submit("/lok/invite/account", {{"token", token}, {"username", "eve"}}).status, 403);
  Browser stranger(site_);
  stranger.open("/lok/invite", {{"token", token}});
  EXPECT_THAT(answer(stranger, token, "accept").body, HasSubstr("<title>Sign in"));
  EXPECT_EQ(status(), "pending");
}

TEST_P(InviteSiteTest, TokensCannotBeGuessed) {
  const std::string token = invite();
  int looked = 0;
  while (looked < 100 && browser_.open("/lok/invite", {{"token", "abcdef"}}).status == 404) ++looked;
  EXPECT_EQ(looked, 10);
  EXPECT_EQ(browser_.open("/lok/invite", {{"token", token}}).status, 429);
}

}  // namespace
}  // namespace lok
