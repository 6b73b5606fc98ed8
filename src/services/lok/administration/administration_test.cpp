#include "services/lok/administration/administration.h"

#include "base/clock.h"
#include "services/lok/login/device_login.h"
#include "services/lok/login/user_code.h"
#include "services/lok/lok_fixture.h"
#include "services/lok/people/password.h"

namespace lok {
namespace {

using base::Json;

class AdministrationTest : public LokTest {
 protected:
  Json run(const std::string& command, const Json& arguments = Json::object()) {
    return administration_.run(command, arguments);
  }
  std::string refusal(const std::string& command, const Json& arguments) {
    try {
      return run(command, arguments).dump();
    } catch (const base::Error& error) {
      return error.code();
    }
  }
  static Json names(std::initializer_list<Json::Member> members) { return Json::object(members); }

  Administration administration_{*database_, configuration_, [] { return std::string("server-secret"); }};
};

INSTANTIATE_TEST_SUITE_P(Both, AdministrationTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AdministrationTest, MakesAnAccountWithAPasswordOfItsOwnOrAGivenOne) {
  const Json made = run("user add", names({{"username", "carol"}, {"email", "carol@lab.org"}}));
  EXPECT_TRUE(password_matches(
      made["password"].as_string(),
      std::string(rows("select password_hash from user_account where username = 'carol'").text(0, 0))));
  EXPECT_EQ(run("user add", names({{"username", "dan"}, {"password", "long-enough"}})).dump(),
            R"({"username":"dan"})");
  EXPECT_EQ(refusal("user add", names({{"username", "carol"}})), "CONFLICT");
  EXPECT_EQ(refusal("user add", names({{"username", "eve"}, {"password", "short"}})), "VALIDATION_ERROR");
  EXPECT_EQ(refusal("user add", names({{"username", "e v e"}})), "VALIDATION_ERROR");
  EXPECT_EQ(refusal("user add", names({})), "VALIDATION_ERROR");
  EXPECT_EQ(run("user list").items().size(), 4u);
  EXPECT_EQ(run("user show", names({{"username", "carol"}}))["email"].as_string(), "carol@lab.org");
}

TEST_P(AdministrationTest, AnOrganizationAMemberAndAKeyAreEnoughToLogIn) {
  run("user add", names({{"username", "carol"}, {"password", "long-enough"}}));
  EXPECT_EQ(
      run("organization add", names({{"name", "Bench Lab"}, {"owner", "ada"}, {"slug", "bench"}})).dump(),
      R"({"slug":"bench","name":"Bench Lab","description":"","owner":"ada","members":"1"})");
  EXPECT_EQ(refusal("mandate add", names({{"user", "carol"}, {"organization", "bench"}})), "NOT_FOUND");
  EXPECT_EQ(run("membership add", names({{"user", "carol"}, {"organization", "Bench Lab"}})).dump(),
            R"({"user":"carol","organization":"bench","blocked":false,"roles":["guest"]})");
  EXPECT_EQ(run("membership add", names({{"user", "carol"},
                                         {"organization", "bench"},
                                         {"role", Json::array({"editor", "user"})}}))["roles"]
                .dump(),
            R"(["editor","user"])");
  const std::string key =
      run("mandate add",
          names(
              {{"user", "carol"}, {"organization", "bench"}, {"app", "counter"}, {"expires", "30d"}}))["key"]
          .as_string();
  EXPECT_EQ(error_of(log_in(key, R"({"identifier":"another","version":"1"})")), "invalid_grant");
  const net::HttpResponse in = log_in(
      key,
      R"({"identifier":"counter","version":"1","requirements":[{"key":"s3","service":"live.arkitekt.s3"}]})");
  EXPECT_EQ(error_of(in), "granted");
  EXPECT_EQ(Json::parse(in.body)["statuses"].dump(), R"({"s3":"granted"})");
  const Json clients = run("client list", names({{"organization", "bench"}}));
  ASSERT_EQ(clients.items().size(), 1u);
  EXPECT_EQ(clients.items().front()["app"].as_string() + " " + clients.items().front()["user"].as_string(),
            "counter carol");
}

TEST_P(AdministrationTest, ShowsEverythingButTheKey) {
  const Json issued = run("mandate add", names({{"user", "ada"}, {"organization", "lab"}, {"label", "ci"}}));
  EXPECT_EQ(run("mandate list").dump().find(issued["key"].as_string()), std::string::npos);
  const Json shown = run("mandate show", names({{"id", issued["id"]}}));
  EXPECT_EQ(shown["label"].as_string() + " " + shown["origin"].as_string(), "ci MEMBER");
  EXPECT_EQ(shown.dump().find(issued["key"].as_string()), std::string::npos);
  for (const char* span : {"30", "d", "0d", "-1d", "1y", "9999999999d", "1.5d"}) {
    EXPECT_EQ(refusal("mandate add", names({{"user", "ada"}, {"organization", "lab"}, {"expires", span}})),
              "VALIDATION_ERROR")
        << span;
  }
  EXPECT_EQ(refusal("mandate add", names({{"user", "ada"}, {"organization", "lab"}, {"hub", "no"}})),
            "NOT_FOUND");
  EXPECT_EQ(refusal("mandate show", names({{"id", "999"}})), "NOT_FOUND");
  EXPECT_EQ(refusal("mandate show", names({{"id", "x"}})), "VALIDATION_ERROR");
}

TEST_P(AdministrationTest, EndsMandatesClientsAndMemberships) {
  const std::string manifest = R"({"identifier":"app","version":"1","device_id":"pc"})";
  log_in("key-one", manifest);
  log_in("key-two", manifest);
  const std::string client = run("client list").items().front()["client_id"].as_string();
  run("client remove", names({{"client", client}}));
  EXPECT_EQ(refusal("client show", names({{"client", client}})), "NOT_FOUND");
  EXPECT_EQ(error_of(log_in("key-one", manifest)), "granted") << "the key is alive";
  const std::string first = std::to_string(number("select id from mandate where label = 'first'"));
  run("mandate remove", names({{"id", first}}));
  EXPECT_EQ(error_of(log_in("key-one", manifest)), "invalid_grant");
  EXPECT_EQ(number("select count(*) from client"), 1);
  provision(*database_, configuration_);
  EXPECT_EQ(error_of(log_in("key-one", manifest)), "invalid_grant")
      << "nor does the next start bring it back";

  run("user add", names({{"username", "carol"}, {"password", "long-enough"}}));
  run("membership add", names({{"user", "carol"}, {"organization", "lab"}}));
  const std::string key =
      run("mandate add", names({{"user", "carol"}, {"organization", "lab"}}))["key"].as_string();
  EXPECT_EQ(error_of(log_in(key, manifest)), "granted");
  run("membership remove", names({{"user", "carol"}, {"organization", "lab"}}));
  EXPECT_EQ(error_of(log_in(key, manifest)), "invalid_grant");
  EXPECT_EQ(number("select count(*) from client"), 1);
  run("device remove", names({{"id", std::to_string(number("select min(id) from device"))}}));
  EXPECT_EQ(number("select count(*) from device") + number("select count(*) from client"), 0);
}

TEST_P(AdministrationTest, ApprovesALoginThatWaits) {
  DeviceLogin login;
  login.device_code_hash = "hash";
  login.user_code = *read_user_code("WDJB-MJHT");
  login.client_id = "client";
  login.kind = "DEVELOPMENT";
  login.role = "INTERFACE";
  login.manifest = Manifest::parse(R"({"identifier":"app","version":"1","requirements":[
      {"key":"images","service":"live.arkitekt.mikro"},
      {"key":"s3","service":"live.arkitekt.s3","optional":true}]})");
  const std::int64_t now = base::now_micros();
  login.expires_at = now + 300'000'000;
  database_->write([&](sql::Writer& writer) { stage_login(writer, login, now); });

