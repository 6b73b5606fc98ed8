#include "services/rekuest/retention.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "services/rekuest/fate.h"
#include "services/rekuest/state_checkout.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::numbered;
using rekuest_testing::task_report;

constexpr std::int64_t kDay = 86'400'000'000;

class Keeping : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// A sweep with 10 days for everything.
  Deleted sweep(RetentionSettings settings = {std::chrono::days(10), std::chrono::days(10)}) {
    Deleted all;
    SweepPoint point;
    while (point.part != SweepPoint::Part::kDone) {
      Deleted deleted;
      SweepPoint next;
      world_.database().write([&](sql::Writer& writer) {
        deleted = {};
        next = sweep_chunk(writer, settings, world_.now, point, deleted);
      });
      chunks_ += 1;
      all += deleted;
      point = next;
    }
    return all;
  }
  std::int64_t count(const std::string& table) { return world_.number("select count(*) from " + table); }
  void days_pass(int days) {
    world_.now += days * kDay;
    world_.database().write(
        [&](sql::Writer& writer) { writer.execute("update agent set last_seen = $1", {world_.now}); });
  }

  void start_app(const std::string& session) {
    world_.disconnect(agent_);
    agent_ = world_.connect(me_, session);
  }

  std::int64_t ended_task(const char* kind = "COMPLETED") {
    const std::int64_t task = world_.task(me_, agent_);
    world_.report(agent_, {task_report("STARTED", ++position_, task), task_report(kind, ++position_, task)});
    return task;
  }
  std::int64_t begun_task() {
    const std::int64_t task = world_.task(me_, agent_);
    world_.report(agent_, {task_report("STARTED", ++position_, task)});
    return task;
  }
  void lose_tasks() {
    world_.database().write([&](sql::Writer& writer) {
      Outcome out;
      decide_fates(writer, agent_.agent.agent, std::numeric_limits<std::int64_t>::max(), "gone", world_.now,
                   out);
    });
  }
  void set_parent(std::int64_t child, std::int64_t parent, std::int64_t root) {
    world_.database().write([&](sql::Writer& writer) {
      writer.execute("update task set parent_id = $2, root_id = $3 where id = $1", {child, parent, root});
    });
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(me_);
  std::int64_t position_ = 0;
  int chunks_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Both, Keeping, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Keeping, DeletesOldTasksWithAllThatBelongsToThem) {
  world_.assign(
      me_, fmt::format(R"({{"agent":"{}","interface":"add","args":{{"image":"7"}}}})", agent_.agent.agent));
  const std::int64_t with_object = world_.number("select max(id) from task");
  world_.report(agent_, {task_report("COMPLETED", ++position_, with_object)});
  ended_task();
  days_pass(11);
  const std::int64_t young = ended_task();
  EXPECT_EQ(count("task_object"), 1);
  EXPECT_EQ(sweep().tasks, 2);
  EXPECT_EQ(world_.joined("select id from task"), std::to_string(young));
  EXPECT_EQ(world_.joined("select distinct task_id from task_event"), std::to_string(young));
  EXPECT_EQ(world_.joined("select task_id from task_instruct"), std::to_string(young));
  EXPECT_EQ(count("task_object"), 0);
}

