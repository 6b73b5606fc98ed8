#include "services/rekuest/assign.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "services/rekuest/arguments.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Assign : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// The code of the error, or `ok`.
  std::string outcome(const std::string& input) {
    try {
      world_.assign(me_, input);
      return "ok";
    } catch (const base::Error& error) {
      return std::string(error.code());
    }
  }
  std::int64_t id(const char* sql) { return world_.number(sql); }
  std::int64_t agent_of(const std::string& input) {
    return world_.assign(me_, input).outcome.messages.at(0).agent;
  }
  std::string action(const std::string& more = "") {
    return fmt::format(R"({{"action":"{}","args":{{}}{}}})", id("select id from action where key = 'add'"),
                       more);
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::string here_ = std::to_string(agent_.agent.agent);
};
INSTANTIATE_TEST_SUITE_P(Both, Assign, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Assign, MakesATaskThatIsOnItsWay) {
  const Assigned assigned =
      world_.assign(me_, R"({"agent":")" + here_ + R"(","interface":"add","args":{"a":1}})");

  EXPECT_TRUE(assigned.made);
  ASSERT_THAT(assigned.outcome.messages, SizeIs(1));
  EXPECT_EQ(assigned.outcome.messages[0].agent, agent_.agent.agent);
  EXPECT_EQ(world_.events(assigned.task), "QUEUED");
  EXPECT_EQ(world_.joined("select kind from task_instruct"), "ASSIGN");
  EXPECT_EQ(world_.text("select policy from task"), "ASK");
  EXPECT_EQ(world_.number("select is_done from task"), 0);
  EXPECT_EQ(world_.number("select count(*) from task where reference is null"), 0);
  ASSERT_THAT(assigned.outcome.notices, SizeIs(1));
  const TaskNotice& notice = assigned.outcome.notices[0];
  EXPECT_TRUE(notice.created);
  EXPECT_EQ(notice.task->change()["id"], Json(assigned.task));
  EXPECT_EQ(notice.event->change()["kind"], Json("QUEUED"));
}

TEST_P(Assign, FindsItsTargetByEachOfTheWays) {
  const std::int64_t add = id("select id from implementation where interface = 'add'");
  const std::string hash = world_.text("select hash from action where key = 'add'");
  for (const std::string& target :
       {fmt::format(R"("implementation":"{}")", add), R"("agent":")" + here_ + R"(","interface":"add")",
        fmt::format(R"("action":"{}")", id("select id from action where key = 'add'")),
        R"("actionHash":")" + hash + "\"",
        fmt::format(R"("agent":"{}","action":"{}")", here_, id("select id from action where key = 'add'")),
        R"("agent":")" + here_ + R"(","actionHash":")" + hash + "\""}) {
    SCOPED_TRACE(target);
    const Assigned assigned = world_.assign(me_, "{" + target + R"(,"args":{}})");
    EXPECT_EQ(world_.number("select implementation_id from task where id = $1", {assigned.task}), add);
    EXPECT_EQ(assigned.outcome.messages.at(0).agent, agent_.agent.agent);
  }
}

TEST_P(Assign, RefusesATargetThatIsNot) {
  EXPECT_EQ(outcome(R"({"args":{}})"), base::code::kValidation);
  EXPECT_EQ(outcome(R"({"agent":")" + here_ + R"(","args":{}})"), base::code::kValidation);
  EXPECT_EQ(outcome(R"({"interface":"add","args":{}})"), base::code::kValidation);
  EXPECT_EQ(outcome(R"({"implementation":"4711","args":{}})"), base::code::kNotFound);
  EXPECT_EQ(outcome(R"({"implementation":"x","args":{}})"), base::code::kNotFound);
  EXPECT_EQ(outcome(R"({"agent":")" + here_ + R"(","interface":"mul","args":{}})"), base::code::kNotFound);
  EXPECT_EQ(outcome(R"({"action":"4711","args":{}})"), base::code::kNotFound);
  EXPECT_EQ(outcome(R"({"actionHash":"none","args":{}})"), base::code::kNotFound);
  EXPECT_EQ(world_.number("select count(*) from task"), 0);
}

TEST_P(Assign, SeesNothingOfAnotherOrganization) {
  const auto stranger = world_.identity("client", "u-1", "elsewhere");
  for (const char* target :
       {R"("action":"{}")", R"("implementation":"{}")", R"("interface":"add","agent":"{}")"}) {
    const char* sql = std::string_view(target).find("action") != std::string_view::npos
                          ? "select id from action where key = 'add'"
                          : (std::string_view(target).find("impl") != std::string_view::npos
                                 ? "select id from implementation where interface = 'add'"
                                 : "select id from agent");
    const std::string input = "{" + fmt::format(fmt::runtime(target), id(sql)) + R"(,"args":{}})";
    try {
      world_.assign(stranger, input);
      ADD_FAILURE() << input;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::code::kNotFound) << input;
    }
  }
}