  const auto approve = [&](const std::string& code, const std::string& user, const std::string& organization,
                           const Json& without) {
    return refusal(
        "device approve",
        names({{"code", code}, {"user", user}, {"organization", organization}, {"without", without}}));
  };
  EXPECT_EQ(approve("BCDF-GHJK", "bob", "lab", Json()), "NOT_FOUND");
  EXPECT_EQ(approve("no code", "bob", "lab", Json()), "NOT_FOUND");
  EXPECT_EQ(approve("wdjb mjht", "ada", "other", Json()), "NOT_FOUND") << "no member";
  EXPECT_EQ(approve("wdjb mjht", "bob", "other", Json()), "VALIDATION_ERROR") << "has no mikro";
  EXPECT_EQ(approve("wdjb mjht", "bob", "lab", Json::array({"images"})), "VALIDATION_ERROR") << "is required";
  EXPECT_EQ(approve("wdjb mjht", "bob", "lab", Json::array({"s3"})),
            R"({"approved":"app","version":"1","user":"bob","organization":"lab"})");
  EXPECT_EQ(approve("wdjb mjht", "bob", "lab", Json()), "CONFLICT") << "once";
  database_->write([&](sql::Writer& writer) {
    const Login collected = collect_login(writer, "hash", "client", "server-secret", "refresh", now);
    EXPECT_EQ(collected.username, "bob");
    EXPECT_EQ(collected.composition.statuses().dump(), R"({"images":"granted","s3":"denied"})");
  });
}

