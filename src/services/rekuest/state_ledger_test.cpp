#include "services/rekuest/state_ledger.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;

class StateLedgers : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  void send(const std::vector<Json>& frames) { changes_ = world_.report(agent_, frames).told.states; }
  Json init(const std::string& states, const std::string& session = "s1") {
    return numbered("SESSION_INIT", ++position_,
                    fmt::format(R"(,"session_id":"{}","states":{})", session, states), session);
  }
  Json snapshot(int revision, const std::string& states, const std::string& session = "s1") {
    return numbered(
        "STATE_SNAPSHOT", ++position_,
        fmt::format(R"(,"session_id":"{}","global_rev":{},"snapshots":{})", session, revision, states),
        session);
  }
  Json patch(int revision, const std::string& operation, const std::string& session = "s1") {
    return numbered("STATE_PATCH", ++position_,
                    fmt::format(R"(,"session_id":"{}","state_name":"pos","global_rev":{},"ts":1.5,{})",
                                session, revision, operation),
                    session);
  }
  std::string value() { return world_.text("select value from state where interface = 'pos'"); }
  std::int64_t revision() { return world_.number("select global_rev from state where interface = 'pos'"); }
  std::string session() {
    return world_.joined("select n.session_id from state s left join session n on n.id = s.session_id");
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t position_ = 0;
  std::vector<StateChange> changes_;
};
INSTANTIATE_TEST_SUITE_P(Both, StateLedgers, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(StateLedgers, PatchesTheValue) {
  send({init(R"({"pos":{"x":1.0,"many":[]}})"), patch(1, R"("op":"replace","path":"/x","value":2.50)")});
  send({patch(2, R"("op":"add","path":"/many/-","value":1)"),
        patch(3, R"("op":"add","path":"/y","value":null)")});
  EXPECT_EQ(value(), R"({"x":2.50,"many":[1],"y":null})") << "numbers keep their spelling";
  EXPECT_EQ(revision(), 3);
  EXPECT_EQ(session(), "s1");
  EXPECT_EQ(world_.number("select count(*) from patch"), 3);
}

TEST_P(StateLedgers, KeepsAPatchThatDoesNotApply) {
  send({init(R"({"pos":{"x":1}})"), patch(1, R"("op":"replace","path":"/nowhere","value":2)"),
        patch(2, R"("op":"replace","path":"/x","value":3)")});
  EXPECT_EQ(value(), R"({"x":3})");
  EXPECT_EQ(world_.joined("select path from patch order by id"), "/nowhere /x");
}

TEST_P(StateLedgers, DoesNotApplyAgainWhatASnapshotContained) {
  send({init(R"({"pos":{"many":[]}})"), patch(1, R"("op":"add","path":"/many/-","value":1)")});
  send({snapshot(2, R"({"pos":{"many":[1,2]}})"), patch(2, R"("op":"add","path":"/many/-","value":2)")});
  EXPECT_EQ(value(), R"({"many":[1,2]})");
  send({patch(3, R"("op":"add","path":"/many/-","value":3)")});
  EXPECT_EQ(value(), R"({"many":[1,2,3]})");
}

TEST_P(StateLedgers, TakesWhatAnEarlierProcessSaysAsHistoryOnly) {
  send({init(R"({"pos":{"x":1}})", "s1")});
  send({init(R"({"pos":{"x":5}})", "s2")});
  send(
      {patch(9, R"("op":"replace","path":"/x","value":9)", "s1"), snapshot(10, R"({"pos":{"x":10}})", "s1")});
  EXPECT_EQ(value(), R"({"x":5})");
  EXPECT_EQ(session(), "s2");
  EXPECT_TRUE(changes_.empty()) << "nobody who watches cares";
  EXPECT_EQ(world_.number("select count(*) from patch"), 1);
  EXPECT_EQ(world_.number("select count(*) from snapshot"), 3);
}

TEST_P(StateLedgers, BeginsWithNothingWhereAProcessGaveNoValue) {
  send({init(R"({"pos":{"x":1}})", "s1")});
  send({init("{}", "s2"), patch(1, R"("op":"add","path":"/y","value":2)", "s2")});
  EXPECT_EQ(value(), R"({"y":2})");
  EXPECT_EQ(session(), "s2");
}

TEST_P(StateLedgers, TellsOfBeginningsAndPatchesInOrder) {
  send({init(R"({"pos":{"x":1}})"), patch(1, R"("op":"replace","path":"/x","value":2)"),
        snapshot(2, R"({"pos":{"x":3}})"), patch(2, R"("op":"replace","path":"/x","value":3)")});
  ASSERT_EQ(changes_.size(), 3u) << "a snapshot of a process that goes on is no news";
  EXPECT_TRUE(changes_[0].begins);
  EXPECT_EQ(changes_[0].value, Json::parse(R"({"x":1})"));
  EXPECT_EQ(changes_[1].path, "/x");
  EXPECT_EQ(changes_[1].timestamp, 1'500'000);
  EXPECT_EQ(changes_[2].at.revision, 2);
  EXPECT_EQ(changes_[2].session, "s1");
  EXPECT_LT(changes_[0].at, changes_[1].at);
}

TEST_P(StateLedgers, ReadsAndWritesALargeValueOnceABatch) {
  std::string large = R"({"x":0)";
  for (int i = 0; i < 20'000; ++i) large += fmt::format(R"(,"key{}":"some text of a value {}")", i, i);
  large += "}";
  send({init(R"({"pos":)" + large + "}")});
  std::vector<Json> frames;
  for (int i = 1; i <= 500; ++i)
    frames.push_back(patch(i, fmt::format(R"("op":"replace","path":"/x","value":{})", i)));
  const std::uint64_t before = world_.database().stats().statements;
  send(frames);
  EXPECT_LT(world_.database().stats().statements - before, 60u) << "not several a patch";
  EXPECT_EQ(value().substr(0, 8), R"({"x":500)");
}

}  // namespace
}  // namespace rekuest