TEST_P(Assign, PicksTheAgentWithTheFewestOpenTasks) {
  const std::int64_t first = agent_.agent.agent;
  const std::int64_t second = world_.connect(world_.identity("other")).agent.agent;
  EXPECT_EQ(agent_of(action()), first);
  EXPECT_EQ(agent_of(action()), second);
  EXPECT_EQ(agent_of(action()), first);
  const std::int64_t last = world_.number("select max(id) from task");
  world_.report(agent_, rekuest_testing::whole_task(last, 1));
  world_.report(agent_, rekuest_testing::whole_task(world_.number("select min(id) from task"), 5));
  EXPECT_EQ(agent_of(action()), first) << "ended tasks do not count";
}

TEST_P(Assign, LetsAgentsWithLongQueuesTakeTurns) {
  const std::int64_t first = agent_.agent.agent;
  const std::int64_t second = world_.connect(world_.identity("other")).agent.agent;
  const std::string to_first = R"({"interface":"add","args":{},"agent":")" + here_ + "\"}";
  const std::string to_second = R"({"interface":"add","args":{},"agent":")" + std::to_string(second) + "\"}";
  for (int i = 0; i < 100; ++i) world_.assign(me_, to_second);
  for (int i = 0; i < 130; ++i) world_.assign(me_, to_first);
  EXPECT_EQ(agent_of(action()), second) << "its newest task is older";
  EXPECT_EQ(agent_of(action()), first);
  EXPECT_EQ(agent_of(action()), second);
}

TEST_P(Assign, NeedsAnAgentThatIsThere) {
  const std::string by_interface = R"({"agent":")" + here_ + R"(","interface":"add","args":{}})";
  world_.disconnect(agent_);
  EXPECT_EQ(outcome(by_interface), base::code::kValidation);
  EXPECT_EQ(outcome(action()), base::code::kValidation);

  agent_ = world_.connect(me_);
  EXPECT_EQ(outcome(by_interface), "ok");
  world_.now += kStaleMicros;
  EXPECT_EQ(outcome(by_interface), base::code::kValidation) << "not heard of for too long";
  EXPECT_EQ(outcome(action()), base::code::kValidation);

  agent_ = world_.connect(me_);
  world_.database().write([](sql::Writer& writer) { writer.execute("update agent set blocked = 1"); });
  EXPECT_EQ(outcome(by_interface), base::code::kValidation) << "blocked";
  EXPECT_EQ(outcome(action()), base::code::kValidation);
}

TEST_P(Assign, SaysWhatCanBeDoneWhenNobodyOffersAnAction) {
  world_.disconnect(agent_);
  try {
    world_.assign(me_, action());
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_THAT(error.message(), ::testing::StartsWith("No active implementation found for action Add"));
  }
}

TEST_P(Assign, GivesTheSameTaskForARepeatedReference) {
  const Assigned first = world_.assign(me_, action(R"(,"reference":"r")"));
  world_.disconnect(agent_);
  const Assigned again = world_.assign(me_, action(R"(,"reference":"r")"));
  EXPECT_EQ(again.task, first.task);
  EXPECT_FALSE(again.made);
  EXPECT_THAT(again.outcome.messages, IsEmpty());
  EXPECT_THAT(again.outcome.notices, IsEmpty());
  EXPECT_EQ(world_.number("select count(*) from task"), 1);
}

TEST_P(Assign, KeepsTheReferencesOfCallersApart) {
  const Assigned mine = world_.assign(me_, action(R"(,"reference":"r")"));
  const Assigned other = world_.assign(world_.identity("other"), action(R"(,"reference":"r")"));
  EXPECT_NE(mine.task, other.task);
}

TEST_P(Assign, LeavesArgumentsUntouched) {
  const std::string args =
      R"({"z":1.0,"a":1,"big":123456789012345678901234567890,"e":1e3,"s":"\u00e9","n":null})";
  const Assigned assigned =
      world_.assign(me_, R"({"agent":")" + here_ + R"(","interface":"add","args":)" + args + "}");
  const Json parsed = Json::parse(args);
  EXPECT_EQ(world_.text("select args from task"), parsed.dump());
  EXPECT_EQ(rekuest_testing::parsed(assigned.outcome.messages[0])["args"].dump(), parsed.dump());
  EXPECT_THAT(parsed.dump(),
              ::testing::HasSubstr(R"("z":1.0,"a":1,"big":123456789012345678901234567890,"e":1e3)"));
  EXPECT_EQ(world_.text("select args_hash from task"), arguments_hash(parsed));
}

TEST_P(Assign, RemembersTheObjectsATaskActsOn) {
  const Assigned assigned = world_.assign(
      me_, R"({"agent":")" + here_ +
               R"(","interface":"add","args":{"image":{"__identifier":"@mikro/image","object":"42"}}})");
  EXPECT_EQ(world_.text("select acted_on from task"), R"(["@mikro/image:42"])");
  EXPECT_EQ(world_.joined("select object from task_object where task_id = $1", {assigned.task}),
            "@mikro/image:42");
}

