#include "services/lok/login/device_login.h"

#include <gmock/gmock.h>

#include <future>

#include "base/clock.h"
#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::MatchesRegex;

class DeviceLoginFlow : public DeviceTest {};

INSTANTIATE_TEST_SUITE_P(Both, DeviceLoginFlow, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(DeviceLoginFlow, StartsWithACodeAndALink) {
  const Json started = start();
  EXPECT_THAT(started["user_code"].as_string(), MatchesRegex("[B-Z]{4}-[B-Z]{4}"));
  EXPECT_EQ(started["device_code"].as_string().size(), 43u);
  EXPECT_EQ(started["expires_in"].as_int64(), 300);
  EXPECT_EQ(started["interval"].as_int64(), 2);
  EXPECT_EQ(started["verification_uri"].as_string(), "http://localhost:8000/lok/device");
  EXPECT_EQ(started["verification_uri_complete"].as_string(),
            "http://localhost:8000/lok/device?code=" + started["user_code"].as_string());
  EXPECT_EQ(number("select count(*) from client"), 0) << "nobody has approved it";
  EXPECT_EQ(
      rows("select 1 from device_login where device_code_hash = $1", {started["device_code"].as_string()})
          .size(),
      0u)
      << "only a hash is kept";
}

TEST_P(DeviceLoginFlow, RefusesToStartWhatItCannotShow) {
  for (const char* body :
       {"", "[", "[]", "{}", R"({"manifest":"text"})", R"({"manifest":{"identifier":"a/b","version":"1"}})",
        R"({"manifest":{"identifier":"a"}})", R"({"manifest":{"identifier":"a\u0000","version":"1"}})",
        R"({"manifest":{"identifier":"a","version":"1"},"requested_client_kind":"hub"})",
        R"({"manifest":{"identifier":"a","version":"1"},"requested_client_role":"master"})",
        R"({"manifest":{"identifier":"a","version":"1"},"requested_client_kind":5})",
        R"({"manifest":{"identifier":"a","version":"1"},"expiration_time_seconds":"soon"})"}) {
    EXPECT_EQ(error_of(start_raw(body)), "invalid_request") << body;
  }
  EXPECT_EQ(number("select count(*) from device_login"), 0);
}

TEST_P(DeviceLoginFlow, LivesAsLongAsAskedWithinReason) {
  for (const auto& [asked, given] : std::vector<std::pair<int, int>>{{1, 10}, {60, 60}, {100'000, 900}}) {
    const Json started =
        Json::parse(start_raw(R"({"manifest":{"identifier":"a","version":"1"},"expiration_time_seconds":)" +
                              std::to_string(asked) + "}")
                        .body);
    EXPECT_EQ(started["expires_in"].as_int64(), given);
  }
}

TEST_P(DeviceLoginFlow, AnswersWhileNobodyDecides) {
  const Json started = start();
  EXPECT_EQ(error_of(poll(started)), "authorization_pending");
  EXPECT_EQ(error_of(poll(started)), "slow_down");
  Json stranger = started;
  stranger.set("client_id", "another");
  EXPECT_EQ(error_of(poll(stranger)), "invalid_client");
  stranger.set("device_code", "unknown");
  EXPECT_EQ(error_of(poll(stranger)), "expired_token");
  execute("update device_login set expires_at = 1");
  EXPECT_EQ(error_of(poll(started)), "expired_token");
}

TEST_P(DeviceLoginFlow, AnApprovedAppGetsTokensOnce) {
  const Json started = start();
  EXPECT_THAT(decide(started, "approve", {"s3"}).body, HasSubstr("Approved"));
  const net::HttpResponse response = poll(started);
  ASSERT_EQ(response.status, 200) << response.body;
  const Json answer = Json::parse(response.body);
  EXPECT_EQ(answer["client_id"], started["client_id"]);
  EXPECT_EQ(answer["scope"].as_string(), "openid images");
  EXPECT_EQ(answer["statuses"].dump(), R"({"pictures":"granted","s3":"granted","fluss":"unavailable"})");
  EXPECT_EQ(answer["self"]["organization"].as_string(),
            std::string(rows("select id from organization where slug = 'lab'").text(0, 0)));
  EXPECT_FALSE(answer["refresh_token"].as_string().empty());
  const Json claims = jose::Jws::parse(answer["access_token"].as_string()).payload;
  EXPECT_EQ(claims["preferred_username"].as_string(), "ada");
  EXPECT_EQ(claims["client_device"].as_string().size(), 64u);
  EXPECT_EQ(number("select count(*) from client where functional = 0 and mandate_id is null"), 1);
  EXPECT_EQ(number("select count(*) from device_login where device_id <> ''"), 0) << "never kept raw";

  EXPECT_EQ(error_of(poll(started)), "invalid_grant");
}

TEST_P(DeviceLoginFlow, WhatAPersonUnticksIsDenied) {
  const Json answer = log_in_by_device({});
  EXPECT_EQ(answer["statuses"]["s3"].as_string(), "denied");
  EXPECT_EQ(answer["instances"].find("s3"), nullptr);
  const Json claims = jose::Jws::parse(answer["access_token"].as_string()).payload;
  EXPECT_EQ(claims["aud"].dump(), R"(["lok","mikro"])");
}

TEST_P(DeviceLoginFlow, ADeclinedAppIsTold) {
  const Json started = start();
  const std::string code = started["user_code"].as_string();
  Browser browser = signed_in(code);
  EXPECT_THAT(press(browser, code, "decline").body, HasSubstr("Declined"));
  EXPECT_EQ(error_of(poll(started)), "access_denied");
  EXPECT_THAT(press(browser, code, "approve").body, HasSubstr("Already declined"));
  EXPECT_EQ(error_of(poll(started)), "access_denied");
  EXPECT_EQ(number("select count(*) from client"), 0);
}

TEST_P(DeviceLoginFlow, NothingIsApprovedTooLate) {
  const Json started = start();
  const std::string code = started["user_code"].as_string();
  Browser browser = signed_in(code);
  execute("update device_login set expires_at = 1");
  EXPECT_THAT(press(browser, code, "approve").body, HasSubstr("expired"));
  EXPECT_EQ(error_of(poll(started)), "expired_token");
}

TEST_P(DeviceLoginFlow, AnApprovalIsCollectedInTime) {
  const Json started = start();
  decide(started, "approve");
  execute("update device_login set expires_at = 1");
  EXPECT_EQ(error_of(poll(started)), "expired_token");
  EXPECT_EQ(number("select count(*) from client"), 0);
}

TEST_P(DeviceLoginFlow, WhoIsBlockedMeanwhileLetsNobodyIn) {
  const Json started = start();
  decide(started, "approve");
  execute("update membership set blocked = 1");
  EXPECT_EQ(error_of(poll(started)), "access_denied");
  EXPECT_EQ(number("select count(*) from client"), 0);
}

TEST_P(DeviceLoginFlow, AnotherApprovalTakesThePlaceOfTheFirst) {
  const Json first = log_in_by_device();
  const Json second = log_in_by_device();
  EXPECT_NE(first["client_id"], second["client_id"]);
  EXPECT_EQ(number("select count(*) from client"), 1);
  EXPECT_EQ(error_of(refresh(first["client_id"].as_string(), first["refresh_token"].as_string())),
            "invalid_client");
  EXPECT_EQ(error_of(refresh(second["client_id"].as_string(), second["refresh_token"].as_string())),
            "granted");
  Json elsewhere = Json::parse(kDeviceManifest);
  elsewhere.set("device_id", "dev-2");
  const Json started = start(elsewhere.dump());
  decide(started, "approve");
  EXPECT_EQ(error_of(poll(started)), "granted");
  EXPECT_EQ(number("select count(*) from client"), 2) << "another device is another client";
}

TEST_P(DeviceLoginFlow, ManyMayWaitButNotAnyNumber) {
  const Json started = start();
  database_->write([](sql::Writer& writer) {
    for (int i = 0; i < 999; ++i) {
      writer.execute(
          "insert into device_login (device_code_hash, user_code, client_id, kind, role, manifest, device_id,"
          " state, created_at, expires_at) select $1, $1, client_id, kind, role, manifest, device_id, state,"
          " created_at, expires_at from device_login where user_code like '%-%'",
          {std::to_string(i)});
    }
  });
  EXPECT_EQ(error_of(start_raw(R"({"manifest":{"identifier":"a","version":"1"}})")), "slow_down");
  execute("update device_login set expires_at = 1");
  EXPECT_EQ(error_of(start_raw(R"({"manifest":{"identifier":"a","version":"1"}})")), "granted");
  EXPECT_EQ(number("select count(*) from device_login"), 1) << "what is long over is forgotten";
  EXPECT_EQ(error_of(poll(started)), "expired_token");
}

TEST_P(DeviceLoginFlow, OneAddressCannotStartWithoutEnd) {
  const std::string body = R"({"manifest":{"identifier":"a","version":"1"}})";
  int started = 0;
  while (started < 200 && error_of(start_raw(body)) == "granted") ++started;
  EXPECT_GE(started, 60);
  EXPECT_LT(started, 120);
  net::HttpRequest elsewhere = request_of("POST", "/lok/o/app-authorization/", body);
  elsewhere.client = "10.0.0.2";
  EXPECT_EQ(error_of(authorization_.answer(elsewhere, "/lok")), "granted");
}

TEST_P(DeviceLoginFlow, OfTwoPollsOneCollects) {
  const Json started = start();
  decide(started, "approve");
  std::vector<std::future<std::string>> polls;
  polls.reserve(6);
  for (int i = 0; i < 6; ++i) {
    polls.push_back(std::async(std::launch::async, [&] { return error_of(poll(started)); }));
  }
  std::vector<std::string> answers;
  for (std::future<std::string>& each : polls) answers.push_back(each.get());
  EXPECT_EQ(std::ranges::count(answers, "granted"), 1);
  EXPECT_EQ(std::ranges::count(answers, "invalid_grant"), 5);
  EXPECT_EQ(number("select count(*) from client"), 1);
}

}  // namespace
}  // namespace lok
