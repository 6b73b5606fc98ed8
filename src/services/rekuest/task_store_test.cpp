#include "services/rekuest/task_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;

TEST(TaskEventKind, EndsATaskForSevenKinds) {
  for (const char* kind : {"COMPLETED", "FAILED", "CRITICAL", "CANCELLED", "INTERRUPTED", "LOST", "DENIED"}) {
    EXPECT_TRUE(is_terminal(kind)) << kind;
  }
  for (const char* kind : {"QUEUED", "STARTED", "CANCELLING", "INTERRUPTING", "PAUSED", "LATE_REPORT", ""}) {
    EXPECT_FALSE(is_terminal(kind)) << kind;
  }
}

class TaskStore : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// What `body` does with a ledger, stored.
  std::vector<TaskNotice> change(const std::function<void(TaskLedger&)>& body) {
    std::vector<TaskNotice> notices;
    world_.database().write([&](sql::Writer& writer) {
      TaskLedger ledger(writer, world_.now);
      body(ledger);
      notices = ledger.store();
    });
    return notices;
  }
  TaskState state() {
    TaskState found;
    change([&](TaskLedger& ledger) { found = *ledger.find(task_); });
    return found;
  }
  TaskNotice append(const NewEvent& event, Speaker speaker) {
    return change([&](TaskLedger& ledger) { ledger.append(*ledger.find(task_), event, speaker); }).front();
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t task_ = world_.task(me_, agent_);
};
INSTANTIATE_TEST_SUITE_P(Both, TaskStore, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(TaskStore, ReadsWhatDecisionsNeed) {
  const TaskState task = state();
  EXPECT_EQ(task.organization, me_->rows.organization);
  EXPECT_EQ(task.agent, agent_.agent.agent);
  EXPECT_EQ(task.person, me_->rows.user);
  EXPECT_TRUE(task.is_root());
  EXPECT_FALSE(task.done);
  EXPECT_FALSE(task.reported);
  EXPECT_EQ(task.latest_kind, "QUEUED");
}

TEST_P(TaskStore, HasNoTaskOfAnotherOrganization) {
  change([&](TaskLedger& ledger) {
    EXPECT_EQ(ledger.task_of(task_, me_->rows.organization).id, task_);
    EXPECT_EQ(ledger.find(4711), nullptr);
    for (const auto& [id, organization] :
         {std::pair{task_, me_->rows.organization + 1}, {task_ + 100, me_->rows.organization}}) {
      try {
        ledger.task_of(id, organization);
        ADD_FAILURE();
      } catch (const base::Error& error) {
        EXPECT_EQ(error.code(), base::code::kNotFound);
      }
    }
  });
}

TEST_P(TaskStore, TellsOfAnEventAsItIsStored) {
  NewEvent event;
  event.kind = "YIELD";
  event.returns = R"({"r":1.0})";
  const TaskNotice notice = append(event, Speaker::kAgent);

  EXPECT_EQ(notice.task->caller, state().caller);
  EXPECT_TRUE(notice.task->is_root());
  EXPECT_TRUE(notice.last);
  EXPECT_FALSE(notice.created);
  const Json event_change = notice.event->change();
  EXPECT_EQ(event_change["id"], Json(world_.number("select max(id) from task_event")));
  EXPECT_EQ(event_change["task"], Json(task_));
  EXPECT_EQ(event_change["kind"], Json("YIELD"));
  EXPECT_EQ(event_change["returns"].dump(), R"({"r":1.0})");
  EXPECT_TRUE(event_change["message"].is_null());
  EXPECT_EQ(event_change["created_at"], Json(world_.now));
}

TEST_P(TaskStore, KeepsFromTheFeedsAValueThatWouldBreakThem) {
  NewEvent event;
  event.kind = "EFFECT";
  event.value = "\"" + std::string(kMaxFeedValue, 'x') + "\"";
  EXPECT_TRUE(append(event, Speaker::kAgent).event->change()["value"].is_null());
  EXPECT_EQ(world_.text("select value from task_event where kind = 'EFFECT'"), *event.value);
}

TEST_P(TaskStore, CountsTheTasksRevisions) {
  const std::int64_t before = world_.number("select revision from task");
  NewEvent event;
  event.kind = "LOG";
  world_.now += 5;
  append(event, Speaker::kAgent);
  EXPECT_EQ(world_.number("select revision from task"), before + 1);
  EXPECT_EQ(world_.number("select updated_at from task"), world_.now);
}

TEST_P(TaskStore, RemembersThatTheAgentSpokeOnlyIfItDid) {
  NewEvent event;
  event.kind = "CANCELLING";
  append(event, Speaker::kServer);
  EXPECT_FALSE(state().reported);
  event.kind = "LOG";
  append(event, Speaker::kAgent);
  EXPECT_TRUE(state().reported);
  event.kind = "PAUSING";
  append(event, Speaker::kServer);
  EXPECT_TRUE(state().reported);
}

TEST_P(TaskStore, KeepsTheTimeOfTheEnd) {
  NewEvent event;
  event.kind = "COMPLETED";
  append(event, Speaker::kAgent);
  const std::int64_t end = world_.now;
  world_.now += 1000;
  event.kind = "LATE_REPORT";
  append(event, Speaker::kAgent);
  EXPECT_EQ(world_.number("select finished_at from task"), end);
  EXPECT_TRUE(state().done);
}

TEST_P(TaskStore, KeepsTheLastMessageAndReturnsUntilThereAreNewOnes) {
  NewEvent progress;
  progress.kind = "PROGRESS";
  progress.message = "half";
  progress.progress = 50;
  append(progress, Speaker::kAgent);
  NewEvent result;
  result.kind = "YIELD";
  result.returns = "{}";
  append(result, Speaker::kAgent);
  NewEvent log;
  log.kind = "LOG";
  log.message = "chatter";
  append(log, Speaker::kAgent);
  NewEvent end;
  end.kind = "COMPLETED";
  append(end, Speaker::kAgent);

  EXPECT_EQ(world_.text("select latest_message from task"), "half");
  EXPECT_EQ(world_.number("select latest_progress from task"), 50);
  EXPECT_EQ(world_.text("select latest_returns from task"), "{}");
}

TEST_P(TaskStore, WritesABurstOfReportsTogetherAndInOrder) {
  const sql::Stats before = world_.database().stats();
  const std::vector<TaskNotice> notices = change([&](TaskLedger& ledger) {
    TaskState& task = *ledger.find(task_);
    for (int percent = 0; percent < 73; ++percent) {
      NewEvent event;
      event.kind = "PROGRESS";
      event.progress = percent;
      event.message = "at " + std::to_string(percent);
      ledger.append(task, event, Speaker::kAgent);
    }
  });
  // The task's row, 64, 8 and 1 events, the row again.
  EXPECT_EQ(world_.database().stats().statements - before.statements, 5u);

  for (const TaskNotice& notice : notices) {
    EXPECT_EQ(world_.number("select progress from task_event where id = $1", {notice.event->id}),
              notice.event->event.progress);
  }
  EXPECT_TRUE(std::is_sorted(notices.begin(), notices.end(), [](const TaskNotice& a, const TaskNotice& b) {
    return a.event->id < b.event->id;
  }));
  EXPECT_EQ(world_.number("select revision from task"), 73);
  EXPECT_EQ(world_.text("select latest_message from task"), "at 72");
}

TEST_P(TaskStore, NotesWhatWasAskedForAndByWhom) {
  change([&](TaskLedger& ledger) {
    TaskState& task = *ledger.find(task_);
    ledger.instruct(task, "PAUSE", task.caller);
    ledger.instruct(task, "RESUME", std::nullopt);
  });
  EXPECT_EQ(world_.joined("select kind from task_instruct order by id"), "ASSIGN PAUSE RESUME");
  EXPECT_EQ(world_.joined("select caller_id from task_instruct where kind = 'RESUME'"), "null");
  EXPECT_EQ(world_.text("select latest_instruct_kind from task"), "RESUME");
}

TEST_P(TaskStore, TimesOfEventsAreInTheOrderOfTheirIds) {
  world_.now += 1000;
  append(event_of_kind("STARTED"), Speaker::kAgent);
  world_.now -= 900;
  append(event_of_kind("COMPLETED"), Speaker::kAgent);
  EXPECT_EQ(world_.joined("select kind from task_event order by created_at, id"), "QUEUED STARTED COMPLETED");
  EXPECT_EQ(world_.number("select finished_at - created_at from task"), 1000);
}

TEST_P(TaskStore, TellsOfANewTaskAsItsRowIs) {
  const Assigned assigned = world_.assign(
      me_, R"({"interface":"add","args":{},"agent":")" + std::to_string(agent_.agent.agent) + "\"}");
  const Json change = assigned.outcome.notices.front().task->change();
  const sql::Rows row = world_.rows(
      "select id, reference, latest_event_kind, latest_instruct_kind, action_id, implementation_id, agent_id,"
      " created_at, updated_at, revision from task where id = $1",
      {assigned.task});
  const char* const kMembers[] = {"id",
                                  "reference",
                                  "latest_event_kind",
                                  "latest_instruct_kind",
                                  "action",
                                  "implementation",
                                  "agent",
                                  "created_at",
                                  "updated_at",
                                  "revision"};
  for (std::size_t column = 0; column < std::size(kMembers); ++column) {
    const Json& member = change[kMembers[column]];
    EXPECT_EQ(member.is_string() ? member.as_string() : member.number_text(), row.text(0, column))
        << kMembers[column];
  }
  EXPECT_EQ(change["is_done"], Json(false));
  EXPECT_TRUE(change["root"].is_null());
  EXPECT_TRUE(change["finished_at"].is_null());
}

}  // namespace
}  // namespace rekuest