TEST_P(Keeping, KeepsEverythingUnlessToldOtherwise) {
  ended_task();
  days_pass(10'000);
  EXPECT_EQ(sweep({}).all(), 0);
  EXPECT_EQ(count("task"), 1);
}

TEST_P(Keeping, CountsFromTheEndNotTheBeginning) {
  const std::int64_t task = begun_task();
  days_pass(11);
  world_.report(agent_, {task_report("COMPLETED", ++position_, task)});
  days_pass(9);
  EXPECT_EQ(sweep().tasks, 0);
  days_pass(2);
  EXPECT_EQ(sweep().tasks, 1);
}

TEST_P(Keeping, KeepsATreeWhileAnythingInItIsOpenOrYoung) {
  const std::int64_t root = ended_task();
  const std::int64_t child = ended_task();
  const std::int64_t grandchild = begun_task();
  set_parent(child, root, root);
  set_parent(grandchild, child, root);
  days_pass(100);
  EXPECT_EQ(sweep().tasks, 0);
  world_.report(agent_, {task_report("COMPLETED", ++position_, grandchild)});
  EXPECT_EQ(sweep().tasks, 0) << "it ended just now";
  days_pass(11);
  EXPECT_EQ(sweep().tasks, 3);
  EXPECT_EQ(count("task_event"), 0);
}

TEST_P(Keeping, KeepsALostTaskUntilItsAgentCanNoLongerContradictIt) {
  const std::int64_t task = begun_task();
  world_.now += 1;
  lose_tasks();
  ASSERT_EQ(world_.latest(task), "LOST");
  days_pass(100);
  EXPECT_EQ(sweep().tasks, 0) << "the app may start again and say that it was completed";
  start_app("s2");
  EXPECT_EQ(sweep().tasks, 1);
}

TEST_P(Keeping, ALostTaskWithoutItsAgentIsLikeAnyOther) {
  begun_task();
  lose_tasks();
  world_.database().write([](sql::Writer& writer) { writer.execute("delete from agent"); });
  days_pass(11);
  EXPECT_EQ(count("task"), 1) << "it outlives its agent";
  EXPECT_EQ(sweep().tasks, 1);
}

TEST_P(Keeping, DeletesInChunks) {
  constexpr std::int64_t kMany = 5'000;
  const std::int64_t talkative = ended_task();
  world_.database().write([&](sql::Writer& writer) {
    for (int i = 0; i < kMany; ++i) {
      writer.execute("insert into task_event (task_id, kind, created_at) values ($1, 'PROGRESS', 1)",
                     {talkative});
    }
  });
  for (int i = 0; i < 100; ++i) ended_task();
  const std::int64_t root = ended_task();
  for (int i = 0; i < 100; ++i) set_parent(ended_task(), root, root);
  days_pass(11);
  EXPECT_EQ(sweep().tasks, 202);
  EXPECT_EQ(count("task_event"), 0);
  EXPECT_GT(chunks_, 8);
}

TEST_P(Keeping, ReportsForWhatIsGoneAreAcknowledged) {
  const std::int64_t task = ended_task();
  days_pass(11);
  sweep();
  const auto late = world_.report(
      agent_, {task_report("LOG", 90, task, R"(,"message":"x")"),
               numbered("UNLOCK", 91, R"(,"key":"stage","task":")" + std::to_string(task) + "\"")});
  EXPECT_EQ(late.positions.at("s1"), 91);
}

// --- states -----------------------------------------------------------------

class KeepingStates : public Keeping {
 protected:
  KeepingStates() { add_state_checkout(registry_); }

