// Group commit: order, isolation of failures, and what a commit makes durable.
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <latch>
#include <random>
#include <thread>

#include "base/error.h"
#include "sql/testing/databases.h"

namespace sql {
namespace {

using base::Error;
using Snapshot = Database::Snapshot;

std::string code_of(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    return known.code();
  } catch (...) {
    return "another exception";
  }
}

/// Counted by another thread and connection, so only what is committed.
std::int64_t committed_entries(Database& database) {
  return std::async(std::launch::async,
                    [&] {
                      std::int64_t count = 0;
                      database.read(Snapshot::kSingle, [&](Reader& reader) {
                        count = reader.query("select count(*) from entry").integer(0, 0);
                      });
                      return count;
                    })
      .get();
}

class GroupCommit : public testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    database_->execute_script("create table entry (number bigint unique, place bigint)");
  }

  void as_one_group(const std::vector<WriteBody>& bodies, std::vector<std::string>& codes) {
    sql_testing::HeldWriter held(*database_);
    codes.assign(bodies.size(), "");
    std::latch finished(static_cast<std::ptrdiff_t>(bodies.size()));
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      database_->write_async(bodies[i], [&codes, &finished, i](std::exception_ptr error) {
        codes[i] = code_of(error);
        finished.count_down();
      });
    }
    held.release();
    finished.wait();
  }

  static WriteBody add(std::int64_t number) {
    return [number](Writer& writer) {
      writer.execute("insert into entry (number, place) select $1, count(*) from entry", {number});
    };
  }

  std::vector<std::int64_t> numbers() {
    std::vector<std::int64_t> found;
    database_->read(Snapshot::kSingle, [&](Reader& reader) {
      const Rows rows = reader.query("select number from entry order by place");
      for (std::size_t row = 0; row < rows.size(); ++row) found.push_back(rows.integer(row, 0));
    });
    return found;
  }

  sql_testing::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<Database> database_ = fresh_.open();
};

INSTANTIATE_TEST_SUITE_P(Both, GroupCommit, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GroupCommit, SharesOneCommitAndKeepsTheOrderOfTheCalls) {
  std::vector<WriteBody> bodies;
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 100; ++i) {
    bodies.push_back(add(i));
    expected.push_back(i);
  }
  const Stats before = database_->stats();
  std::vector<std::string> codes;
  as_one_group(bodies, codes);
  EXPECT_THAT(codes, testing::Each("no error"));
  EXPECT_EQ(numbers(), expected);
  EXPECT_EQ(database_->stats().commits - before.commits, 1u);
  EXPECT_EQ(database_->stats().writes - before.writes, 101u);
}

TEST_P(GroupCommit, WritesOnTheThreadThatWaitsIfNobodyElseDoes) {
  std::vector<std::thread::id> ran_on;
  const auto noting = [&](Writer& writer) {
    add(1)(writer);
    ran_on.push_back(std::this_thread::get_id());
    EXPECT_THROW(database_->read(Snapshot::kSingle, [](Reader&) {}), Error);
    writer.after_commit([&] {
      ran_on.push_back(std::this_thread::get_id());
      EXPECT_EQ(committed_entries(*database_), 1);
      EXPECT_THROW(database_->write(add(3)), Error);
    });
  };
  // Whoever made the table was told so before that thread's turn was over.
  std::thread::id writes;
  for (int i = 0; writes != std::this_thread::get_id() && i < 2000; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    database_->write([&](Writer&) { writes = std::this_thread::get_id(); });
  }
  database_->write(noting);
  EXPECT_THAT(ran_on, testing::ElementsAre(std::this_thread::get_id(), std::this_thread::get_id()));
  database_->read(Snapshot::kSingle, [](Reader&) {});  // its turn is over

  sql_testing::HeldWriter held(*database_);
  std::future<void> waiting = std::async(std::launch::async, [&] { database_->write(add(2)); });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  EXPECT_EQ(committed_entries(*database_), 1);
  held.release();
  waiting.get();
  EXPECT_THAT(numbers(), testing::ElementsAre(1, 2));
}

TEST_P(GroupCommit, AFailedBodyIsUndoneAlone) {
  std::vector<std::string> codes;
  as_one_group(
      {add(1),
       [](Writer& writer) {
         add(2)(writer);
         throw Error(base::code::kPermissionDenied, "changed my mind");
       },
       add(1), add(3),
       [](Writer& writer) {
         add(4)(writer);
         throw std::runtime_error("a bug");
       },
       [](Writer& writer) { writer.execute("insert into entry (number) values ($1)", {"\xff"}); }, add(5)},
      codes);
  EXPECT_THAT(codes,
              testing::ElementsAre("no error", base::code::kPermissionDenied, base::code::kConflict,
                                   "no error", "another exception", base::code::kValidation, "no error"));
  EXPECT_THAT(numbers(), testing::ElementsAre(1, 3, 5));
}

