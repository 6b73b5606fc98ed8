#include "services/lok/login/token_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "service/auth_verifier.h"
#include "services/lok/identities.h"
#include "services/lok/login/report.h"
#include "services/lok/lok_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kApp =
    R"({"identifier":"my-app","version":"0.0.1","scopes":["openid","images","strange"],"device_id":"dev-1",)"
    R"("requirements":[{"key":"pictures","service":"live.arkitekt.mikro"},)"
    R"({"key":"s3","service":"live.arkitekt.s3"},{"key":"fluss","service":"live.arkitekt.fluss"}]})";

Json changed(const char* member, Json value) {
  Json manifest = Json::parse(kApp);
  manifest.set(member, std::move(value));
  return manifest;
}

class MandateKeyGrant : public LokTest {
 protected:
  service::TokenVerifier verifier() {
    service::AuthentikateConfig config;
    config.audience = "mikro";
    config.issuers.push_back({.iss = "lok", .keys = signer_.keys()});
    return service::TokenVerifier(std::move(config));
  }
  Json granted(const std::string& key, const std::string& manifest) {
    const net::HttpResponse response = log_in(key, manifest);
    EXPECT_EQ(response.status, 200) << response.body;
    return Json::parse(response.body);
  }
};

TEST_P(MandateKeyGrant, AnswersWithTokenAndConfiguration) {
  const net::HttpResponse response = log_in("key-one", kApp);
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.get("cache-control"), "no-store");
  const Json answer = Json::parse(response.body);
  EXPECT_EQ(answer["token_type"].as_string(), "Bearer");
  EXPECT_EQ(answer["expires_in"].as_int64(), 3600);
  EXPECT_EQ(answer["scope"].as_string(), "openid images");
  EXPECT_EQ(answer.find("refresh_token"), nullptr);
  EXPECT_EQ(answer.find("error"), nullptr);
  EXPECT_EQ(answer["self"]["hub"].as_string(), "hub-uid");
  EXPECT_EQ(answer["statuses"].dump(), R"({"pictures":"granted","s3":"granted","fluss":"unavailable"})");
  const Json& aliases = answer["instances"]["pictures"]["aliases"];
  ASSERT_EQ(aliases.items().size(), 2u);
  EXPECT_EQ(aliases.items()[0]["host"].as_string(), "localhost");
  EXPECT_EQ(aliases.items()[0]["port"].as_int64(), 8000);
  EXPECT_EQ(aliases.items()[1]["host"].as_string(), "lab.org");
  EXPECT_EQ(answer["instances"]["s3"]["aliases"].items()[0]["port"].as_int64(), 8001);
}

TEST_P(MandateKeyGrant, TheTokenHoldsAgainstTheVerifierOfAService) {
  const Json answer = granted("key-two", kApp);
  const service::Claims claims = verifier().verify(answer["access_token"].as_string());
  EXPECT_THAT(claims.aud, UnorderedElementsAre("lok", "mikro", "s3"));
  EXPECT_EQ(claims.preferred_username, "bob");
  EXPECT_THAT(claims.roles, ElementsAre("curator", "viewer"));
  EXPECT_THAT(claims.scopes, ElementsAre("openid", "images"));
  EXPECT_EQ(claims.client_id, answer["client_id"].as_string());
  EXPECT_EQ(claims.client_app, "my-app");
  EXPECT_EQ(claims.client_release, "0.0.1");
  EXPECT_EQ(claims.client_device->size(), 64u);
  EXPECT_EQ(claims.hub, "hub-uid");
  const Json payload = jose::Jws::parse(answer["access_token"].as_string()).payload;
  EXPECT_LT(*payload["iat"].as_int64(), base::now_micros() / 1'000'000);
  EXPECT_EQ(payload.find("nbf"), nullptr);
}

TEST_P(MandateKeyGrant, OneDeviceIsOneClientForEver) {
  const std::string first = granted("key-two", kApp)["client_id"].as_string();
  EXPECT_EQ(granted("key-two", kApp)["client_id"].as_string(), first);
  EXPECT_EQ(granted("key-two", changed("version", "0.0.2").dump())["client_id"].as_string(), first);
  EXPECT_NE(granted("key-two", changed("device_id", "dev-2").dump())["client_id"].as_string(), first);
  const std::string nameless =
      granted("key-two", changed("device_id", Json()).dump())["client_id"].as_string();
  EXPECT_EQ(granted("key-two", changed("device_id", Json()).dump())["client_id"].as_string(), nameless);
  EXPECT_EQ(number("select count(*) from client"), 3);
  EXPECT_EQ(number("select count(*) from release"), 2);
}