TEST_P(Assign, RefusesArgumentsAnAgentCannotBeSent) {
  const auto input = [&](std::size_t bytes) {
    return R"({"agent":")" + here_ + R"(","interface":"add","args":{"a":")" + std::string(bytes, 'x') +
           "\"}}";
  };
  EXPECT_EQ(outcome(input(kMaxFrameToAgent)), base::code::kValidation);
  EXPECT_EQ(world_.number("select count(*) from task"), 0);

  EXPECT_EQ(outcome(action(R"(,"reference":")" + std::string(kMaxFrameToAgent, 'r') + "\"")),
            base::code::kValidation);

  const Assigned largest = world_.assign(me_, input(kMaxFrameToAgent - 17 * 1024));
  EXPECT_LT(std::get<AssignFrame>(largest.outcome.messages[0].frame).text({}, world_.now).size(),
            kMaxFrameToAgent);
}

TEST_P(Assign, RefusesWhatIsNotBuilt) {
  for (const char* more : {R"(,"hooks":[{"kind":"CLEANUP","hash":"h"}])"}) {
    EXPECT_EQ(outcome(action(more)), base::code::kNotImplemented) << more;
  }
  for (const char* more : {R"(,"hooks":[],"dependencies":[],"notBefore":null)"}) {
    EXPECT_EQ(outcome(action(more)), "ok") << more;
  }
}

TEST_P(Assign, RunsItsHooksAsChildren) {
  const std::string hash = world_.text("select hash from action where key = 'sub'");
  const auto hooked = [&](const std::string& wanted) {
    return action(R"(,"hooks":[{"kind":"INIT","hash":")" + wanted + "\"}]");
  };
  const Assigned assigned = world_.assign(me_, hooked(hash));
  const std::vector<Json> frames = rekuest_testing::parsed(assigned.outcome);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0]["task"], Json(std::to_string(assigned.task)));
  EXPECT_EQ(frames[1]["interface"], Json("sub"));
  EXPECT_EQ(frames[1]["parent"], frames[0]["task"]);
  EXPECT_EQ(frames[1]["args"].dump(), R"({"task":")" + std::to_string(assigned.task) + "\"}");
  // The agent did not ask for it over its socket, and hears nothing of its progress there.
  world_.database().write([&](sql::Writer& writer) {
    TaskLedger ledger(writer, world_.now);
    EXPECT_EQ(ledger.find(std::stoll(frames[1]["task"].as_string()))->requester, 0);
  });

  EXPECT_EQ(outcome(hooked("nothing")), base::code::kNotFound);
  EXPECT_EQ(world_.number("select count(*) from task"), 2) << "all of it or nothing";
}

TEST_P(Assign, NeedsArgumentsThatAreAnObject) {
  EXPECT_EQ(outcome(R"({"agent":")" + here_ + R"(","interface":"add","args":[1]})"), base::code::kValidation);
  EXPECT_EQ(outcome(R"({"agent":")" + here_ + R"(","interface":"add"})"), base::code::kValidation);
}

TEST_P(Assign, AsksForAStateOnlyOfAgentsThatCheckIt) {
  const std::string requires_state =
      action(R"(,"stateRequires":[{"state":"pos","path":"/x","operator":"EQUALS","value":1.0}])");
  const Assigned assigned = world_.assign(me_, requires_state);
  EXPECT_EQ(rekuest_testing::parsed(assigned.outcome.messages[0])["state_requires"].dump(),
            R"([{"state":"pos","path":"/x","operator":"EQUALS","value":1.0}])");

  world_.database().write([](sql::Writer& writer) { writer.execute("update agent set features = '[]'"); });
  EXPECT_EQ(outcome(requires_state), base::code::kValidation);
}

TEST_P(Assign, SharesCommitsAmongManyCallers) {
  constexpr int kTasks = 100;
  schema::AssignInput input;
  input.agent = entity::Id{here_};
  input.interface = "add";
  input.args = Json::object();
  const AssignRequest request = AssignRequest::read(me_, std::move(input), world_.now);
  const std::uint64_t before = world_.database().stats().commits;
  std::atomic<int> failed = 0;
  {
    sql_testing::HeldWriter held(world_.database());
    for (int i = 0; i < kTasks; ++i) {
      world_.database().write_async([&request](sql::Writer& writer) { assign_task(writer, request); },
                                    [&failed](std::exception_ptr error) { failed += error ? 1 : 0; });
    }
  }
  world_.database().write([](sql::Writer&) {});  // after all of them
  const std::uint64_t commits = world_.database().stats().commits - before;
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(world_.number("select count(*) from task"), kTasks);
  EXPECT_LE(commits, kTasks / 10u);
}

}  // namespace
}  // namespace rekuest