  void begin(const std::string& session) {
    start_app(session);
    session_ = session;
    position_ = 0;
    revision_ = 0;
    frame("SESSION_INIT", R"(,"states":{"pos":{"x":0}})");
  }
  void frame(const std::string& kind, const std::string& more) {
    world_.report(agent_, {numbered(kind, ++position_, fmt::format(R"(,"session_id":"{}"{})", session_, more),
                                    session_)});
  }
  /// /x becomes the revision; every tenth has a snapshot in front, as agents send it.
  void patches(int count) {
    for (int i = 0; i < count; ++i) {
      revision_ += 1;
      if (revision_ % 10 == 0) {
        frame("STATE_SNAPSHOT",
              fmt::format(R"(,"global_rev":{0},"snapshots":{{"pos":{{"x":{0}}}}})", revision_));
      }
      frame("STATE_PATCH",
            fmt::format(
                R"(,"state_name":"pos","global_rev":{0},"ts":{1},"op":"replace","path":"/x","value":{0})",
                revision_, world_.now / 1'000'000));
    }
  }
  std::string x_at(int revision) {
    entity::Call call;
    call.database = &world_.database();
    call.organization = me_->rows.organization;
    std::string x;
    world_.database().read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      call.reader = &reader;
      x = registry_.answers
              .at("Query.checkout")(
                  call, Json::parse(fmt::format(R"({{"state":"{}","sessionId":"{}","globalRevision":{}}})",
                                                state_, session_, revision)))["value"]["x"]
              .dump();
      call.reader = nullptr;
    });
    return x;
  }

  entity::Registry registry_;
  std::string session_;
  int revision_ = 0;
  const std::int64_t state_ = world_.number("select id from state where interface = 'pos'");
};
INSTANTIATE_TEST_SUITE_P(Both, KeepingStates, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(KeepingStates, RevisionsThatAreKeptCanBePutTogether) {
  begin("s1");
  patches(35);
  days_pass(11);
  patches(7);
  const Deleted deleted = sweep();
  EXPECT_EQ(deleted.snapshots, 3) << "0, 10 and 20";
  EXPECT_EQ(deleted.patches, 30);
  for (int revision = 30; revision <= 42; ++revision) EXPECT_EQ(x_at(revision), std::to_string(revision));
  EXPECT_EQ(x_at(29), "null") << "and nothing wrong in between";
  EXPECT_EQ(sweep().all(), 0);
}

TEST_P(KeepingStates, AnIdleProcessKeepsItsLastSnapshot) {
  begin("s1");
  patches(35);
  days_pass(100);
  EXPECT_EQ(sweep().snapshots, 3);
  EXPECT_EQ(count("snapshot"), 1);
  EXPECT_EQ(x_at(33), "33");
  patches(1);
  EXPECT_EQ(x_at(36), "36");
}

TEST_P(KeepingStates, ProcessesOfLongAgoGoWhole) {
  begin("s1");
  patches(150);
  days_pass(50);
  begin("s2");
  patches(2);
  const Deleted deleted = sweep();
  EXPECT_EQ(deleted.patches, 150);
  EXPECT_EQ(deleted.snapshots, 16);
  EXPECT_EQ(x_at(1), "1");
  EXPECT_EQ(world_.joined("select session_id from session"), "s2");
}

TEST_P(KeepingStates, AnAgentsHistoryGoesAtOnce) {
  begin("s1");
  patches(35);
  delete_history(world_.database(), agent_.agent.agent);
  EXPECT_EQ(count("patch") + count("snapshot"), 0);
}

// --- what nobody can need ---------------------------------------------------

TEST_P(Keeping, ForgetsJournalsThatAreOver) {
  const auto begin = [this](const std::string& session) {
    start_app(session);
    world_.report(agent_, {numbered("SESSION_INIT", 1,
                                    fmt::format(R"(,"session_id":"{}","states":{{}})", session), session)});
  };
  begin("s1");
  days_pass(29);
  begin("s2");
  days_pass(20);
  EXPECT_EQ(sweep({}).all(), 0) << "the later one was heard too soon after it";
  begin("s3");
  days_pass(31);
  const Deleted deleted = sweep({});
  EXPECT_EQ(deleted.positions, 1);
  EXPECT_EQ(deleted.sessions, 1);
  EXPECT_EQ(world_.joined("select journal_session from journal_position order by id"), "s2 s3");
  EXPECT_EQ(world_.joined("select session_id from session order by id"), "s2 s3");
  days_pass(10'000);
  EXPECT_EQ(sweep({}).all(), 0) << "the last ones stay";
}

TEST_P(Keeping, SweepsInTheBackground) {
  ended_task();
  days_pass(11);
  Retention retention(world_.database(), {std::chrono::days(10), {}});
  base::metrics::Registry page;
  retention.count(page);
  retention.sweep(world_.now);
  for (int i = 0; i < 500 && count("task") > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(count("task"), 0);
  world_.database().write([](sql::Writer&) {});
  EXPECT_THAT(page.render(), ::testing::HasSubstr(R"(arkitektd_retention_deleted_total{what="task"} 1)"));
}

}  // namespace
}  // namespace rekuest
