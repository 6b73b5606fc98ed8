// Logins with one key that come to two processes of Lok at the same time. Two Databases stand for the
// processes.
#include <gmock/gmock.h>

#include <future>

#include "services/lok/login/device_fixture.h"

namespace lok {
namespace {

class LoginRace : public LokTest {
 protected:
  /// What each of the manifests is answered, sent to the two processes in turn, all at once.
  std::vector<std::string> log_in_at_once(const std::string& key, const std::vector<std::string>& manifests) {
    std::vector<std::future<std::string>> answers;
    for (std::size_t i = 0; i < manifests.size(); ++i) {
      answers.push_back(std::async(std::launch::async, [this, i, key, manifest = manifests[i]] {
        return error_of(log_in(i % 2 == 0 ? endpoint_ : there_endpoint_, key, manifest));
      }));
    }
    std::vector<std::string> errors;
    for (std::future<std::string>& answer : answers) errors.push_back(answer.get());
    return errors;
  }

  std::unique_ptr<sql::Database> there_ = fresh_.open();
  TokenEndpoint there_endpoint_{*there_, configuration_, signer_, "server-secret"};
};

INSTANTIATE_TEST_SUITE_P(SeveralProcesses, LoginRace, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(LoginRace, ProgramsOfOneAppAllGetIn) {
  std::vector<std::string> manifests;
  for (int i = 0; i < 12; ++i) {
    manifests.push_back(R"({"identifier":"app","version":"1","device_id":"d)" + std::to_string(i / 2) +
                        "\"}");
  }
  EXPECT_THAT(log_in_at_once("key-one", manifests), testing::Each("granted"));
  EXPECT_EQ(number("select count(*) from client"), 6);
}

TEST_P(LoginRace, AKeyIsForOneAppWhoeverIsFirst) {
  std::vector<std::string> manifests;
  for (int i = 0; i < 8; ++i) {
    manifests.push_back(R"({"identifier":"app-)" + std::to_string(i) + R"(","version":"1","device_id":"d"})");
  }
  std::vector<std::string> answers = log_in_at_once("key-one", manifests);
  EXPECT_EQ(std::ranges::count(answers, "granted"), 1);
  EXPECT_EQ(std::ranges::count(answers, "invalid_grant"), 7);
}

class CollectionRace : public DeviceTest {
 protected:
  std::unique_ptr<sql::Database> there_ = fresh_.open();
  TokenEndpoint there_endpoint_{*there_, configuration_, signer_, "server-secret"};
};

INSTANTIATE_TEST_SUITE_P(SeveralProcesses, CollectionRace, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(CollectionRace, OfApprovalsCollectedAtOnceOneClientIsLeft) {
  for (int round = 0; round < 10; ++round) {
    const base::Json here = start();
    const base::Json there = start();
    decide(here, "approve");
    decide(there, "approve");
    auto collected =
        std::async(std::launch::async, [&] { return post(there_endpoint_, poll_form(there)).status; });
    EXPECT_EQ(post(endpoint_, poll_form(here)).status, 200);
    EXPECT_EQ(collected.get(), 200);
    ASSERT_EQ(number("select count(*) from client"), 1) << "in round " << round;
    ASSERT_EQ(number("select count(*) from refresh_chain"), 1);
  }
}

}  // namespace
}  // namespace lok
