#include "services/lok/pages/device_site.h"

#include <gmock/gmock.h>

#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class DeviceSiteTest : public DeviceTest {
 protected:
  std::string waiting(const std::string& manifest = kDeviceManifest) {
    return start(manifest)["user_code"].as_string();
  }
  std::string state() { return std::string(rows("select state from device_login").text(0, 0)); }

  Browser browser_{site_};
};

INSTANTIATE_TEST_SUITE_P(Both, DeviceSiteTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(DeviceSiteTest, AStrangerIsAskedToSignInAndToldWhy) {
  const net::HttpResponse page = browser_.open("/lok/device", {{"code", waiting()}});
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<title>Sign in"));
  EXPECT_THAT(page.body, HasSubstr("my-app"));
  EXPECT_THAT(page.body, Not(HasSubstr("dev-1"))) << "what else it says is for the person who decides";
}

TEST_P(DeviceSiteTest, WhoSignedInSeesWhatTheAppWants) {
  const std::string code = waiting();
  Browser browser = signed_in(code);
  const std::string page = browser.open("/lok/device", {{"code", code}}).body;
  for (const char* text :
       {"my-app", "0.0.1", "Counts cells", "dev-1", "Sign in: Know who you are", "live.arkitekt.mikro",
        "where images are", "Lab", "main", "name=\"use\" value=\"s3\" checked", "Approve", "Decline"}) {
    EXPECT_THAT(page, HasSubstr(text));
  }
  EXPECT_THAT(page, HasSubstr(code));
  EXPECT_THAT(page, Not(HasSubstr("value=\"fluss\""))) << "what is not there cannot be ticked";
  EXPECT_THAT(page, Not(HasSubstr("strange"))) << "no scope that nobody knows";
}

TEST_P(DeviceSiteTest, ACodeMayBeTypedInAnyWay) {
  std::string code = waiting();
  EXPECT_THAT(browser_.open("/lok/device").body, HasSubstr("name=\"code\""));
  code.erase(code.find('-'), 1);
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_THAT(browser_.open("/lok/device", {{"code", " " + code + " "}}).body, HasSubstr("<title>Sign in"));
}

TEST_P(DeviceSiteTest, SigningInMakesAnotherSession) {
  const std::string code = waiting();
  browser_.open("/lok/device", {{"code", code}});
  const std::string before = browser_.cookie;
  const std::string csrf_before = browser_.csrf;
  const net::HttpResponse response = browser_.submit(
      "/lok/sign-in", {{"next", "/device?code=" + code}, {"username", "ada"}, {"password", "one"}});
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.headers.get("Location"), "/lok/device?code=" + code);
  EXPECT_NE(browser_.cookie, before);
  const std::string set(*response.headers.get("Set-Cookie"));
  EXPECT_THAT(set, HasSubstr("; Path=/lok; HttpOnly; SameSite=Lax"));
  EXPECT_THAT(set, Not(HasSubstr("Secure")));
  Browser attacker(site_);  // who had given the person the cookie
  attacker.cookie = before;
  attacker.csrf = csrf_before;
  EXPECT_THAT(attacker.open("/lok/device", {{"code", code}}).body, HasSubstr("<title>Sign in"));
  EXPECT_EQ(rows("select 1 from web_session where token_hash = $1",
                 {browser_.cookie.substr(browser_.cookie.find('=') + 1)})
                .size(),
            0u)
      << "only a hash is kept";
}

TEST_P(DeviceSiteTest, TheCookieIsSecureOverHttps) {
  net::HttpRequest request = request_of("GET", "/lok/device", "");
  request.scheme = "https";
  EXPECT_THAT(std::string(*site_.answer(request).headers.get("Set-Cookie")), HasSubstr("; Secure"));
}

TEST_P(DeviceSiteTest, SignsOutForGood) {
  const std::string code = waiting();
  Browser browser = signed_in(code);
  const std::string session = browser.cookie;
  browser.open("/lok/sign-out");
  EXPECT_THAT(browser.submit("/lok/sign-out", {}).body, HasSubstr("Signed out"));
  EXPECT_EQ(number("select count(*) from web_session"), 0);
  browser.cookie = session;
  EXPECT_THAT(browser.open("/lok/device", {{"code", code}}).body, HasSubstr("<title>Sign in"));
}