TEST_P(MandateKeyGrant, TheFirstAppKeepsTheKey) {
  granted("key-one", kApp);
  granted("key-one", changed("version", "2").dump());
  EXPECT_EQ(error_of(log_in("key-one", changed("identifier", "another").dump())), "invalid_grant");
  granted("key-two", kApp);
  granted("key-two", changed("identifier", "another").dump());
}

TEST_P(MandateKeyGrant, WritesNothingWhenAProgramStartsAgain) {
  const std::string client = granted("key-two", kApp)["client_id"].as_string();
  const auto writes = [this](const std::string& manifest) {
    const std::uint64_t before = database_->stats().writes;
    granted("key-two", manifest);
    return database_->stats().writes - before;
  };
  EXPECT_EQ(writes(kApp), 0);
  EXPECT_EQ(granted("key-two", kApp)["client_id"].as_string(), client);
  for (const char* member :
       {"version", "scopes", "requirements", "public_sources", "description", "device_id"}) {
    const bool is_list = std::string_view(member).back() == 's';
    const std::string manifest = changed(member, is_list ? Json::array() : Json("2")).dump();
    EXPECT_EQ(writes(manifest), 1) << member;
    EXPECT_EQ(writes(manifest), 0) << member;
    granted("key-two", kApp);
  }
}

TEST_P(MandateKeyGrant, WritesWhatChangedAroundAProgramThatStartsAgain) {
  granted("key-two", kApp);
  for (const char* change :
       {"update mandate set last_used_at = last_used_at - 61000000", "update client set statuses = '{}'",
        "delete from service_instance_mapping", "update release set scopes = '[]'"}) {
    execute(change);
    const std::uint64_t before = database_->stats().writes;
    granted("key-two", kApp);
    EXPECT_EQ(database_->stats().writes, before + 1) << change;
    granted("key-two", kApp);
    EXPECT_EQ(database_->stats().writes, before + 1) << change;
  }
  execute("update mandate set revoked_at = 1");
  EXPECT_EQ(error_of(log_in("key-two", kApp)), "invalid_grant");
}

TEST_P(MandateKeyGrant, EveryRefusalSaysWhy) {
  EXPECT_EQ(error_of(log_in("unknown", kApp)), "invalid_grant");
  EXPECT_EQ(error_of(log_in("key-one", "{broken")), "invalid_request");
  EXPECT_EQ(error_of(log_in("", kApp)), "invalid_request");
  EXPECT_EQ(error_of(post("")), "invalid_request");
  EXPECT_EQ(error_of(post("grant_type=")), "invalid_request");
  EXPECT_EQ(error_of(post("grant_type=%ZZ")), "invalid_request");
  EXPECT_EQ(error_of(post("grant_type=urn%3Afakts%3Agrant-type%3Amandate-key&key=key-one")),
            "invalid_request");
  EXPECT_EQ(error_of(post("grant_type=password&username=ada")), "unsupported_grant_type");
  EXPECT_EQ(error_of(post("grant_type=refresh_token")), "invalid_request");
  EXPECT_EQ(error_of(post("grant_type=a&grant_type=b")), "invalid_request");
  execute("update mandate set revoked_at = 1 where label = 'first'");
  EXPECT_EQ(error_of(log_in("key-one", kApp)), "invalid_grant");
  execute("update mandate set expires_at = 1 where label = 'second'");
  EXPECT_EQ(error_of(log_in("key-two", kApp)), "invalid_grant");
  execute("update mandate set revoked_at = null, expires_at = null");
  execute("update membership set blocked = 1");
  EXPECT_EQ(error_of(log_in("key-one", kApp)), "invalid_grant");
  EXPECT_EQ(number("select count(*) from client"), 0);
  const Json body = Json::parse(log_in("unknown", kApp).body);
  EXPECT_FALSE(body["error_description"].as_string().empty());
}

TEST_P(MandateKeyGrant, LimitsTheNumberOfDevices) {
  execute("update mandate set max_clients = 1");
  granted("key-one", kApp);
  granted("key-one", kApp);
  EXPECT_EQ(error_of(log_in("key-one", changed("device_id", "dev-2").dump())), "invalid_grant");
}

