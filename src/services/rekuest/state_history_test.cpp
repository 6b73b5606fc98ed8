#include "services/rekuest/state_history.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/state_checkout.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;

constexpr const char* kTwoStates = R"({"name":"app:1.0.0","hash":"h2","implementations":[],"states":[
  {"interface":"pos","definition":{"name":"p","ports":[{"key":"x","kind":"FLOAT"}]}},
  {"interface":"lamp","definition":{"name":"l","ports":[{"key":"on","kind":"BOOL"}]}}]})";

class StateHistory : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  StateHistory() {
    add_state_history(registry_);
    add_state_checkout(registry_);
    call_.database = &world_.database();
    call_.organization = me_->rows.organization;
    pos_ = world_.number("select id from state where interface = 'pos'");
    session("s1", 1);
  }

  /// Five patches: /x of `pos` is 1 to 5, with a snapshot at 3, and the lamp on at 6.
  void session(const std::string& name, int scale) {
    const auto patch = [&](int revision, const std::string& state, const std::string& operation) {
      return numbered("STATE_PATCH", ++position_,
                      fmt::format(R"(,"session_id":"{}","state_name":"{}","global_rev":{},"ts":{},{})", name,
                                  state, revision, scale * 100 + revision, operation),
                      name);
    };
    std::vector<Json> frames{numbered(
        "SESSION_INIT", ++position_,
        fmt::format(R"(,"session_id":"{}","states":{{"pos":{{"x":0}},"lamp":{{"on":false}}}})", name), name)};
    for (int i = 1; i <= 5; ++i) {
      if (i == 3) {
        frames.push_back(numbered("STATE_SNAPSHOT", ++position_,
                                  fmt::format(R"(,"session_id":"{}","global_rev":3,"snapshots":)"
                                              R"({{"pos":{{"x":{}}},"lamp":{{"on":false}}}})",
                                              name, 3 * scale),
                                  name));
      }
      frames.push_back(patch(i, "pos", fmt::format(R"("op":"replace","path":"/x","value":{})", i * scale)));
    }
    frames.push_back(patch(6, "lamp", R"("op":"replace","path":"/on","value":true)"));
    world_.report(agent_, frames);
  }

  Json ask(const std::string& field, const std::string& arguments) {
    Json answer;
    world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call_.reader = &reader;
      answer = registry_.answers.at("Query." + field)(call_, Json::parse(arguments));
      call_.reader = nullptr;
    });
    return answer;
  }
  std::string refused(const std::string& field, const std::string& arguments) {
    try {
      ask(field, arguments);
    } catch (const base::Error& error) {
      return std::string(error.code());
    }
    return "answered";
  }
  Json checkout(const std::string& more) {
    return ask("checkout",
               fmt::format(R"({{"state":"{}","forwardPatchCount":2,"backwardPatchCount":2{}}})", pos_, more));
  }
  /// Revisions of rows by their ids.
  std::string revisions(const Json& ids, const std::string& table = "patch") {
    std::string text;
    for (const Json& id : ids.items()) {
      text +=
          world_.text("select global_rev from " + table + " where id = $1", {id.as_int64().value()}) + " ";
    }
    return text;
  }
  std::string about_pos(const std::string& more) {
    return fmt::format(R"({{"stateId":"{}"{}}})", pos_, more);
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(world_.request(me_, "s1", kTwoStates));
  entity::Registry registry_;
  entity::Call call_;
  std::int64_t pos_ = 0;
  std::int64_t position_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, StateHistory, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(StateHistory, ChecksOutTheLatest) {
  const Json found = checkout("");
  EXPECT_EQ(found["value"].dump(), R"({"x":5})");
  EXPECT_EQ(found["global_revision"], Json(5));
  EXPECT_EQ(revisions(found["forward_patches"]), "");
  EXPECT_EQ(revisions(found["backward_patches"]), "4 5 ");
}

TEST_P(StateHistory, ChecksOutEveryRevision) {
  for (int revision = 0; revision <= 5; ++revision) {
    const Json found = checkout(fmt::format(R"(,"globalRevision":{})", revision));
    EXPECT_EQ(found["value"].dump(), fmt::format(R"({{"x":{}}})", revision));
    EXPECT_EQ(found["global_revision"], Json(revision));
  }
  const Json found = checkout(R"(,"globalRevision":2)");
  EXPECT_EQ(revisions(found["forward_patches"]), "3 4 ");
  EXPECT_EQ(revisions(found["backward_patches"]), "1 2 ");
}

TEST_P(StateHistory, ChecksOutByTimeAndSession) {
  session("s2", 10);
  EXPECT_EQ(checkout("")["value"].dump(), R"({"x":50})");
  EXPECT_EQ(checkout(R"(,"sessionId":"s1")")["value"].dump(), R"({"x":5})");
  const std::string row = world_.text("select id from session where session_id = 's1'");
  EXPECT_EQ(checkout(R"(,"sessionId":")" + row + "\"")["value"].dump(), R"({"x":5})") << "by its row, too";
  EXPECT_EQ(checkout(R"(,"timestamp":"1970-01-01T00:01:44.5Z")")["value"].dump(), R"({"x":4})");
  EXPECT_EQ(refused("checkout", fmt::format(R"({{"state":"{}","timestamp":"1970-01-01T00:00:01Z"}})", pos_)),
            "VALIDATION_ERROR");
  EXPECT_EQ(refused("checkout", fmt::format(R"({{"state":"{}","sessionId":"none"}})", pos_)), "NOT_FOUND");
}

