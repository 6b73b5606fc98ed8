#include "services/rekuest/dispatch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "base/error.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Dispatch : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// A task's ASSIGN as its agent is sent it when it comes back.
  Json frame_of(std::int64_t task, const ProvenanceSigner& signer = {}) {
    for (Json& frame : world_.backlog(world_.connect(me_).backlog, signer)) {
      if (frame["task"].as_string() == std::to_string(task)) return std::move(frame);
    }
    throw std::logic_error("The task is not pending.");
  }
  /// What an agent that registers now is sent, as `TYPE task`.
  std::vector<std::string> pending() {
    agent_ = world_.connect(me_);
    return rekuest_testing::names(world_.backlog(agent_.backlog));
  }
  std::string name(const char* type, std::int64_t task) { return type + (" " + std::to_string(task)); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
};
INSTANTIATE_TEST_SUITE_P(Both, Dispatch, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Dispatch, SaysTheSameFromARowAsWhenItWasAssigned) {
  const Assigned assigned = world_.assign(
      me_, R"({"agent":")" + std::to_string(agent_.agent.agent) +
               R"(","interface":"add","capture":true,"step":true,"args":{"b":1.0,"a":"\u00e9"}})");
  Json now = rekuest_testing::parsed(assigned.outcome.messages.front());
  Json later = frame_of(assigned.task);
  now.erase("id");
  later.erase("id");
  EXPECT_EQ(now.dump(), later.dump());
}

TEST_P(Dispatch, SaysAllThatAnAgentNeedsToRunATask) {
  const std::string agent = std::to_string(agent_.agent.agent);
  const Assigned assigned = world_.assign(
      me_, R"({"agent":")" + agent +
               R"(","interface":"add","reference":"ref-1","capture":true,"args":{"b":1.0,"a":1}})");
  const Json frame = frame_of(assigned.task);

  EXPECT_EQ(frame["type"], Json("ASSIGN"));
  EXPECT_EQ(frame["task"], Json(std::to_string(assigned.task)));
  EXPECT_EQ(frame["interface"], Json("add"));
  EXPECT_EQ(frame["args"].dump(), R"({"b":1.0,"a":1})");
  EXPECT_EQ(frame["user"], Json("u-1"));
  EXPECT_EQ(frame["org"], Json("lab"));
  EXPECT_EQ(frame["action"].as_string(), world_.text("select hash from action where key = 'add'"));
  EXPECT_EQ(frame["implementation"].as_string(),
            world_.text("select id from implementation where interface = 'add'"));
  EXPECT_EQ(frame["reference"], Json("ref-1"));
  EXPECT_EQ(frame["capture"], Json(true));
  EXPECT_EQ(frame["step"], Json(false));
  EXPECT_EQ(frame["probe"], Json(false));
  EXPECT_EQ(frame["state_requires"].dump(), "[]");
  for (const char* member : {"root", "parent", "resolution", "message", "token", "resume"}) {
    ASSERT_NE(frame.find(member), nullptr) << member;
    EXPECT_TRUE(frame[member].is_null()) << member;
  }
}

TEST_P(Dispatch, SignsATokenOnlyForImplementationsThatNeedOne) {
  ProvenanceSigner signer;
  signer.key = jose::Key::generate_ed25519("k");
  EXPECT_TRUE(frame_of(world_.task(me_, agent_), signer)["token"].is_string());

  world_.database().write([](sql::Writer& writer) {
    writer.execute("update implementation set needs_token = 0 where interface = 'add'");
  });
  EXPECT_TRUE(frame_of(world_.task(me_, agent_), signer)["token"].is_null());
}

TEST_P(Dispatch, RedeliversWhatTheAgentNeverSpokeOfInOrder) {
  const std::int64_t first = world_.task(me_, agent_);
  const std::int64_t begun = world_.task(me_, agent_);
  const std::int64_t last = world_.task(me_, agent_);
  world_.report(agent_, {task_report("STARTED", 1, begun)});
  EXPECT_THAT(pending(), ElementsAre(name("ASSIGN", first), name("ASSIGN", last)));
}

TEST_P(Dispatch, SendsNothingOfAnotherAgentOrOfAnEndedTask) {
  const Registered other = world_.connect(world_.identity("other"));
  world_.task(me_, other);
  world_.report(agent_, rekuest_testing::whole_task(world_.task(me_, agent_), 1));
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_P(Dispatch, RepeatsEachControlUntilTheAgentConfirmsIt) {
  struct Case {
    Control control;
    const char* frame;
    const char* confirmed;
  };
  std::int64_t position = 0;
  for (const auto& [control, frame, confirmed] :
       {Case{Control::kCancel, "CANCEL", "CANCELLED"}, Case{Control::kInterrupt, "INTERRUPT", "INTERRUPTED"},
        Case{Control::kPause, "PAUSE", "PAUSED"}, Case{Control::kResume, "RESUME", "RESUMED"}}) {
    SCOPED_TRACE(frame);
    const std::int64_t task = world_.task(me_, agent_);
    world_.report(agent_, {task_report("STARTED", ++position, task)});
    if (control == Control::kResume) world_.report(agent_, {task_report("PAUSED", ++position, task)});
    world_.control(me_, control, task);
    EXPECT_THAT(pending(), ElementsAre(name(frame, task)));
    EXPECT_THAT(pending(), ElementsAre(name(frame, task)));

    world_.report(agent_, {task_report(confirmed, ++position, task)});
    EXPECT_THAT(pending(), IsEmpty());
    world_.report(agent_, {task_report("COMPLETED", ++position, task)});
  }
}

TEST_P(Dispatch, RepeatsAControlThatProgressHasOvertaken) {
  std::int64_t position = 0;
  for (const auto& [control, frame] : {std::pair{Control::kCancel, "CANCEL"},
                                       {Control::kInterrupt, "INTERRUPT"},
                                       {Control::kPause, "PAUSE"}}) {
    const std::int64_t task = world_.task(me_, agent_);
    world_.report(agent_, {task_report("STARTED", ++position, task)});
    world_.control(me_, control, task);
    world_.report(agent_, {task_report("PROGRESS", ++position, task, R"(,"progress":10)")});
    EXPECT_THAT(pending(), ElementsAre(name(frame, task)));
    world_.report(agent_, {task_report("COMPLETED", ++position, task)});
  }
}

TEST_P(Dispatch, SendsTheTaskBeforeItsControl) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.control(me_, Control::kCancel, task);
  EXPECT_THAT(pending(), ElementsAre(name("ASSIGN", task), name("CANCEL", task)));
}

}  // namespace
}  // namespace rekuest