TEST_P(DeviceSiteTest, ASessionEndsByItselfAndWithItsPerson) {
  const std::string code = waiting();
  Browser browser = signed_in(code);
  const auto title = [&] { return browser.open("/lok/device", {{"code", code}}).body; };
  EXPECT_THAT(title(), HasSubstr("<title>Approve"));
  execute("update user_account set active = 0");
  EXPECT_THAT(title(), HasSubstr("<title>Sign in"));
  execute("update user_account set active = 1");
  execute("update web_session set expires_at = 1");
  EXPECT_THAT(title(), HasSubstr("<title>Sign in"));
}

TEST_P(DeviceSiteTest, AWrongNameAndAWrongPasswordLookTheSame) {
  const std::string code = waiting();
  browser_.open("/lok/device", {{"code", code}});
  const auto answer = [&](const std::string& name) {
    net::HttpResponse response = browser_.submit(
        "/lok/sign-in", {{"next", "/device?code=" + code}, {"username", name}, {"password", "wrong"}});
    EXPECT_EQ(response.status, 403);
    const std::string typed = "value=\"" + name + "\"";
    return response.body.erase(response.body.find(typed), typed.size());
  };
  EXPECT_EQ(answer("ada"), answer("eve"));
  EXPECT_EQ(browser_.submit("/lok/sign-in", {{"username", "ad\xff"}, {"password", "one"}}).status, 403);
  EXPECT_EQ(browser_.submit("/lok/sign-in", {{"username", std::string(1, '\0')}, {"password", "one"}}).status,
            403);
  EXPECT_EQ(number("select count(*) from web_session"), 0);
}

TEST_P(DeviceSiteTest, FormsOfOthersAreRefused) {
  const std::string code = waiting();
  Browser browser = signed_in(code);
  browser.open("/lok/device", {{"code", code}});
  const Fields yes{{"code", code}, {"hub", hub("main")}, {"decision", "approve"}};
  const std::string csrf = std::exchange(browser.csrf, "forged");
  EXPECT_EQ(browser.submit("/lok/device", yes).status, 403);
  EXPECT_EQ(browser.send(request_of("POST", "/lok/device", encoded(yes))).status, 403);
  EXPECT_EQ(browser.submit("/lok/sign-out", {}).status, 403);
  Browser other = signed_in(code, "bob");
  other.open("/lok/device", {{"code", code}});
  browser.csrf = other.csrf;
  EXPECT_EQ(browser.submit("/lok/device", yes).status, 403);

  browser.csrf = csrf;
  Fields with_token = yes;
  with_token.emplace_back("csrf", csrf);
  net::HttpRequest elsewhere = request_of("POST", "/lok/device", encoded(with_token));
  elsewhere.headers.set("Origin", "http://localhost:9000");
  EXPECT_EQ(browser.send(elsewhere).status, 403);
  EXPECT_EQ(state(), "pending");
  elsewhere.headers.set("Origin", "http://localhost:8000");
  EXPECT_EQ(browser.send(elsewhere).status, 200);
  EXPECT_EQ(state(), "approved");
}

TEST_P(DeviceSiteTest, NothingLeadsElsewhere) {
  waiting();
  browser_.open("/lok/device", {{"code", waiting()}});
  const net::HttpResponse response =
      browser_.submit("/lok/sign-in", {{"next", "//evil.example"}, {"username", "ada"}, {"password", "one"}});
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.headers.get("Location"), "/lok/account");
}

