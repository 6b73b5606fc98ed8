#include "services/rekuest/latest_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/rekuest/feed.h"
#include "services/rekuest/testing/proxy_database.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LatestTask : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// `snapshot TASK: KINDS`, `KIND of TASK`, `TASK begins` or `TASK ends`.
  std::shared_ptr<void> follow(const std::string& interface = "add") {
    return watch_latest(database_, bus_, agent_.agent.agent, interface, [this](Json message) {
      const std::string type = message["__typename"].as_string();
      if (type == "TaskEventChange") {
        heard_.push_back(message["kind"].as_string() + " of " + message["task"].dump());
      } else if (type == "TaskChange") {
        heard_.push_back(message["id"].dump() + (message["is_done"].as_bool() ? " ends" : " begins"));
      } else {
        std::string text = "snapshot " + message["latest"]["id"].dump() + ":";
        for (const Json& event : message["events"].items()) text += " " + event["kind"].as_string();
        heard_.push_back(text);
        implementation_ = message["implementation"];
      }
    });
  }
  void report(const std::string& kind, std::int64_t task, std::string_view more = "") {
    feed_.publish(world_.report(agent_, {task_report(kind, ++position_, task, more)}).told.notices);
  }
  std::int64_t new_task(const std::string& interface = "add") {
    const Assigned assigned =
        world_.assign(me_, R"({"interface":")" + interface + R"(","args":{},"agent":")" +
                               std::to_string(agent_.agent.agent) + "\"}");
    feed_.publish(assigned.outcome.notices);
    return assigned.task;
  }
  static std::string name(std::int64_t task) { return std::to_string(task); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  rekuest_testing::ProxyDatabase database_{world_.database()};
  bus::Bus bus_;
  Feed feed_{database_, bus_};
  std::vector<std::string> heard_;
  Json implementation_;
  std::int64_t position_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, LatestTask, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(LatestTask, BeginsWithWhatItsRecordIsMadeOf) {
  new_task();
  const std::int64_t task = new_task();
  new_task("sub");
  report("STARTED", task);
  report("PROGRESS", task, R"(,"progress":10)");
  report("PROGRESS", task, R"(,"progress":20)");
  report("YIELD", task, R"(,"returns":{"return0":1})");
  report("LOG", task, R"(,"message":"x")");
  auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("snapshot " + name(task) + ": PROGRESS YIELD"));
  report("COMPLETED", task);
  heard_.clear();
  stream = follow();
  EXPECT_THAT(heard_, ElementsAre("snapshot " + name(task) + ": PROGRESS YIELD COMPLETED"));
  EXPECT_EQ(implementation_.as_int64(),
            world_.number("select id from implementation where interface = 'add'"));
}

TEST_P(LatestTask, GoesOnWithProgressResultsAndTheEnd) {
  const std::int64_t task = new_task();
  const auto stream = follow();
  heard_.clear();
  report("STARTED", task);
  report("PROGRESS", task, R"(,"progress":10)");
  report("YIELD", task, R"(,"returns":{"return0":1})");
  report("COMPLETED", task);
  report("LOG", task, R"(,"message":"late")");
  EXPECT_THAT(heard_, ElementsAre("PROGRESS of " + name(task), "YIELD of " + name(task),
                                  "COMPLETED of " + name(task), name(task) + " ends"));
}

TEST_P(LatestTask, ANewerTaskTakesItsPlace) {
  const std::int64_t first = new_task();
  const auto stream = follow();
  heard_.clear();
  const std::int64_t second = new_task();
  new_task("sub");
  EXPECT_THAT(heard_, ElementsAre(name(second) + " begins", "snapshot " + name(second) + ":"));
  heard_.clear();
  report("PROGRESS", first, R"(,"progress":10)");
  report("COMPLETED", first);
  report("PROGRESS", second, R"(,"progress":10)");
  EXPECT_THAT(heard_, ElementsAre(name(first) + " ends", "PROGRESS of " + name(second)));
}

TEST_P(LatestTask, SaysThatItNeverRanAndTellsTheFirst) {
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("snapshot null:"));
  EXPECT_FALSE(implementation_.is_null());
  heard_.clear();
  const std::int64_t task = new_task();
  EXPECT_THAT(heard_, ElementsAre(name(task) + " begins", "snapshot " + name(task) + ":"));
}

TEST_P(LatestTask, NothingFollowsWithoutAnImplementation) {
  const auto stream = follow("nothing");
  EXPECT_THAT(heard_, ElementsAre("snapshot null:"));
  EXPECT_TRUE(implementation_.is_null());
  new_task();
  EXPECT_EQ(heard_.size(), 1U);
}

TEST_P(LatestTask, TellsOnceWhatIsCommittedWhileItReads) {
  const std::int64_t task = new_task();
  bool reading = false;
  // The first read finds the implementation, the second one the task.
  database_.before_read = [&] {
    if (std::exchange(reading, true)) report("PROGRESS", task, R"(,"progress":10)");
  };
  int reads = 0;
  database_.after_read = [&] {
    if (++reads == 2) report("YIELD", task, R"(,"returns":{})");
  };
  const auto stream = follow();
  EXPECT_THAT(heard_, ElementsAre("snapshot " + name(task) + ": PROGRESS", "YIELD of " + name(task)));
}

TEST_P(LatestTask, TellsOnceWhatIsPublishedAfterTheSnapshot) {
  const std::int64_t task = new_task();
  const auto committed = world_.report(agent_, {task_report("COMPLETED", ++position_, task)}).told.notices;
  const auto stream = follow();
  heard_.clear();
  feed_.publish(committed);
  EXPECT_THAT(heard_, IsEmpty());
}

}  // namespace
}  // namespace rekuest
