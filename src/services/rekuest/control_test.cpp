#include "services/rekuest/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/fate.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ControlTask : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  std::vector<std::string> pending() {
    agent_ = world_.connect(me_);
    return rekuest_testing::names(world_.backlog(agent_.backlog));
  }
  std::string refusal(const rekuest_testing::Who& who, Control what, std::int64_t task) {
    try {
      world_.control(who, what, task);
      return "ok";
    } catch (const base::Error& error) {
      return std::string(error.code());
    }
  }
  std::int64_t begun_task() {
    const std::int64_t task = world_.task(me_, agent_);
    world_.report(agent_, {task_report("STARTED", ++position_, task)});
    return task;
  }
  void set_parent(std::int64_t child, std::int64_t parent) {
    world_.database().write([&](sql::Writer& writer) {
      writer.execute("update task set parent_id = $2, root_id = $2 where id = $1", {child, parent});
    });
  }

  /// As if it had been assigned to an agent that was away.
  void made_after_it_left(std::int64_t task) {
    world_.database().write([&](sql::Writer& writer) {
      writer.execute("update task set created_at = $2 where id = $1", {task, world_.now + 1});
    });
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t position_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, ControlTask, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(ControlTask, AsksTheAgentAndWaitsForItsWord) {
  struct Case {
    Control control;
    const char* frame;
    const char* event;
  };
  for (const auto& [control, frame, event] :
       {Case{Control::kCancel, "CANCEL", "CANCELLING"},
        Case{Control::kInterrupt, "INTERRUPT", "INTERRUPTING"}, Case{Control::kPause, "PAUSE", "PAUSING"},
        Case{Control::kResume, "RESUME", "RESUMING"}}) {
    SCOPED_TRACE(frame);
    const std::int64_t task = begun_task();
    const Outcome controlled = world_.control(me_, control, task);

    ASSERT_THAT(controlled.messages, SizeIs(1));
    EXPECT_EQ(controlled.messages[0].agent, agent_.agent.agent);
    const Json sent = rekuest_testing::parsed(controlled.messages[0]);
    EXPECT_EQ(sent["type"], Json(frame));
    EXPECT_EQ(sent["task"], Json(std::to_string(task)));
    EXPECT_EQ(world_.events(task), std::string("QUEUED STARTED ") + event);
    EXPECT_EQ(world_.latest(task), event);
    EXPECT_EQ(world_.number("select is_done from task where id = $1", {task}), 0);
    EXPECT_EQ(world_.text("select latest_instruct_kind from task where id = $1", {task}), frame);
    ASSERT_THAT(controlled.notices, SizeIs(1));
    EXPECT_EQ(controlled.notices[0].event->event.kind, event);
  }
}

TEST_P(ControlTask, EndsWithTheAgentsConfirmation) {
  const std::int64_t task = begun_task();
  world_.control(me_, Control::kCancel, task);
  world_.report(agent_, {task_report("CANCELLED", ++position_, task)});
  EXPECT_EQ(world_.events(task), "QUEUED STARTED CANCELLING CANCELLED");
}

TEST_P(ControlTask, EndsATaskNoAgentHasHeardOfAtOnce) {
  for (const auto& [control, events] : {std::pair{Control::kCancel, "QUEUED CANCELLING CANCELLED"},
                                        {Control::kInterrupt, "QUEUED INTERRUPTING INTERRUPTED"}}) {
    agent_ = world_.connect(me_);
    const std::int64_t task = world_.task(me_, agent_);
    world_.disconnect(agent_);
    made_after_it_left(task);
    const Outcome controlled = world_.control(me_, control, task);
    EXPECT_THAT(controlled.messages, IsEmpty());
    EXPECT_THAT(controlled.notices, SizeIs(2));
    EXPECT_EQ(world_.events(task), events);
    EXPECT_EQ(world_.number("select is_done from task where id = $1", {task}), 1);
  }
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_P(ControlTask, WaitsForAnAgentThatIsAwayButHadBegun) {
  const std::int64_t task = begun_task();
  world_.disconnect(agent_);
  EXPECT_THAT(world_.control(me_, Control::kCancel, task).messages, SizeIs(1));
  EXPECT_EQ(world_.latest(task), "CANCELLING");
  EXPECT_THAT(pending(), ElementsAre("CANCEL " + std::to_string(task)));
}

// It may have been sent the task and begun, and only its report is still to come.
TEST_P(ControlTask, WaitsForAnAgentThatMayHaveHeardOfTheTask) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.disconnect(agent_);
  world_.control(me_, Control::kCancel, task);
  EXPECT_EQ(world_.events(task), "QUEUED CANCELLING");

  const std::string id = std::to_string(task);
  EXPECT_THAT(pending(), ElementsAre("ASSIGN " + id, "CANCEL " + id));
  world_.report(agent_,
                {task_report("STARTED", ++position_, task), task_report("CANCELLED", ++position_, task)});
  EXPECT_EQ(world_.events(task), "QUEUED CANCELLING STARTED CANCELLED");
}

TEST_P(ControlTask, ACancelledTaskEndsWithTheProcessThatNeverBeganIt) {
  const std::int64_t cancelled = world_.task(me_, agent_);
  const std::int64_t wanted = world_.task(me_, agent_);
  world_.disconnect(agent_);
  world_.control(me_, Control::kCancel, cancelled);

  const Registered next = world_.connect(me_, "s2");
  const JournalOutcome outcome = world_.report(
      next, {rekuest_testing::numbered("SESSION_INIT", 1, R"(,"session_id":"s2","states":{})", "s2")});
  EXPECT_EQ(world_.events(cancelled), "QUEUED CANCELLING CANCELLED");
  EXPECT_EQ(world_.events(wanted), "QUEUED");
  EXPECT_THAT(rekuest_testing::names(world_.backlog(outcome.backlog)),
              ElementsAre("ASSIGN " + std::to_string(wanted)));
}

TEST_P(ControlTask, ACancelledTaskEndsWhenItsAgentStaysAway) {
  const std::int64_t cancelled = world_.task(me_, agent_);
  const std::int64_t wanted = world_.task(me_, agent_);
  world_.disconnect(agent_);
  world_.control(me_, Control::kInterrupt, cancelled);
  world_.database().write([&](sql::Writer& writer) {
    Outcome out;
    decide_overdue_fates(writer, world_.now, world_.now, out);
    EXPECT_THAT(out.notices, IsEmpty());
    decide_overdue_fates(writer, world_.now + 1, world_.now, out);
    EXPECT_THAT(out.notices, SizeIs(1));
  });
  EXPECT_EQ(world_.events(cancelled), "QUEUED INTERRUPTING INTERRUPTED");
  EXPECT_EQ(world_.events(wanted), "QUEUED");
}

TEST_P(ControlTask, DoesNotEndATaskThatIsOnlyPausedBeforeItIsHeardOf) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.disconnect(agent_);
  made_after_it_left(task);
  world_.control(me_, Control::kPause, task);
  EXPECT_EQ(world_.events(task), "QUEUED PAUSING");
}

