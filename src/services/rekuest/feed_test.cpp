#include "services/rekuest/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/clock.h"
#include "services/rekuest/testing/proxy_database.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TaskFeed : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  std::shared_ptr<void> follow() {
    return feed_.my_tasks(caller_, [this](Json change) {
      const Json& event = change["event"];
      heard_.push_back(event.is_object() ? event["kind"].as_string() : "create");
      if (event.is_object()) ids_.push_back(event["id"].as_int64().value_or(0));
    });
  }
  void report(const Json& frame) { feed_.publish(world_.report(agent_, {frame}).told.notices); }
  std::int64_t new_task(const rekuest_testing::Who& who) {
    const Assigned assigned = world_.assign(
        who, R"({"interface":"add","args":{},"agent":")" + std::to_string(agent_.agent.agent) + "\"}");
    feed_.publish(assigned.outcome.notices);
    return assigned.task;
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  const std::int64_t begin_ = world_.now = base::now_micros();
  Registered agent_ = world_.connect(me_);
  rekuest_testing::ProxyDatabase database_{world_.database()};
  bus::Bus bus_;
  Feed feed_{database_, bus_};
  std::int64_t task_ = new_task(me_);
  std::int64_t caller_ = world_.number("select caller_id from task");
  std::vector<std::string> heard_;
  std::vector<std::int64_t> ids_;
};
INSTANTIATE_TEST_SUITE_P(Both, TaskFeed, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(TaskFeed, TellsTheLastSecondsAndThenGoesOn) {
  report(task_report("STARTED", 1, task_));
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("QUEUED", "STARTED"));
  report(task_report("COMPLETED", 2, task_));
  EXPECT_THAT(heard_, ElementsAre("QUEUED", "STARTED", "COMPLETED"));
  EXPECT_TRUE(std::is_sorted(ids_.begin(), ids_.end()));
}

TEST_P(TaskFeed, TellsOnceWhatIsCommittedWhileItReadsThePast) {
  database_.before_read = [this] { report(task_report("STARTED", 1, task_)); };
  database_.after_read = [this] { report(task_report("COMPLETED", 2, task_)); };
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("QUEUED", "STARTED", "COMPLETED"));
}

TEST_P(TaskFeed, TellsOnceWhatIsPublishedAfterThePastWasTold) {
  const std::vector<TaskNotice> committed =
      world_.report(agent_, {task_report("STARTED", 1, task_)}).told.notices;
  const auto stream = follow();
  feed_.publish(committed);
  EXPECT_THAT(heard_, ElementsAre("QUEUED", "STARTED"));
}

TEST_P(TaskFeed, TellsOfNewTasks) {
  const auto stream = follow();
  heard_.clear();
  new_task(me_);
  EXPECT_THAT(heard_, ElementsAre("create", "QUEUED"));
}

TEST_P(TaskFeed, LeavesOutWhatWasLongAgo) {
  world_.database().write([](sql::Writer& writer) {
    writer.execute("update task_event set created_at = created_at - 60000000");
  });
  report(task_report("STARTED", 1, task_));
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("STARTED")) << "an open task's last seconds only";

  report(task_report("COMPLETED", 2, task_));
  world_.database().write(
      [](sql::Writer& writer) { writer.execute("update task set finished_at = finished_at - 60000000"); });
  heard_.clear();
  const auto later = follow();
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_P(TaskFeed, TellsEachCallerOfItsOwnTasks) {
  const auto stream = follow();
  heard_.clear();
  new_task(world_.identity("other"));
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_P(TaskFeed, SaysNothingOfChildTasks) {
  const std::int64_t child = new_task(me_);
  world_.database().write([&](sql::Writer& writer) {
    writer.execute("update task set parent_id = $1, root_id = $1 where id = $2", {task_, child});
  });
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("QUEUED"));
  report(task_report("STARTED", 1, child));
  EXPECT_THAT(heard_, ElementsAre("QUEUED"));
}

TEST_P(TaskFeed, EndsWithItsStream) {
  auto stream = follow();
  stream.reset();
  heard_.clear();
  report(task_report("STARTED", 1, task_));
  EXPECT_THAT(heard_, IsEmpty());
}

}  // namespace
}  // namespace rekuest
