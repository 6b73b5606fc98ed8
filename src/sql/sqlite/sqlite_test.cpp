// What only the embedded database promises.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "sql/testing/databases.h"

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

class SqliteTest : public testing::Test {
 protected:
  std::int64_t number(std::string sql) {
    std::int64_t found = 0;
    database_->read(Snapshot::kSingle, [&](Reader& reader) { found = reader.query(sql).integer(0, 0); });
    return found;
  }

  sql_testing::FreshDatabase fresh_{Dialect::kSqlite};
  std::unique_ptr<Database> database_ = fresh_.open();
};

TEST_F(SqliteTest, ASecondOpeningIsRefusedAndSaysWho) {
  try {
    fresh_.open();
    FAIL() << "opened twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), base::code::kUnavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("process " + std::to_string(getpid())));
  }
}

TEST_F(SqliteTest, AnotherProcessSeesTheLockUntilTheDatabaseIsClosed) {
  const std::string attempt = "flock --nonblock " + fresh_.sqlite_options().file + ".lock true";
  EXPECT_NE(std::system(attempt.c_str()), 0);
  database_.reset();
  EXPECT_EQ(std::system(attempt.c_str()), 0);
}

TEST_F(SqliteTest, SavepointsAreUndoneFromMemory) {
  std::int64_t where = 0;
  database_->write([&](Writer& writer) { where = writer.query("pragma temp_store").integer(0, 0); });
  EXPECT_EQ(where, 2);
}

TEST_F(SqliteTest, FilesAreReadableByTheirOwnerOnly) {
  database_->execute_script("create table t (a bigint)");
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(fresh_.sqlite_options().file).parent_path())) {
    struct stat info{};
    ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 077, 0u) << entry.path();
  }
}

TEST_F(SqliteTest, WaitsForTheDiskAndChecksForeignKeys) {
  database_->write([](Writer& writer) {
    EXPECT_EQ(writer.query("pragma synchronous").integer(0, 0), 2);
    EXPECT_EQ(writer.query("pragma journal_mode").text(0, 0), "wal");
    EXPECT_EQ(writer.query("pragma foreign_keys").integer(0, 0), 1);
    EXPECT_EQ(writer.query("pragma wal_autocheckpoint").integer(0, 0), 0);
  });
}

TEST_F(SqliteTest, AFullDiskFailsTheBodyAndKeepsTheOthersOfItsGroup) {
  database_->execute_script("create table t (a text)");
  database_->write([](Writer& writer) { writer.query("pragma max_page_count = 20"); });
  sql_testing::HeldWriter held(*database_);
  std::vector<std::string> codes(3);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string text(i == 1 ? 1'000'000 : 10, 'x');
    database_->write_async([text](Writer& writer) { writer.execute("insert into t values ($1)", {text}); },
                           [&codes, i](std::exception_ptr error) {
                             codes[i] = code_of([&] {
                               if (error) std::rethrow_exception(error);
                             });
                           });
  }
  held.release();
  EXPECT_EQ(code_of([&] {
              database_->write(
                  [](Writer& w) { w.execute("insert into t values ($1)", {std::string(1'000'000, 'y')}); });
            }),
            base::code::kUnavailable);
  EXPECT_THAT(codes, testing::ElementsAre("no error", base::code::kUnavailable, "no error"));
  EXPECT_EQ(number("select count(*) from t"), 2);

  database_->write([](Writer& writer) { writer.query("pragma max_page_count = 100000"); });
  database_->write([](Writer& w) { w.execute("insert into t values ($1)", {std::string(1'000'000, 'z')}); });
  EXPECT_EQ(number("select count(*) from t"), 3);
}

TEST_F(SqliteTest, AReadThatIsTooOldIsStopped) {
  database_.reset();
  SqliteOptions options = fresh_.sqlite_options();
  options.read_age = std::chrono::milliseconds(20);
  database_ = open_sqlite(options);
  const std::string endless =
      "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
  EXPECT_EQ(code_of([&] { number(endless); }), base::code::kUnavailable);
  EXPECT_EQ(number("select 1"), 1) << "the connection goes on";
}

TEST_F(SqliteTest, TheLogIsMovedIntoTheFileWhileItGrowsAndAtTheEnd) {
  database_->execute_script("create table t (a text)");
  const std::string file = fresh_.sqlite_options().file;
  const auto log_size = [&] { return std::filesystem::file_size(file + "-wal"); };
  std::uintmax_t written = 0;
  while (written < 2'000'000'000 && (written < 60'000'000 || log_size() >= written / 2)) {
    database_->write(
        [](Writer& w) { w.execute("insert into t values ($1)", {std::string(1'000'000, 'x')}); });
    written += 1'000'000;
  }
  EXPECT_LT(log_size(), written / 2);
  database_.reset();
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
  EXPECT_GT(std::filesystem::file_size(file), written);
}

TEST_F(SqliteTest, MatchesRegularExpressions) {
  EXPECT_EQ(number("select regex_matches('^b.*e$', 'b\nlue', 0)"), 1);
  EXPECT_EQ(number("select regex_matches('BLUE', 'blue', 0)"), 0);
  EXPECT_EQ(number("select regex_matches('BLUE', 'blue', 1)"), 1);
  EXPECT_EQ(number("select regex_matches('x', null, 1) is null"), 1);
  EXPECT_EQ(number("with p(a, i) as (values ('b', 0), ('B', 0), ('B', 1)) select sum(regex_matches(a, 'b', "
                   "i)) from p"),
            2);
  EXPECT_EQ(code_of([&] { number("select regex_matches('(', 'x', 0)"); }), base::code::kValidation);
}

TEST(Sqlite, RefusesWhatIsNoFileOfItsOwn) {
  EXPECT_EQ(code_of([] { open_sqlite({.file = ":memory:"}); }), base::code::kInternal);
  EXPECT_EQ(code_of([] { open_sqlite({.file = "/nowhere/at/all.sqlite"}); }), base::code::kUnavailable);
  sql_testing::FreshDatabase fresh(Dialect::kSqlite);
  std::ofstream(fresh.sqlite_options().file) << std::string(10'000, 'x');
  EXPECT_EQ(code_of([&] { fresh.open(); }), base::code::kInternal) << "a damaged file";
}

}  // namespace
}  // namespace sql
