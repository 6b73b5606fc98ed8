#include "services/rekuest/task_store.h"

#include <gtest/gtest.h>

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
  TaskState state() {
    TaskState found;
    world_.database().read(sql::Database::Snapshot::kConsistent,
                           [&](sql::Reader& reader) { found = *find_task(reader, task_); });
    return found;
  }
  TaskNotice append(const NewEvent& event, bool from_agent) {
    TaskNotice notice;
    world_.database().write([&](sql::Writer& writer) {
      TaskState task = *find_task(writer, task_);
      notice = append_event(writer, task, event, world_.now, from_agent);
    });
    return notice;
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
  EXPECT_EQ(task.caller_user, me_->rows.user);
  EXPECT_TRUE(task.root);
  EXPECT_FALSE(task.done);
  EXPECT_FALSE(task.reported);
  EXPECT_EQ(task.latest_kind, "QUEUED");
}

TEST_P(TaskStore, HasNoTaskOfAnotherOrganization) {
  world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    EXPECT_EQ(task_of(reader, task_, me_->rows.organization).id, task_);
    EXPECT_FALSE(find_task(reader, 4711));
    for (const auto& [id, organization] :
         {std::pair{task_, me_->rows.organization + 1}, {task_ + 100, me_->rows.organization}}) {
      try {
        task_of(reader, id, organization);
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
  const TaskNotice notice = append(event, true);

  EXPECT_EQ(notice.caller, state().caller);
  EXPECT_TRUE(notice.root);
  EXPECT_TRUE(notice.create.is_null());
  EXPECT_EQ(notice.event["id"], Json(world_.number("select max(id) from task_event")));
  EXPECT_EQ(notice.event["task"], Json(task_));
  EXPECT_EQ(notice.event["kind"], Json("YIELD"));
  EXPECT_EQ(notice.event["returns"].dump(), R"({"r":1.0})");
  EXPECT_TRUE(notice.event["message"].is_null());
  EXPECT_EQ(notice.event["created_at"], Json(world_.now));
}

TEST_P(TaskStore, CountsTheTasksRevisions) {
  const std::int64_t before = world_.number("select revision from task");
  NewEvent event;
  event.kind = "LOG";
  world_.now += 5;
  append(event, true);
  EXPECT_EQ(world_.number("select revision from task"), before + 1);
  EXPECT_EQ(world_.number("select updated_at from task"), world_.now);
}

TEST_P(TaskStore, RemembersThatTheAgentSpokeOnlyIfItDid) {
  NewEvent event;
  event.kind = "CANCELLING";
  append(event, false);
  EXPECT_FALSE(state().reported);
  event.kind = "LOG";
  append(event, true);
  EXPECT_TRUE(state().reported);
  event.kind = "PAUSING";
  append(event, false);
  EXPECT_TRUE(state().reported);
}

TEST_P(TaskStore, KeepsTheTimeOfTheEnd) {
  NewEvent event;
  event.kind = "COMPLETED";
  append(event, true);
  const std::int64_t end = world_.now;
  world_.now += 1000;
  event.kind = "LATE_REPORT";
  append(event, true);
  EXPECT_EQ(world_.number("select finished_at from task"), end);
  EXPECT_TRUE(state().done);
}

TEST_P(TaskStore, KeepsTheLastMessageAndReturnsUntilThereAreNewOnes) {
  NewEvent progress;
  progress.kind = "PROGRESS";
  progress.message = "half";
  progress.progress = 50;
  append(progress, true);
  NewEvent result;
  result.kind = "YIELD";
  result.returns = "{}";
  append(result, true);
  NewEvent log;
  log.kind = "LOG";
  log.message = "chatter";
  append(log, true);
  NewEvent end;
  end.kind = "COMPLETED";
  append(end, true);

  EXPECT_EQ(world_.text("select latest_message from task"), "half");
  EXPECT_EQ(world_.number("select latest_progress from task"), 50);
  EXPECT_EQ(world_.text("select latest_returns from task"), "{}");
}

TEST_P(TaskStore, NotesWhatWasAskedForAndByWhom) {
  world_.database().write([&](sql::Writer& writer) {
    const TaskState task = *find_task(writer, task_);
    append_instruct(writer, task, "PAUSE", task.caller, world_.now);
    append_instruct(writer, task, "RESUME", std::nullopt, world_.now);
  });
  EXPECT_EQ(world_.joined("select kind from task_instruct order by id"), "ASSIGN PAUSE RESUME");
  EXPECT_EQ(world_.joined("select caller_id from task_instruct where kind = 'RESUME'"), "null");
  EXPECT_EQ(world_.text("select latest_instruct_kind from task"), "RESUME");
}

TEST_P(TaskStore, TellsOfATaskByItsRow) {
  Json change;
  world_.database().read(sql::Database::Snapshot::kSingle,
                         [&](sql::Reader& reader) { change = task_change(reader, task_); });
  EXPECT_EQ(change["id"], Json(task_));
  EXPECT_EQ(change["agent"], Json(agent_.agent.agent));
  EXPECT_EQ(change["is_done"], Json(false));
  EXPECT_EQ(change["latest_event_kind"], Json("QUEUED"));
  EXPECT_EQ(change["latest_instruct_kind"], Json("ASSIGN"));
  EXPECT_TRUE(change["root"].is_null());
  EXPECT_TRUE(change["finished_at"].is_null());
}

}  // namespace
}  // namespace rekuest
