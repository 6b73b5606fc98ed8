#include "services/lok/login/refresh.h"

#include <gmock/gmock.h>

#include <future>
#include <set>

#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

using base::Json;

class Refresh : public DeviceTest {
 protected:
  void log_in() {
    const Json answer = log_in_by_device();
    client_ = answer["client_id"].as_string();
    first_ = answer["refresh_token"].as_string();
  }
  std::string error(const std::string& token) { return error_of(refresh(client_, token)); }
  std::string next(const std::string& token) {
    const net::HttpResponse response = refresh(client_, token);
    EXPECT_EQ(response.status, 200) << response.body;
    return Json::parse(response.body)["refresh_token"].as_string();
  }
  void pass(const std::string& time) {
    execute("update refresh_chain set rotated_at = rotated_at - " + time);
    execute("update refresh_chain set started_at = started_at - " + time);
  }

  std::string client_, first_;
};

INSTANTIATE_TEST_SUITE_P(Both, Refresh, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Refresh, EveryUseChangesTheToken) {
  log_in();
  const std::string second = next(first_);
  EXPECT_NE(second, first_);
  const std::string third = next(second);
  EXPECT_EQ(error(first_), "invalid_grant");
  EXPECT_EQ(error("guess"), "invalid_grant");
  EXPECT_EQ(error(third), "granted");
  EXPECT_EQ(rows("select 1 from refresh_chain where current_hash = $1", {third}).size(), 0u)
      << "only a hash is kept";
}

TEST_P(Refresh, AnswersAsTheLoginDid) {
  const Json login = log_in_by_device({});
  const Json answer =
      Json::parse(refresh(login["client_id"].as_string(), login["refresh_token"].as_string()).body);
  for (const char* same : {"client_id", "self", "instances", "statuses", "scope", "expires_in"}) {
    EXPECT_EQ(answer[same], login[same]) << same;
  }
  EXPECT_NE(answer["access_token"], login["access_token"]);
}

TEST_P(Refresh, AnAnswerThatWasLostCanBeHadAgainForAMinute) {
  log_in();
  const std::string second = next(first_);
  EXPECT_EQ(next(first_), second);
  pass("61000000");
  EXPECT_EQ(error(first_), "invalid_grant");
  EXPECT_EQ(error(second), "granted") << "an old token ends nothing";
}

TEST_P(Refresh, ProgramsThatRaceAllGetTheSame) {
  log_in();
  std::vector<std::future<std::string>> racers;
  racers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    racers.push_back(std::async(std::launch::async, [&] { return next(first_); }));
  }
  std::set<std::string> tokens;
  for (std::future<std::string>& racer : racers) tokens.insert(racer.get());
  EXPECT_EQ(tokens.size(), 1u);
  EXPECT_EQ(error(*tokens.begin()), "granted");
}

TEST_P(Refresh, EndsWhenUnusedOrOld) {
  log_in();
  pass("2592000000000");
  EXPECT_EQ(error(first_), "invalid_grant");
  execute("update refresh_chain set rotated_at = rotated_at + 2592000000000");
  EXPECT_EQ(error(first_), "granted");
  execute("update refresh_chain set started_at = started_at - 15552000000000");
  EXPECT_EQ(error(first_), "invalid_grant");
}

TEST_P(Refresh, BelongsToOneClient) {
  log_in();
  const std::string other = client_;
  Json elsewhere = Json::parse(kDeviceManifest);
  elsewhere.set("device_id", "dev-2");
  const Json started = start(elsewhere.dump());
  decide(started, "approve");
  const Json answer = Json::parse(poll(started).body);
  EXPECT_EQ(error_of(refresh(answer["client_id"].as_string(), first_)), "invalid_grant");
  EXPECT_EQ(error_of(refresh("nobody", first_)), "invalid_client");
  EXPECT_EQ(error_of(refresh(other, first_)), "granted");
  const Json headless = Json::parse(LokTest::log_in("key-one", kDeviceManifest).body);
  EXPECT_EQ(error_of(refresh(headless["client_id"].as_string(), first_)), "invalid_grant");
}

TEST_P(Refresh, FollowsWhatChanged) {
  log_in();
  execute("delete from service_instance where instance_id = 'mikro'");
  execute("update membership set blocked = 1");
  EXPECT_EQ(error(first_), "invalid_grant");
  execute("update membership set blocked = 0");
  const Json answer = Json::parse(refresh(client_, first_).body);
  EXPECT_EQ(answer["statuses"].dump(), R"({"s3":"granted","pictures":"unavailable","fluss":"unavailable"})");
  EXPECT_EQ(number("select count(*) from service_instance_mapping"), 1);
  EXPECT_EQ(rows("select statuses from client").text(0, 0), answer["statuses"].dump());
}

TEST_P(Refresh, IsOverAfterRevocation) {
  log_in();
  const std::string second = next(first_);
  const auto revoke = [&](const Fields& form) {
    return endpoint_.revoke(request_of("POST", "/lok/o/revoke/", encoded(form)));
  };
  EXPECT_EQ(revoke({{"token", "unknown"}, {"client_id", client_}}).body, "{}");
  EXPECT_EQ(revoke({{"token", second}, {"client_id", "another"}}).body, "{}");
  EXPECT_EQ(revoke({{"client_id", client_}}).status, 400);
  EXPECT_EQ(next(first_), second);
  const net::HttpResponse response =
      revoke({{"token", second}, {"token_type_hint", "refresh_token"}, {"client_id", client_}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
  EXPECT_EQ(error(second), "invalid_grant");
  EXPECT_EQ(error(first_), "invalid_grant");
}

}  // namespace
}  // namespace lok