TEST_P(AdministrationTest, KeepsWhatTheConfigurationWouldBringBack) {
  EXPECT_EQ(refusal("user remove", names({{"username", "bob"}})), "VALIDATION_ERROR");
  EXPECT_EQ(refusal("organization remove", names({{"organization", "lab"}})), "VALIDATION_ERROR");
  EXPECT_EQ(refusal("membership remove", names({{"user", "bob"}, {"organization", "lab"}})),
            "VALIDATION_ERROR");
  EXPECT_EQ(refusal("membership remove", names({{"user", "ada"}, {"organization", "lab"}})),
            "VALIDATION_ERROR")
      << "the owner";
  run("user add", names({{"username", "carol"}, {"password", "long-enough"}}));
  run("organization add", names({{"name", "Far"}, {"owner", "carol"}}));
  EXPECT_EQ(refusal("user remove", names({{"username", "carol"}})), "VALIDATION_ERROR") << "owns one";
  run("organization remove", names({{"organization", "Far"}}));
  run("user remove", names({{"username", "carol"}}));
  EXPECT_EQ(run("user list").items().size(), 2u);
  EXPECT_EQ(run("organization list").items().size(), 2u);
  EXPECT_EQ(refusal("organization show", names({{"organization", "Far"}})), "NOT_FOUND");
  EXPECT_EQ(refusal("user fly", names({})), "VALIDATION_ERROR");
}

TEST_P(AdministrationTest, AnInviteIsALinkThatIsNotListed) {
  const Json made = run("invite add", names({{"organization", "lab"},
                                             {"role", Json::array({"editor"})},
                                             {"uses", "3"},
                                             {"gateway", "http://lab.org"}}));
  const std::string token(rows("select token from invite").text(0, 0));
  EXPECT_EQ(made["link"].as_string(), "http://lab.org/lok/invite?token=" + token);
  const Json listed = run("invite list", names({{"organization", "lab"}}));
  ASSERT_EQ(listed.items().size(), 1u);
  const Json& invite = listed.items().front();
  EXPECT_EQ(invite["by"].as_string(), "ada") << "the owner";
  EXPECT_EQ(invite["status"].as_string() + invite["uses"].as_string() + invite["for"].as_string(),
            "pending03");
  EXPECT_EQ(listed.dump().find(token), std::string::npos);
  EXPECT_EQ(run("invite list", names({{"organization", "other"}})).items().size(), 0u);
  EXPECT_EQ(run("invite remove", names({{"id", made["id"]}})).dump(), R"({"cancelled":"1"})");
  EXPECT_EQ(refusal("invite remove", names({{"id", made["id"]}})), "VALIDATION_ERROR");
  EXPECT_EQ(refusal("invite remove", names({{"id", "99"}})), "NOT_FOUND");
}

TEST_P(AdministrationTest, AnInviteThatMakesNoSenseIsRefused) {
  for (const Json::Member& wrong : {Json::Member{"role", Json::array({"king"})}, Json::Member{"uses", "0"},
                                    Json::Member{"uses", "1001"}, Json::Member{"expires", "soon"}}) {
    EXPECT_EQ(refusal("invite add", names({{"organization", "lab"}, wrong})), "VALIDATION_ERROR")
        << wrong.first;
  }
  EXPECT_EQ(refusal("invite add", names({{"organization", "lab"}, {"by", "nobody"}})), "NOT_FOUND");
  execute("update organization set owner_id = null");
  EXPECT_EQ(refusal("invite add", names({{"organization", "lab"}})), "VALIDATION_ERROR");
  EXPECT_EQ(number("select count(*) from invite"), 0);
}

}  // namespace
}  // namespace lok