TEST_P(DeviceSiteTest, NoPageIsKeptFramedOrGuessedAt) {
  for (const net::HttpResponse& page :
       {browser_.open("/lok/device"), browser_.open("/lok/device", {{"code", waiting()}}),
        browser_.submit("/lok/device", {}), browser_.open("/lok/device", {{"code", "BCDF-GHJK"}})}) {
    EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
    EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
    EXPECT_EQ(page.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(page.headers.get("Referrer-Policy"), "same-origin");
    EXPECT_THAT(std::string(*page.headers.get("Content-Security-Policy")),
                testing::AllOf(StartsWith("default-src 'none'"), HasSubstr("frame-ancestors 'none'")));
    EXPECT_FALSE(page.headers.get("Access-Control-Allow-Origin"));
    EXPECT_THAT(std::string(*page.headers.get("Content-Type")), StartsWith("text/html"));
  }
}

TEST_P(DeviceSiteTest, TextsOfAnAppAreOnlyTexts) {
  const std::string evil = R"(<script>alert('1')</script>" onload=)";
  Json requirement = Json::object({{"key", "k" + evil}, {"service", "s" + evil}, {"description", evil}});
  Json optional = Json::object(
      {{"key", "o" + evil}, {"service", "live.arkitekt.s3"}, {"description", evil}, {"optional", true}});
  std::string name = evil;
  std::erase(name, '/');
  const Json manifest = Json::object({{"identifier", name},
                                      {"version", evil},
                                      {"description", evil + "\n\x01"},
                                      {"logo", "http://evil.example/logo.png"},
                                      {"device_id", evil},
                                      {"requirements", Json::array({requirement, optional})}});
  const std::string code = waiting(manifest.dump());
  Browser browser(site_);
  const std::string sign_in = browser.open("/lok/device", {{"code", code}}).body;
  browser.submit("/lok/sign-in",
                 {{"next", "/device?code=" + code}, {"username", "ada"}, {"password", "one"}});
  const std::string approve = browser.open("/lok/device", {{"code", code}}).body;
  for (const std::string& page : {sign_in, approve}) {
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)"));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("\" onload")));
    EXPECT_THAT(page, Not(HasSubstr("evil.example"))) << "nothing remote is loaded";
    EXPECT_THAT(page, Not(HasSubstr("\x01")));
  }
}

TEST_P(DeviceSiteTest, ABadRequestIsAPageToo) {
  net::HttpRequest broken = request_of("POST", "/lok/device", "code=%ZZ");
  EXPECT_EQ(site_.answer(broken).status, 400);
  EXPECT_THAT(site_.answer(broken).body, HasSubstr("</html>"));
}

