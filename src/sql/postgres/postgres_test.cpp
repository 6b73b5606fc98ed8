// What only PostgreSQL can do to us: other processes, lost connections.
#include <gmock/gmock.h>

#include <future>
#include <latch>
#include <thread>

#include "base/error.h"
#include "sql/testing/databases.h"
#include "sql/testing/postgres_server.h"

namespace sql {
namespace {

using base::Error;
using Snapshot = Database::Snapshot;

std::string code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return "no error";
}

class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    database_->execute_script(
        "create table t (id bigint primary key, a bigint); insert into t values (1, 0), (2, 0)");
  }

  /// Ends all other sessions that use this schema.
  static void kill_backend(std::int64_t process) {
    const auto other = open_postgres({.uri = sql_testing::postgres_uri(), .connections = 1, .schema = ""});
    other->write(
        [&](Writer& writer) { writer.query("select pg_terminate_backend($1::int, 5000)", {process}); });
  }

  static std::int64_t process_of(Reader& reader) {
    return reader.query("select pg_backend_pid()").integer(0, 0);
  }

  std::int64_t number(std::string sql) {
    std::int64_t found = 0;
    database_->read(Snapshot::kSingle, [&](Reader& reader) { found = reader.query(sql).integer(0, 0); });
    return found;
  }

  sql_testing::FreshDatabase fresh_{Dialect::kPostgres};
  std::unique_ptr<Database> database_ = fresh_.open();
};

TEST_F(PostgresTest, AReadWhoseConnectionIsKilledFailsAndTheNextOneWorks) {
  EXPECT_EQ(code_of([&] {
              database_->read(Snapshot::kConsistent, [](Reader& reader) {
                const std::int64_t process = process_of(reader);
                std::thread([process] { kill_backend(process); }).join();
                reader.query("select 1");
              });
            }),
            base::code::kUnavailable);
  EXPECT_EQ(number("select 1"), 1);
}

TEST_F(PostgresTest, AWriteWhoseConnectionIsKilledChangesNothingAndTheNextOneWorks) {
  bool acted = false;
  EXPECT_EQ(code_of([&] {
              database_->write([&](Writer& writer) {
                writer.after_commit([&] { acted = true; });
                writer.execute("update t set a = 1");
                const std::int64_t process = process_of(writer);
                std::thread([process] { kill_backend(process); }).join();
                writer.execute("update t set a = 2");
              });
            }),
            base::code::kUnavailable);
  EXPECT_FALSE(acted);
  EXPECT_EQ(number("select sum(a) from t"), 0);
  database_->write([](Writer& writer) { writer.execute("update t set a = 3"); });
  EXPECT_EQ(number("select sum(a) from t"), 6);
}

TEST_F(PostgresTest, AConnectionKilledBeforeTheCommitFailsTheWrite) {
  EXPECT_EQ(code_of([&] {
              database_->write([&](Writer& writer) {
                writer.execute("update t set a = 1");
                const std::int64_t process = process_of(writer);
                std::thread([process] { kill_backend(process); }).join();
              });
            }),
            base::code::kUnavailable);
  EXPECT_EQ(number("select sum(a) from t"), 0);
}

TEST_F(PostgresTest, ConnectionsKilledWhileIdleAreReplacedUnnoticed) {
  std::int64_t reader_process = 0, writer_process = 0;
  database_->read(Snapshot::kConsistent, [&](Reader& reader) { reader_process = process_of(reader); });
  database_->write([&](Writer& writer) { writer_process = process_of(writer); });
  kill_backend(reader_process);
  kill_backend(writer_process);
  EXPECT_EQ(number("select 1"), 1);
  database_->write([](Writer& writer) { EXPECT_EQ(writer.execute("update t set a = 1"), 2); });
}

TEST_F(PostgresTest, DeadlockedBodiesRunAgain) {
  const auto other = fresh_.open();
  std::latch both_hold_one(2);
  std::atomic<int> runs{0};
  const auto cross = [&](std::int64_t first, std::int64_t second) {
    return [&, first, second, waited = std::make_shared<bool>(false)](Writer& writer) {
      ++runs;
      writer.execute("update t set a = a + 1 where id = $1", {first});
      if (!std::exchange(*waited, true)) both_hold_one.arrive_and_wait();
      writer.execute("update t set a = a + 1 where id = $1", {second});
    };
  };
  auto there = std::async(std::launch::async, [&] { other->write(cross(2, 1)); });
  database_->write(cross(1, 2));
  there.get();
  EXPECT_EQ(number("select sum(a) from t"), 4);
  EXPECT_GT(runs, 2);
}

TEST_F(PostgresTest, GivesUpOnABodyThatAlwaysCollides) {
  int runs = 0;
  EXPECT_EQ(code_of([&] {
              database_->write([&](Writer& writer) {
                ++runs;
                writer.execute("do $$ begin raise exception 'collision' using errcode = '40001'; end $$");
              });
            }),
            base::code::kUnavailable);
  EXPECT_EQ(runs, 4);
}

TEST_F(PostgresTest, AStatementThatTakesTooLongIsStopped) {
  database_.reset();
  PostgresOptions options = fresh_.postgres_options();
  options.statement_timeout = std::chrono::milliseconds(50);
  database_ = open_postgres(options);
  EXPECT_EQ(code_of([&] { number("select 1 from pg_sleep(30)"); }), base::code::kUnavailable);
  EXPECT_EQ(number("select 1"), 1);
  database_->execute_script("select pg_sleep(0.2)");
}

TEST_F(PostgresTest, ReadsOfOneBatchBeginAndEndWithoutTripsOfTheirOwn) {
  database_->read(Snapshot::kConsistent, [](Reader& reader) {
    EXPECT_EQ(reader.query("show transaction_isolation").text(0, 0), "repeatable read");
    EXPECT_EQ(reader.query("show transaction_read_only").text(0, 0), "on");
  });
  database_->read(Snapshot::kSingle, [](Reader& reader) {
    EXPECT_EQ(reader.query("show transaction_isolation").text(0, 0), "read committed");
  });
}

TEST_F(PostgresTest, MoreThreadsThanConnectionsWaitTheirTurn) {
  std::vector<std::thread> threads;
  std::atomic<int> answered{0};
  for (int thread = 0; thread < 12; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) answered += number("select 1 from pg_sleep(0.001)") == 1 ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, 240);
  EXPECT_LE(number("select count(*) from pg_stat_activity where application_name = 'arkitektd'"), 4 + 2);
}

TEST_F(PostgresTest, SchemasAreSeparate) {
  sql_testing::FreshDatabase elsewhere(Dialect::kPostgres);
  const auto other = elsewhere.open();
  EXPECT_EQ(code_of([&] { other->execute_script("insert into t values (9, 9)"); }), base::code::kInternal);
}

TEST(Postgres, AnUnreachableServerSaysWhatToDo) {
  try {
    open_postgres({.uri = "host=/nowhere dbname=x", .schema = ""});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), base::code::kUnavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("Check that the server is running"));
  }
}

TEST(Postgres, AConnectionStringThatCannotBeReadIsNotQuoted) {
  for (const char* uri : {"host=db password='secret", "secret", "postgresql://a:b@db/x?secret=1"}) {
    try {
      open_postgres({.uri = uri, .schema = ""});
      ADD_FAILURE() << uri;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), base::code::kValidation);
      EXPECT_THAT(error.message(), testing::Not(testing::HasSubstr("secret")));
    }
  }
}

}  // namespace
}  // namespace sql
