#include "services/rekuest/state_feed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/testing/proxy_database.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StateFeeds : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  StateFeeds() {
    call_.organization = me_->rows.organization;
    send({init(R"({"pos":{"x":0}})")});
  }

  Json init(const std::string& states, const std::string& session = "s1") {
    return numbered("SESSION_INIT", ++position_,
                    fmt::format(R"(,"session_id":"{}","states":{})", session, states), session);
  }
  Json patch(int revision, const std::string& session = "s1") {
    return numbered("STATE_PATCH", ++position_,
                    fmt::format(R"(,"session_id":"{0}","state_name":"pos","global_rev":{1},"ts":1.5,)"
                                R"("op":"replace","path":"/x","value":{1})",
                                session, revision),
                    session);
  }
  void send(const std::vector<Json>& frames) { feed_.publish(world_.report(agent_, frames).told.states); }

  /// `snapshot 0 {"x":0}` or `patch 1 /x`.
  void hear(const Json& event) {
    const std::string revision = event["global_revision"].dump();
    if (event["__typename"] == Json("StatePatchEvent")) {
      heard_.push_back("patch " + revision + " " + event["path"].as_string());
    } else {
      heard_.push_back("snapshot " + revision + " " +
                       (event.find("values") != nullptr ? event["values"] : event["value"]).dump());
    }
  }
  std::shared_ptr<void> watch_state() {
    schema::SubscriptionWatchStateArguments in;
    in.agent_id = entity::Id{std::to_string(agent_.agent.agent)};
    in.interface = "pos";
    return feed_.watch_state(call_, in, [this](const Json& event) { hear(event); });
  }
  std::shared_ptr<void> watch_agent() {
    return feed_.watch_agent(call_, {std::to_string(agent_.agent.agent)},
                             [this](const Json& event) { hear(event); });
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  rekuest_testing::ProxyDatabase database_{world_.database()};
  bus::Bus bus_;
  StateFeed feed_{database_, bus_};
  entity::Call call_;
  std::int64_t position_ = 0;
  std::vector<std::string> heard_;
};
INSTANTIATE_TEST_SUITE_P(Both, StateFeeds, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(StateFeeds, BeginsWithTheValueAndGoesOnWithPatches) {
  send({patch(1)});
  const auto stream = watch_state();
  send({patch(2), patch(3)});
  EXPECT_THAT(heard_, ElementsAre(R"(snapshot 1 {"x":1})", "patch 2 /x", "patch 3 /x"));
}

TEST_P(StateFeeds, TellsOnceWhatIsCommittedWhileItReads) {
  int reads = 0;
  database_.before_read = [&] {
    if (++reads == 2) send({patch(1), patch(2)});
  };
  database_.after_read = [&] {
    if (reads == 2) send({patch(3)});
  };
  const auto stream = watch_state();
  EXPECT_THAT(heard_, ElementsAre(R"(snapshot 2 {"x":2})", "patch 3 /x"));
}

TEST_P(StateFeeds, APatchThatTheSnapshotBeforeItContainedIsToldOnce) {
  const Json snapshot = numbered("STATE_SNAPSHOT", ++position_,
                                 R"(,"session_id":"s1","global_rev":1,"snapshots":{"pos":{"x":1}})");
  {
    const auto stream = watch_state();
    send({snapshot});
    send({patch(1)});
    EXPECT_THAT(heard_, ElementsAre(R"(snapshot 0 {"x":0})", "patch 1 /x"));
  }
  heard_.clear();
  const auto later = watch_state();
  EXPECT_THAT(heard_, ElementsAre(R"(snapshot 1 {"x":1})"));
}

TEST_P(StateFeeds, ANewProcessIsANewSnapshot) {
  const auto state = watch_state();
  const auto agent = watch_agent();
  heard_.clear();
  send({init(R"({"pos":{"x":9}})", "s2"), patch(1, "s2")});
  send({patch(7, "s1")});
  EXPECT_THAT(heard_, ::testing::UnorderedElementsAre(R"(snapshot 0 {"x":9})", "patch 1 /x",
                                                      R"(snapshot 0 {"pos":{"x":9}})", "patch 1 /x"));
}

TEST_P(StateFeeds, WatchesAWholeAgent) {
  send({patch(1)});
  int reads = 0;
  database_.after_read = [&] {
    if (++reads == 2) send({patch(2)});
  };
  const auto stream = watch_agent();
  send({patch(3)});
  EXPECT_THAT(heard_, ElementsAre(R"(snapshot 1 {"pos":{"x":1}})", "patch 2 /x", "patch 3 /x"));
}

TEST_P(StateFeeds, TellsThatAStateChanged) {
  const std::int64_t state = world_.number("select id from state");
  std::vector<std::int64_t> ids;
  const auto stream = feed_.updates(call_, {std::to_string(state)},
                                    [&](const Json& id) { ids.push_back(id.as_int64().value()); });
  send({patch(1), patch(2)});
  EXPECT_THAT(ids, ElementsAre(state)) << "once a commit";
}

TEST_P(StateFeeds, EndsWithItsHandleAndShowsNothingToOthers) {
  watch_state().reset();
  heard_.clear();
  send({patch(1)});
  EXPECT_THAT(heard_, IsEmpty());
  call_.organization = 4711;
  EXPECT_THROW(watch_state(), base::Error);
  EXPECT_THROW(watch_agent(), base::Error);
  EXPECT_THROW(feed_.updates(call_, {world_.text("select id from state")}, [](const Json&) {}), base::Error);
}

}  // namespace
}  // namespace rekuest
