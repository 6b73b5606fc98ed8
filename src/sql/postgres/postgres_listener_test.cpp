// Hearing of what other processes commit. Two Databases on one schema stand for two processes.
#include "sql/postgres/postgres_listener.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "base/error.h"
#include "sql/testing/databases.h"
#include "sql/testing/postgres_server.h"

namespace sql {
namespace {

using base::Error;
using testing::ElementsAre;

/// What a listener was called with: payloads, and "(resumed)".
class Heard {
 public:
  std::unique_ptr<Listener> on(Database& database, std::string_view channel) {
    return database.listen(
        channel,
        [this](std::string_view payload, bool is_own) {
          add((is_own ? "own: " : "") + std::string(payload));
        },
        [this] { add("(resumed)"); });
  }
  /// Once there are so many, or after 10 s.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [&] { return calls_.size() >= count; });
    return calls_;
  }

 private:
  void add(std::string call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> calls_;
};

class PostgresListenerTest : public testing::Test {
 protected:
  static void notify(Database& database, std::string_view payload, std::string_view channel = "tasks") {
    database.write([&](Writer& writer) { writer.notify(channel, payload); });
  }

  /// Ends the sessions that listen in this schema.
  void kill_listeners() {
    const std::string schema = fresh_.postgres_options().schema;
    there_->execute_script(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where query = 'listen \"" + schema +
        ".tasks\"'");
  }

  sql_testing::FreshDatabase fresh_{Dialect::kPostgres};
  std::unique_ptr<Database> here_ = fresh_.open();
  std::unique_ptr<Database> there_ = fresh_.open();
  Heard heard_;
};

TEST_F(PostgresListenerTest, HearsOthersInTheOrderOfTheirCommits) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  std::vector<std::string> expected = {"(resumed)"};
  for (int i = 0; i < 200; ++i) {
    notify(*there_, std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  EXPECT_EQ(heard_.wait_for(expected.size()), expected);
}

TEST_F(PostgresListenerTest, HearsAWholeGroupInTheOrderOfItsBodies) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  {
    sql_testing::HeldWriter held(*there_);
    for (const char* payload : {"a", "b", "c"}) {
      there_->write_async([payload](Writer& writer) { writer.notify("tasks", payload); }, nullptr);
    }
  }
  EXPECT_THAT(heard_.wait_for(4), ElementsAre("(resumed)", "a", "b", "c"));
}

TEST_F(PostgresListenerTest, SaysWhatThisDatabaseSentItself) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  notify(*here_, "first");
  notify(*there_, "other");
  notify(*here_, "last");
  EXPECT_THAT(heard_.wait_for(4), ElementsAre("(resumed)", "own: first", "other", "own: last"));
}

TEST_F(PostgresListenerTest, AnotherChannelOrSchemaIsNotHeard) {
  const sql_testing::FreshDatabase elsewhere(Dialect::kPostgres);
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  notify(*elsewhere.open(), "another schema");
  notify(*there_, "another channel", "agents");
  notify(*there_, "heard");
  EXPECT_THAT(heard_.wait_for(2), ElementsAre("(resumed)", "heard"));
}

TEST_F(PostgresListenerTest, NothingIsHeardOfABodyThatFailed) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  EXPECT_THROW(there_->write([](Writer& writer) {
    writer.notify("tasks", "undone");
    throw Error(base::code::kConflict, "no");
  }),
               Error);
  notify(*there_, "done");
  EXPECT_THAT(heard_.wait_for(2), ElementsAre("(resumed)", "done"));
}

TEST_F(PostgresListenerTest, WhatIsHeardCanBeRead) {
  here_->execute_script("create table t (a bigint)");
  std::promise<void> listening;
  std::promise<std::int64_t> rows;
  const auto count = [&](std::string_view, bool) {
    here_->read(Database::Snapshot::kSingle, [&](Reader& reader) {
      rows.set_value(reader.query("select count(*) from t").integer(0, 0));
    });
  };
  const auto listener = here_->listen("tasks", count, [&] { listening.set_value(); });
  listening.get_future().wait();
  there_->write([](Writer& writer) {
    writer.execute("insert into t values (1)");
    writer.notify("tasks", "t");
  });
  EXPECT_EQ(rows.get_future().get(), 1);
}

TEST_F(PostgresListenerTest, GoesOnAfterALostConnectionAndSaysSo) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  for (std::size_t round = 1; round <= 3; ++round) {
    notify(*there_, "before " + std::to_string(round));
    heard_.wait_for(3 * round - 1);
    kill_listeners();
    heard_.wait_for(3 * round);
    notify(*there_, "after " + std::to_string(round));
  }
  EXPECT_THAT(heard_.wait_for(10), ElementsAre("(resumed)", "before 1", "(resumed)", "after 1", "before 2",
                                               "(resumed)", "after 2", "before 3", "(resumed)", "after 3"));
}

TEST_F(PostgresListenerTest, KnowsOwnOnesWhenTheWriterHasConnectedAnew) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  std::int64_t process = 0;
  here_->write([&](Writer& writer) { process = writer.query("select pg_backend_pid()").integer(0, 0); });
  there_->write(
      [&](Writer& writer) { writer.query("select pg_terminate_backend($1::int, 5000)", {process}); });
  notify(*here_, "by another process of the server");
  EXPECT_THAT(heard_.wait_for(2), ElementsAre("(resumed)", "own: by another process of the server"));
}

TEST(PostgresListener, CanBeMadeAndEndedWhileTheServerIsAway) {
  const auto shared = std::make_shared<PostgresShared>(PostgresOptions{.uri = "host=/nowhere", .schema = ""});
  const auto unexpected = [] { ADD_FAILURE() << "There is no server."; };
  const PostgresListener listener(shared, "tasks", [&](std::string_view, bool) { unexpected(); }, unexpected);
}

TEST_F(PostgresListenerTest, PayloadsKeepTheirCharactersUpToTheLimit) {
  const auto listener = heard_.on(*here_, "tasks");
  heard_.wait_for(1);
  const std::string longest(kLongestNotification, 'x');
  notify(*there_, "it's \\ ü \"");
  notify(*there_, "");
  notify(*there_, longest);
  EXPECT_THAT(heard_.wait_for(4), ElementsAre("(resumed)", "it's \\ ü \"", "", longest));
}

class NotifyTest : public testing::TestWithParam<Dialect> {
 protected:
  sql_testing::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<Database> database_ = fresh_.open();
};

INSTANTIATE_TEST_SUITE_P(Both, NotifyTest, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(NotifyTest, RefusesWhatCannotBeSentAndTheBodyIsUndone) {
  database_->execute_script("create table t (a bigint)");
  const std::string too_long(kLongestNotification + 1, 'x');
  for (const std::string& payload : {too_long, std::string("\xff"), std::string("\0", 1)}) {
    EXPECT_THROW(database_->write([&](Writer& writer) {
      writer.execute("insert into t values (1)");
      writer.notify("tasks", payload);
    }),
                 Error);
  }
  database_->read(Database::Snapshot::kSingle,
                  [](Reader& reader) { EXPECT_EQ(reader.query("select count(*) from t").integer(0, 0), 0); });
}

TEST_P(NotifyTest, AddsNoRoundTrip) {
  database_->execute_script("create table t (a bigint)");
  const Stats before = database_->stats();
  database_->write([](Writer& writer) {
    writer.execute("insert into t values (1)");
    writer.notify("tasks", "1");
  });
  EXPECT_EQ(database_->stats().round_trips - before.round_trips, 1u);
}

}  // namespace
}  // namespace sql