TEST_P(ControlTask, RefusesATaskThatHasEnded) {
  const std::int64_t task = world_.task(me_, agent_);
  world_.report(agent_, rekuest_testing::whole_task(task, 1));
  const std::string before = world_.events(task);
  for (const Control control : {Control::kCancel, Control::kInterrupt, Control::kPause, Control::kResume}) {
    EXPECT_EQ(refusal(me_, control, task), base::code::kValidation);
  }
  EXPECT_EQ(world_.events(task), before);
  EXPECT_EQ(world_.joined("select kind from task_instruct"), "ASSIGN");
}

TEST_P(ControlTask, ObeysOnlyTheUserATaskRunsFor) {
  const std::int64_t task = begun_task();
  EXPECT_EQ(refusal(world_.identity("client", "u-2"), Control::kCancel, task), base::code::kPermissionDenied);
  EXPECT_EQ(refusal(world_.identity("client", "u-1", "elsewhere"), Control::kCancel, task),
            base::code::kNotFound);
  EXPECT_EQ(refusal(me_, Control::kCancel, 4711), base::code::kNotFound);
  EXPECT_EQ(world_.events(task), "QUEUED STARTED");

  EXPECT_EQ(refusal(world_.identity("phone", "u-1"), Control::kCancel, task), "ok")
      << "the same user elsewhere";
}

TEST_P(ControlTask, AnInterruptReachesEveryOpenDescendant) {
  const Registered other = world_.connect(world_.identity("other"));
  const std::int64_t root = begun_task();
  const std::int64_t child = world_.task(me_, other);
  const std::int64_t grandchild = begun_task();
  const std::int64_t ended = world_.task(me_, agent_);
  world_.report(agent_, {task_report("COMPLETED", ++position_, ended)});
  const std::int64_t stranger = begun_task();
  set_parent(child, root);
  set_parent(grandchild, child);
  set_parent(ended, root);

  const Outcome controlled = world_.control(me_, Control::kInterrupt, root);

  ASSERT_THAT(controlled.messages, SizeIs(3));
  EXPECT_EQ(controlled.messages[1].agent, other.agent.agent);
  for (const std::int64_t task : {root, child, grandchild}) {
    EXPECT_EQ(world_.latest(task), "INTERRUPTING") << task;
  }
  EXPECT_EQ(world_.latest(ended), "COMPLETED");
  EXPECT_EQ(world_.latest(stranger), "STARTED");
}

TEST_P(ControlTask, ACancelStaysWithItsTask) {
  const std::int64_t root = begun_task();
  const std::int64_t child = begun_task();
  set_parent(child, root);
  EXPECT_THAT(world_.control(me_, Control::kCancel, root).messages, SizeIs(1));
  EXPECT_EQ(world_.latest(child), "STARTED");
}

TEST_P(ControlTask, ResumesOneStep) {
  const std::int64_t task = begun_task();
  const Outcome controlled = world_.control(me_, Control::kResume, task, true);
  EXPECT_EQ(rekuest_testing::parsed(controlled.messages.at(0))["step"], Json(true));

  const std::vector<Json> again = world_.backlog(world_.connect(me_).backlog);
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0]["type"], Json("RESUME"));
  EXPECT_EQ(again[0]["step"], Json(true)) << "sent again, it says the same";
}

// The report of the pause was on its way when the task was resumed.
TEST_P(ControlTask, SendsAResumeAgainUntilItIsConfirmed) {
  const std::int64_t task = begun_task();
  world_.control(me_, Control::kPause, task);
  world_.control(me_, Control::kResume, task, true);
  world_.report(agent_, {task_report("PAUSED", ++position_, task)});
  EXPECT_THAT(pending(), ElementsAre("RESUME " + std::to_string(task)));

  world_.report(agent_,
                {task_report("RESUMED", ++position_, task), task_report("PAUSED", ++position_, task)});
  EXPECT_THAT(pending(), IsEmpty());
}

}  // namespace
}  // namespace rekuest