TEST_P(StateHistory, ChecksOutAWholeAgent) {
  const auto agent = [&](const std::string& more) {
    return ask("checkoutAgent",
               fmt::format(R"({{"agent":"{}","forwardPatchCount":1,"backwardPatchCount":1{}}})",
                           agent_.agent.agent, more));
  };
  EXPECT_EQ(agent("")["values"], Json::parse(R"({"pos":{"x":5},"lamp":{"on":true}})"));
  EXPECT_EQ(agent("")["global_revision"], Json(6));
  const Json before = agent(R"(,"globalRevision":4)");
  EXPECT_EQ(before["values"], Json::parse(R"({"pos":{"x":4},"lamp":{"on":false}})"));
  EXPECT_EQ(revisions(before["forward_patches"]), "5 ");
  EXPECT_EQ(revisions(before["backward_patches"]), "4 ");
}

TEST_P(StateHistory, AnAgentThatNeverBeganHasNoValues) {
  const auto other = world_.identity("other");
  const Registered silent = world_.connect(world_.request(other, "", kTwoStates));
  const Json found = ask("checkoutAgent", fmt::format(R"({{"agent":"{}"}})", silent.agent.agent));
  EXPECT_EQ(found["values"].dump(), "{}");
  EXPECT_EQ(found["global_revision"], Json(0));
}

TEST_P(StateHistory, ReadsALongHistoryWithoutSnapshotsInParts) {
  std::vector<Json> frames;
  for (int i = 7; i < 2507; ++i) {
    frames.push_back(numbered("STATE_PATCH", ++position_,
                              fmt::format(R"(,"session_id":"s1","state_name":"pos","global_rev":{},"ts":200,)"
                                          R"("op":"replace","path":"/x","value":{})",
                                          i, i)));
  }
  world_.report(agent_, frames);
  EXPECT_EQ(checkout(R"(,"globalRevision":2500)")["value"].dump(), R"({"x":2500})");
}

TEST_P(StateHistory, GivesPatchesByRevision) {
  EXPECT_EQ(revisions(ask("forwardEventsAfterRev", about_pos(R"(,"globalRevision":2,"count":2)"))), "3 4 ");
  EXPECT_EQ(revisions(ask("forwardEventsAfterRev", R"({"globalRevision":4,"count":100,"sessionId":"s1"})")),
            "5 6 ")
      << "of all states";
  EXPECT_EQ(revisions(ask(
                "patchEventsBetweenGlobalRevs",
                fmt::format(R"({{"fromGlobalRevision":1,"toGlobalRevision":3,"stateIds":["{}"]}})", pos_))),
            "2 3 ");
  EXPECT_EQ(refused("patchEventsBetweenGlobalRevs", R"({"fromGlobalRevision":3,"toGlobalRevision":1})"),
            "VALIDATION_ERROR");
  EXPECT_EQ(refused("forwardEventsAfterRev", R"({"globalRevision":0,"count":1000000})"), "VALIDATION_ERROR");
  EXPECT_EQ(refused("forwardEventsAfterRev", R"({"globalRevision":0,"count":-1})"), "VALIDATION_ERROR");
}

TEST_P(StateHistory, GivesSnapshotsByRevision) {
  EXPECT_EQ(revisions(ask("stateAtGlobalRev", about_pos(R"(,"globalRevision":2)")), "snapshot"), "0 ");
  EXPECT_EQ(revisions(ask("stateAtGlobalRev", about_pos(R"(,"globalRevision":9)")), "snapshot"), "3 ");
  EXPECT_EQ(
      revisions(ask("snapshotsAroundRev", about_pos(R"(,"revision":1,"before":1,"after":1)")), "snapshot"),
      "0 3 ");
}

TEST_P(StateHistory, KnowsWhereSessionsAndTasksBeginAndEnd) {
  const Json session = ask("sessionBoundaries", R"({"sessionId":"s1"})");
  EXPECT_EQ(session["start_global_revision"], Json(1));
  EXPECT_EQ(session["end_global_revision"], Json(6));
  EXPECT_EQ(session["start_time"], Json(101'000'000));
  const Json one = ask("sessionBoundaries", fmt::format(R"({{"sessionId":"s1","stateId":"{}"}})", pos_));
  EXPECT_EQ(one["end_global_revision"], Json(5));
  EXPECT_TRUE(ask("sessionBoundaries", R"({"sessionId":"none"})").is_null());

  EXPECT_TRUE(ask("taskBoundaries", R"({"correlationId":"none"})").is_null());
}

TEST_P(StateHistory, ShowsNothingToOthers) {
  call_.organization = world_.identity("client", "u-1", "elsewhere")->rows.organization;
  EXPECT_EQ(refused("checkout", fmt::format(R"({{"state":"{}"}})", pos_)), "NOT_FOUND");
  EXPECT_EQ(refused("checkoutAgent", fmt::format(R"({{"agent":"{}"}})", agent_.agent.agent)), "NOT_FOUND");
  EXPECT_EQ(refused("stateAtGlobalRev", about_pos(R"(,"globalRevision":2)")), "NOT_FOUND");
  EXPECT_EQ(ask("forwardEventsAfterRev", R"({"globalRevision":0,"count":100})").dump(), "[]");
  EXPECT_TRUE(ask("sessionBoundaries", R"({"sessionId":"s1"})").is_null());
}

}  // namespace
}  // namespace rekuest