TEST_P(MandateKeyGrant, RefusesTextsNoDatabaseTakes) {
  EXPECT_EQ(error_of(log_in("key-two", R"({"identifier":"a\u0000b","version":"1"})")), "invalid_request");
}

TEST_P(MandateKeyGrant, LeavesOutInstancesThatDenyThePerson) {
  execute(
      "insert into instance_denied_user (instance_id, user_id)"
      " select service_instance.id, user_account.id from service_instance, user_account"
      " where service_instance.instance_id = 'mikro' and user_account.username = 'bob'");
  EXPECT_EQ(granted("key-two", kApp)["statuses"]["pictures"].as_string(), "unavailable");
  EXPECT_EQ(granted("key-one", kApp)["statuses"]["pictures"].as_string(), "granted");
  execute("delete from instance_denied_user");
  execute(
      "insert into instance_allowed_user (instance_id, user_id)"
      " select service_instance.id, user_account.id from service_instance, user_account"
      " where service_instance.instance_id = 'mikro' and user_account.username = 'bob'");
  EXPECT_EQ(granted("key-two", kApp)["statuses"]["pictures"].as_string(), "granted");
  EXPECT_EQ(granted("key-one", kApp)["statuses"]["pictures"].as_string(), "unavailable");
}

TEST_P(MandateKeyGrant, TakesSecretsInTheClearOnlyIfAllowed) {
  configuration_.allow_insecure_transport = false;
  EXPECT_EQ(error_of(log_in("key-one", kApp)), "granted");  // this machine
  net::HttpRequest request;
  request.scheme = "http";
  request.host = "lab.org";
  request.body = "grant_type=x";
  EXPECT_EQ(error_of(endpoint_.answer(request, "/lok")), "invalid_request");
}

TEST_P(MandateKeyGrant, AReportIsStoredForTheClientThatSentIt) {
  const Json answer = granted("key-one", kApp);
  const Json& alias = answer["instances"]["pictures"]["aliases"].items()[0];
  net::HttpRequest request;
  request.headers.add("Authorization", "Bearer " + answer["access_token"].as_string());
  request.body =
      R"({"alias_reports":{"pictures":{"alias_id":")" + alias["id"].as_string() +
      R"(","reason":null,"valid":true},"s3":{"alias_id":null,"reason":"no\nanswer","valid":false},)"
      R"("odd":{"alias_id":"nope","valid":true}},"functional":true})";
  const service::TokenVerifier own = verifier();
  EXPECT_EQ(report_aliases(*database_, own, request).body, R"({"status":"ok"})");
  EXPECT_EQ(report_aliases(*database_, own, request).status, 200);
  EXPECT_EQ(number("select count(*) from used_alias"), 3);
  EXPECT_EQ(number("select count(*) from used_alias where alias_id is not null and valid = 1"), 1);
  EXPECT_EQ(number("select functional from client"), 1);
  request.body = "[";
  EXPECT_EQ(report_aliases(*database_, own, request).status, 400);
  request.headers.set("Authorization", "Bearer x");
  EXPECT_EQ(report_aliases(*database_, own, request).status, 403);
}

TEST_P(MandateKeyGrant, LokKnowsItsOwnCallers) {
  const service::Claims claims = verifier().verify(granted("key-two", kApp)["access_token"].as_string());
  Identities identities(*database_);
  service::IdentityRows rows_of_bob = identities.expand(claims);
  EXPECT_EQ(std::to_string(rows_of_bob.user), claims.sub);
  EXPECT_THAT(rows_of_bob.organization_roles, UnorderedElementsAre("viewer", "curator"));
  EXPECT_TRUE(identities.refresh(rows_of_bob));
  service::Claims forged = claims;
  forged.sub = "1x";
  EXPECT_THROW(identities.expand(forged), base::Error);
  execute("update membership set blocked = 1");
  EXPECT_THROW(identities.refresh(rows_of_bob), base::Error);
  execute("update membership set blocked = 0");
  execute("delete from client");
  EXPECT_FALSE(identities.refresh(rows_of_bob));
  EXPECT_THROW(identities.expand(claims), base::Error);
}

INSTANTIATE_TEST_SUITE_P(Both, MandateKeyGrant, sql_testing::kBothDatabases, sql_testing::dialect_name);

}  // namespace
}  // namespace lok