TEST_P(DeviceSiteTest, ShowsWhatIsMissingBeforeSomebodyApproves) {
  const std::string code = waiting(
      R"({"identifier":"a","version":"1","requirements":[{"key":"f","service":"live.arkitekt.fluss"}]})");
  Browser browser = signed_in(code);
  const std::string page = browser.open("/lok/device", {{"code", code}}).body;
  EXPECT_THAT(page, HasSubstr("has no live.arkitekt.fluss"));
  EXPECT_THAT(page, Not(HasSubstr("value=\"approve\"")));
  const net::HttpResponse refused =
      browser.submit("/lok/device", {{"code", code}, {"hub", hub("main")}, {"decision", "approve"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("has no live.arkitekt.fluss"));
  EXPECT_EQ(state(), "pending");
}

TEST_P(DeviceSiteTest, APersonOfSeveralOrganizationsChooses) {
  const std::string code = waiting(
      R"({"identifier":"a","version":"1","requirements":[{"key":"f","service":"live.arkitekt.fluss"}]})");
  Browser browser = signed_in(code, "bob");  // of both
  const std::string choice = browser.open("/lok/device", {{"code", code}}).body;
  EXPECT_THAT(choice, HasSubstr("Where shall it work?"));
  EXPECT_THAT(choice, HasSubstr("elsewhere"));
  const std::string other = browser.open("/lok/device", {{"code", code}, {"hub", hub("elsewhere")}}).body;
  EXPECT_THAT(other, HasSubstr("Approve"));
  EXPECT_THAT(other, HasSubstr("Choose another"));
  EXPECT_EQ(
      browser.submit("/lok/device", {{"code", code}, {"hub", hub("elsewhere")}, {"decision", "approve"}})
          .status,
      200);
  EXPECT_EQ(rows("select hub_id from device_login").text(0, 0), hub("elsewhere"));
}

TEST_P(DeviceSiteTest, NobodyApprovesForAnOrganizationOfOthers) {
  const std::string code = waiting();
  Browser browser = signed_in(code);  // of the lab only
  browser.open("/lok/device", {{"code", code}, {"hub", hub("elsewhere")}});
  for (const std::string& place : {hub("elsewhere"), std::string("0"), std::string("x")}) {
    EXPECT_EQ(browser.submit("/lok/device", {{"code", code}, {"hub", place}, {"decision", "approve"}}).status,
              403);
  }
  EXPECT_EQ(state(), "pending");
  execute("update membership set blocked = 1");
  const net::HttpResponse page = browser.open("/lok/device", {{"code", code}});
  EXPECT_THAT(page.body, HasSubstr("There is nowhere to let it in"));
}

TEST_P(DeviceSiteTest, NobodyDecidesWithoutSigningIn) {
  const std::string code = waiting();
  browser_.open("/lok/device", {{"code", code}});
  for (const char* decision : {"approve", "decline"}) {
    const net::HttpResponse page =
        browser_.submit("/lok/device", {{"code", code}, {"hub", hub("main")}, {"decision", decision}});
    EXPECT_EQ(page.status, 403);
    EXPECT_THAT(page.body, HasSubstr("<title>Error: Sign in"));
  }
  EXPECT_EQ(state(), "pending");
}

TEST_P(DeviceSiteTest, SaysHowAnEarlierRequestEnded) {
  const std::string code = waiting();
  Browser browser = signed_in(code);
  browser.open("/lok/device", {{"code", code}});
  const Fields yes{{"code", code}, {"hub", hub("main")}, {"decision", "approve"}};
  EXPECT_THAT(browser.submit("/lok/device", yes).body, HasSubstr("<h1>Approved"));
  EXPECT_THAT(browser.submit("/lok/device", yes).body, HasSubstr("Already approved"));
  EXPECT_EQ(browser.open("/lok/device", {{"code", code}}).status, 410);
  execute("update device_login set state = 'declined'");
  EXPECT_THAT(browser.open("/lok/device", {{"code", code}}).body, HasSubstr("Already declined"));
  execute("update device_login set state = 'pending', expires_at = 1");
  EXPECT_THAT(browser.open("/lok/device", {{"code", code}}).body, HasSubstr("has expired"));
  const net::HttpResponse wrong = browser.open("/lok/device", {{"code", "BCDF-GHJK"}});
  EXPECT_EQ(wrong.status, 404);
  EXPECT_THAT(wrong.body, HasSubstr("No app waits with this code"));
}

TEST_P(DeviceSiteTest, CodesCannotBeGuessed) {
  const std::string code = waiting();
  int looked = 0;
  while (looked < 100 && browser_.open("/lok/device", {{"code", "BCDF-GHJK"}}).status == 404) ++looked;
  EXPECT_EQ(looked, 10);
  const net::HttpResponse response = browser_.open("/lok/device", {{"code", code}});
  EXPECT_EQ(response.status, 429) << "nor can a lucky guess be seen";
  EXPECT_EQ(response.headers.get("Retry-After"), "60");
  browser_.address = "10.0.0.2";
  EXPECT_EQ(browser_.open("/lok/device", {{"code", code}}).status, 200);
}

TEST_P(DeviceSiteTest, PasswordsCannotBeGuessed) {
  browser_.open("/lok/device", {{"code", waiting()}});
  const auto attempt = [&](const std::string& name, const std::string& password) {
    return browser_.submit("/lok/sign-in", {{"username", name}, {"password", password}}).status;
  };
  int tried = 0;
  while (tried < 50 && attempt("ada", "guess") == 403) {
    browser_.address = "10.0.1." + std::to_string(++tried);
  }
  EXPECT_EQ(tried, 10) << "by name, wherever they come from";
  EXPECT_EQ(attempt("ada", "one"), 429);
  browser_.address = "2001:db8::1";
  EXPECT_EQ(attempt("bob", "two"), 303);
}

TEST_P(DeviceSiteTest, TakesPasswordsInTheClearOnlyIfAllowed) {
  configuration_.allow_insecure_transport = false;
  net::HttpRequest request = request_of("GET", "/lok/device", "");
  request.host = "lab.org";
  EXPECT_EQ(site_.answer(request).status, 403);
  request.scheme = "https";
  EXPECT_EQ(site_.answer(request).status, 200);
}

}  // namespace
}  // namespace lok