TEST_P(GroupCommit, ABodyCannotSwallowAFailedStatement) {
  std::vector<std::string> codes;
  as_one_group({add(1),
                [](Writer& writer) {
                  EXPECT_ANY_THROW(add(1)(writer));
                  EXPECT_ANY_THROW(add(2)(writer));
                }},
               codes);
  EXPECT_THAT(codes, testing::ElementsAre("no error", base::code::kConflict));
  EXPECT_THAT(numbers(), testing::ElementsAre(1));
}

TEST_P(GroupCommit, ActionsRunAfterTheCommitAndNeverAfterAFailure) {
  std::vector<std::string> happened;
  std::vector<std::string> codes;
  as_one_group({[&](Writer& writer) {
                  add(1)(writer);
                  writer.after_commit([&] {
                    happened.push_back("first, durable: " + std::to_string(committed_entries(*database_)));
                  });
                },
                [&](Writer& writer) {
                  writer.after_commit([&] { happened.push_back("failed"); });
                  throw std::runtime_error("no");
                },
                [&](Writer& writer) {
                  add(2)(writer);
                  writer.after_commit([&] { happened.push_back("second"); });
                }},
               codes);
  EXPECT_THAT(happened, testing::ElementsAre("first, durable: 2", "second"));
}

TEST_P(GroupCommit, ASucceedingBodySeesTheEarlierOnes) {
  std::int64_t seen = -1;
  std::vector<std::string> codes;
  as_one_group({add(1), add(2),
                [&](Writer& writer) { seen = writer.query("select count(*) from entry").integer(0, 0); }},
               codes);
  EXPECT_EQ(seen, 2);
}

TEST_P(GroupCommit, AWriterThreadNeverWaitsForItself) {
  const auto refused = [&](const std::function<void()>& call) {
    std::exception_ptr error;
    database_->write([&](Writer&) {
      try {
        call();
      } catch (...) {
        error = std::current_exception();
      }
    });
    return code_of(error);
  };
  EXPECT_EQ(refused([&] { database_->write([](Writer&) {}); }), base::code::kInternal);
  EXPECT_EQ(refused([&] { database_->write_async([](Writer&) {}, nullptr); }), base::code::kInternal);
  EXPECT_EQ(refused([&] { database_->read(Snapshot::kSingle, [](Reader&) {}); }), base::code::kInternal);
  EXPECT_EQ(refused([&] { database_->execute_script("select 1"); }), base::code::kInternal);
}

TEST_P(GroupCommit, AThreadHoldingAConnectionNeverTakesASecond) {
  database_->read(Snapshot::kSingle, [&](Reader&) {
    EXPECT_THROW(database_->read(Snapshot::kSingle, [](Reader&) {}), Error);
    EXPECT_THROW(database_->write([](Writer&) {}), Error);
  });
}

TEST_P(GroupCommit, AScriptRunsInItsTurn) {
  sql_testing::HeldWriter held(*database_);
  database_->write_async(add(1), nullptr);
  std::thread script(
      [&] { database_->execute_script("delete from entry; insert into entry values (7, 7)"); });
  held.release();
  script.join();
  database_->write(add(2));
  EXPECT_THAT(numbers(), testing::UnorderedElementsAre(7, 2));
}

TEST_P(GroupCommit, ClosingRunsWhatIsQueued) {
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) {
    database_->write_async(add(i), [&](std::exception_ptr error) { done += error ? 0 : 1; });
  }
  database_.reset();
  EXPECT_EQ(done, 50);
  database_ = fresh_.open();
  EXPECT_EQ(numbers().size(), 50u);
}

TEST_P(GroupCommit, AConstraintCheckedAtCommitFailsOnlyTheBodyThatBrokeIt) {
  database_->execute_script(
      "create table parent (id bigint primary key);"
      "create table child (id bigint references parent(id) deferrable initially deferred)");
  std::vector<std::string> codes;
  as_one_group({add(1), [](Writer& writer) { writer.execute("insert into child values (12)"); }, add(2)},
               codes);
  EXPECT_THAT(codes, testing::ElementsAre("no error", base::code::kConflict, "no error"));
  EXPECT_THAT(numbers(), testing::ElementsAre(1, 2));
}

TEST_P(GroupCommit, ReadersAndWritersOfManyThreadsSeeWholeTransactions) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  database_->execute_script(
      "create table account (id bigint primary key, amount bigint);"
      "insert into account values (0, 100), (1, 100), (2, 100)");
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::atomic<int> torn{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(seed + static_cast<unsigned>(thread));
      for (int round = 0; round < kRounds; ++round) {
        const std::int64_t from = random() % 3, to = random() % 3, amount = random() % 10;
        database_->write([&](Writer& writer) {
          writer.execute("update account set amount = amount - $1 where id = $2", {amount, from});
          writer.execute("update account set amount = amount + $1 where id = $2", {amount, to});
        });
        database_->read(Snapshot::kConsistent, [&](Reader& reader) {
          std::int64_t sum = 0;
          for (const std::int64_t id : {0, 1, 2}) {
            sum += reader.query("select amount from account where id = $1", {id}).integer(0, 0);
          }
          torn += sum == 300 ? 0 : 1;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(database_->stats().writes, static_cast<std::uint64_t>(kThreads * kRounds));
}

}  // namespace
}  // namespace sql
