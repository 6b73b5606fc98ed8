#include "services/rekuest/agent_state.h"

#include <gtest/gtest.h>

#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using rekuest_testing::numbered;
using rekuest_testing::task_report;

class AgentState : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  std::string with_task(std::int64_t task, const std::string& members) {
    return R"(,"task":")" + std::to_string(task) + "\"" + members;
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
};
INSTANTIATE_TEST_SUITE_P(Both, AgentState, sql_testing::kBothDatabases, sql_testing::dialect_name);

constexpr const char* kInit = R"(,"session_id":"s1","states":{"pos":{"x":1.0},"nowhere":{"y":2}})";

TEST_P(AgentState, BeginsASessionWithASnapshotOfEachKnownState) {
  world_.report(agent_, {numbered("SESSION_INIT", 1, kInit)});
  EXPECT_EQ(world_.joined("select session_id from session"), "s1");
  EXPECT_EQ(world_.joined("select value from snapshot"), R"({"x":1.0})");
  EXPECT_EQ(world_.number("select global_rev from snapshot"), 0);
  EXPECT_EQ(world_.text("select value from state where interface = 'pos'"), R"({"x":1.0})");
}

TEST_P(AgentState, BeginsASessionOnce) {
  world_.report(agent_, {numbered("SESSION_INIT", 1, kInit), numbered("SESSION_INIT", 2, kInit)});
  EXPECT_EQ(world_.number("select count(*) from session"), 1);
}

TEST_P(AgentState, ANewProcessHoldsNoLocksAndKeepsNoValues) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.report(agent_,
                {numbered("LOCK", 1, with_task(task, R"(,"key":"stage")")),
                 numbered("SHELVE", 2, R"(,"ref":"r1","resource_id":"r1","identifier":"@mod/blob")")});
  world_.report(agent_, {numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});
  EXPECT_EQ(world_.joined("select held_by_id from lock"), "null");
  EXPECT_EQ(world_.number("select count(*) from memory_drawer"), 0);
}

TEST_P(AgentState, ASessionOfOneAgentLeavesTheOthersAlone) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.report(agent_,
                {numbered("LOCK", 1, with_task(task, R"(,"key":"stage")")), task_report("STARTED", 2, task),
                 numbered("SHELVE", 3, R"(,"resource_id":"r1","identifier":"@mod/blob")")});
  const Registered other = world_.connect(world_.identity("other"));
  world_.report(other, {numbered("SESSION_INIT", 1, R"(,"session_id":"s1","states":{})")});
  EXPECT_EQ(world_.number("select held_by_id from lock where agent_id = $1", {agent_.agent.agent}), task);
  EXPECT_EQ(world_.number("select count(*) from memory_drawer"), 1);
  EXPECT_EQ(world_.latest(task), "STARTED");
}

TEST_P(AgentState, LocksAreHeldByTheAgentsOwnTasks) {
  const std::int64_t task = world_.task(me_, agent_);
  const Registered other = world_.connect(world_.identity("other"));
  world_.report(other, {numbered("LOCK", 1, with_task(task, R"(,"key":"stage")"))});
  EXPECT_EQ(world_.joined("select held_by_id from lock"), "null null");

  world_.report(agent_, {numbered("LOCK", 1, with_task(task, R"(,"key":"new")"))});
  EXPECT_EQ(world_.number("select held_by_id from lock where key = 'new'"), task);
}

TEST_P(AgentState, UnlocksWhetherOrNotATaskIsNamed) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.report(agent_, {numbered("LOCK", 1, with_task(task, R"(,"key":"stage")")),
                         numbered("UNLOCK", 2, R"(,"key":"stage")")});
  EXPECT_EQ(world_.joined("select held_by_id from lock"), "null");
}

TEST_P(AgentState, KeepsPatchesWithTheTaskTheyCameFrom) {
  const std::int64_t task = world_.task(me_, agent_);
  const std::string patch =
      R"(,"session_id":"s1","global_rev":3,"state_name":"pos","ts":1795457124.5,"op":"replace","path":"/x",)"
      R"("value":2.50,"old_value":null,"task_id":")";
  world_.report(agent_, {numbered("STATE_PATCH", 1, patch + std::to_string(task) + "\""),
                         numbered("STATE_PATCH", 2, patch + "4711\"")});
  EXPECT_EQ(world_.joined("select value from patch"), "2.50 2.50");
  EXPECT_EQ(world_.joined("select task_id from patch order by id"), std::to_string(task) + " null");
  EXPECT_EQ(world_.number("select max(global_rev) from patch"), 3);
  EXPECT_EQ(world_.number("select max(timestamp) from patch"), 1'795'457'124'500'000);
  EXPECT_EQ(world_.joined("select session_id from session"), "s1");
}

TEST_P(AgentState, GivesAPatchWithoutAUsableTimeTheTimeOfItsArrival) {
  world_.report(agent_, {numbered("STATE_PATCH", 1, R"(,"session_id":"s1","state_name":"pos","ts":-1e300)"),
                         numbered("STATE_PATCH", 2, R"(,"session_id":"s1","state_name":"pos")")});
  EXPECT_EQ(world_.number("select count(*) from patch where timestamp = $1", {world_.now}), 2);
}

TEST_P(AgentState, KeepsSnapshotsAtTheirRevision) {
  world_.report(agent_, {numbered("STATE_SNAPSHOT", 1,
                                  R"(,"session_id":"s1","global_rev":60,"snapshots":{"pos":{"x":9}})")});
  EXPECT_EQ(world_.number("select global_rev from snapshot"), 60);
  EXPECT_EQ(world_.text("select value from state where interface = 'pos'"), R"({"x":9})");
}

TEST_P(AgentState, ShelvesAndUnshelves) {
  const std::string one = R"(,"ref":"r1","resource_id":"r1","identifier":"@mod/blob","label":"L")";
  world_.report(agent_, {numbered("SHELVE", 1, one), numbered("SHELVE", 2, one),
                         numbered("SHELVE", 3, R"(,"resource_id":"r2","identifier":"@mod/blob")")});
  EXPECT_EQ(world_.joined("select resource_id from memory_drawer order by id"), "r1 r2");
  EXPECT_EQ(world_.joined("select label from memory_drawer order by id"), "L null");
  EXPECT_EQ(world_.number("select count(*) from memory_shelve"), 1);
  EXPECT_EQ(world_.number("select min(agent_minted) from memory_drawer"), 1);

  const Registered other = world_.connect(world_.identity("other"));
  world_.report(other, {numbered("UNSHELVE", 1, R"(,"ref":"r1","drawer":"r1")")});
  EXPECT_EQ(world_.number("select count(*) from memory_drawer"), 2) << "not this agent's";
  world_.report(agent_, {numbered("UNSHELVE", 4, R"(,"ref":"r1","drawer":"r1")")});
  EXPECT_EQ(world_.joined("select resource_id from memory_drawer"), "r2");
}

TEST_P(AgentState, DropsTheCharacterNoDatabaseHolds) {
  world_.report(
      agent_, {numbered("SHELVE", 1, R"(,"resource_id":"r1","identifier":"@mod/blob","label":"a\u0000b")")});
  EXPECT_EQ(world_.text("select label from memory_drawer"), "ab");
}

}  // namespace
}  // namespace rekuest
