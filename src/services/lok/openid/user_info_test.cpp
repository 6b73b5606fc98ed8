#include "services/lok/openid/user_info.h"

#include <gmock/gmock.h>

#include "services/lok/openid/introspection.h"
#include "services/lok/openid/relying_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::HasSubstr;

class UserInfoTest : public RelyingTest {
 protected:
  net::HttpResponse ask(const std::string& token) {
    net::HttpRequest request = request_of("GET", "/lok/o/user_info/", "");
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    return user_info(*database_, verifier_, request);
  }
  net::HttpResponse introspected(const std::string& token, const Fields& changes = {}) {
    return introspect(
        *database_, verifier_, endpoint_.authentication(),
        request_of("POST", "/lok/o/introspect/",
                   encoded(with({{"token", token}, {"client_id", "hub"}, {"client_secret", "hub-secret"}},
                                changes))));
  }
  std::string access_token(const Fields& changes = {}) {
    return signed_in_to_wiki(changes)["access_token"].as_string();
  }
  std::string app_token() {
    return Json::parse(log_in("key-two", kDeviceManifest).body)["access_token"].as_string();
  }

  service::TokenVerifier verifier_{[&] {
    service::AuthentikateConfig config;
    config.audience = "*";
    config.issuers.push_back({.iss = "lok", .keys = signer_.keys()});
    return config;
  }()};
};

INSTANTIATE_TEST_SUITE_P(Both, UserInfoTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(UserInfoTest, SaysWhatTheScopesAllowAsItIsNow) {
  const std::string token = access_token({{"scope", "openid profile"}});
  execute("update user_account set first_name = 'Ada', last_name = 'L.'");
  const Json claims = Json::parse(ask(token).body);
  EXPECT_EQ(claims["name"].as_string(), "Ada L.");
  EXPECT_EQ(claims["given_name"].as_string(), "Ada");
  EXPECT_EQ(claims["roles"].dump(), R"(["admin"])");
  EXPECT_EQ(claims.find("email"), nullptr);
}

TEST_P(UserInfoTest, AnswersAppsThatHaveTheScope) {
  EXPECT_EQ(ask(app_token()).body,
            R"({"sub":")" +
                std::string(rows("select id from user_account where username = 'bob'").text(0, 0)) + "\"}");
  const std::string nothing =
      Json::parse(log_in("key-two", R"({"identifier":"x","version":"1"})").body)["access_token"].as_string();
  EXPECT_EQ(ask(nothing).status, 403);
}

TEST_P(UserInfoTest, TheAccessTokenItselfTellsNothingOfThePerson) {
  execute("update user_account set first_name = 'Ada', last_name = 'L.'");
  const Json payload = jose::Jws::parse(access_token({{"scope", "openid"}})).payload;
  EXPECT_EQ(payload["roles"].dump(), "[]");
  EXPECT_EQ(payload["preferred_username"], payload["sub"]);
  for (const char* claim : {"email", "name", "given_name", "family_name"}) {
    EXPECT_EQ(payload.find(claim), nullptr) << claim;
  }
}

TEST_P(UserInfoTest, TakesWhatProgramsEncodeInTheirNames) {
  configuration_.relying_parties[0].client_id = "lab-wiki.v2";
  provision(*database_, configuration_);
  const auto asks_with = [&](const std::string& credentials) {
    net::HttpRequest request = request_of("POST", "/lok/o/introspect/", "token=x");
    request.headers.set("Authorization", "Basic " + jose::base64_encode(credentials));
    return introspect(*database_, verifier_, endpoint_.authentication(), request).status;
  };
  EXPECT_EQ(asks_with("lab-wiki.v2:wiki-secret"), 200);
  EXPECT_EQ(asks_with("lab%2Dwiki%2Ev2:wiki%2Dsecret"), 200);
  EXPECT_EQ(asks_with("lab%2Dwiki%2Ev3:wiki%2Dsecret"), 401);
  EXPECT_EQ(asks_with(std::string(100'000, 'a') + ":wiki-secret"), 401);
}

TEST_P(UserInfoTest, RefusesWhatIsNoAccessToken) {
  const Json answer = signed_in_to_wiki();
  EXPECT_EQ(ask("").status, 401);
  EXPECT_EQ(ask("").headers.get("WWW-Authenticate"), "Bearer realm=\"lok\"");
  for (const std::string& token : {std::string("x"), answer["id_token"].as_string()}) {
    EXPECT_EQ(ask(token).status, 401);
    EXPECT_THAT(std::string(*ask(token).headers.get("WWW-Authenticate")), HasSubstr("invalid_token"));
  }
}

TEST_P(UserInfoTest, EndsWithTheSignInAndThePerson) {
  const std::string token = access_token();
  EXPECT_EQ(ask(token).status, 200);
  execute("update user_account set active = 0");
  EXPECT_EQ(ask(token).status, 401);
  execute("update user_account set active = 1");
  execute("update membership set blocked = 1");
  EXPECT_EQ(ask(token).status, 401);
  execute("update membership set blocked = 0");
  execute("delete from client");
  EXPECT_EQ(ask(token).status, 401);
}

TEST_P(UserInfoTest, IntrospectionDescribesAGoodToken) {
  const Json answer = Json::parse(introspected(access_token()).body);
  EXPECT_EQ(answer["active"], Json(true));
  EXPECT_EQ(answer["client_id"].as_string(), "wiki");
  EXPECT_EQ(answer["username"].as_string(), "ada");
  EXPECT_EQ(answer["scope"].as_string(), "openid profile email");
  EXPECT_EQ(answer["iss"].as_string(), "lok");
  EXPECT_EQ(answer["token_type"].as_string(), "Bearer");
  EXPECT_TRUE(answer["exp"].is_number());
  const Json app = Json::parse(introspected(app_token()).body);
  EXPECT_EQ(app["username"].as_string(), "bob");
  EXPECT_EQ(app["aud"].dump(), R"(["lok","mikro","s3"])");
}

TEST_P(UserInfoTest, IntrospectionSaysNothingOfAnyOther) {
  const Json answer = signed_in_to_wiki({{"scope", "openid offline_access"}});
  for (const char* member : {"id_token", "refresh_token"}) {
    EXPECT_EQ(introspected(answer[member].as_string()).body, R"({"active":false})") << member;
  }
  EXPECT_EQ(introspected("x").body, R"({"active":false})");
  execute("update membership set blocked = 1");
  EXPECT_EQ(introspected(answer["access_token"].as_string()).body, R"({"active":false})");
}

TEST_P(UserInfoTest, IntrospectionIsForClientsWithASecret) {
  const std::string token = access_token();
  EXPECT_EQ(introspected(token, {{"client_secret", "wrong"}}).status, 401);
  EXPECT_EQ(introspected(token, {{"client_secret", ""}}).status, 401);
  EXPECT_EQ(introspected(token, {{"client_id", ""}, {"client_secret", ""}}).status, 401);
  EXPECT_EQ(introspected(token, {{"client_id", "tool"}, {"client_secret", ""}}).status, 401);
  EXPECT_EQ(introspected("").status, 400);
}

}  // namespace
}  // namespace lok
