#include "sql/testing/databases.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sql/testing/postgres_server.h"

namespace sql_testing {
namespace {

std::string fresh_folder() {
  std::string folder = (std::filesystem::temp_directory_path() / "arkitektd-test-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("Cannot make a folder like " + folder);
  return folder;
}

/// Unique also among test processes that share ARKITEKTD_TEST_POSTGRES.
std::string fresh_schema() {
  static std::atomic<int> number{0};
  return "test_" + std::to_string(getpid()) + "_" + std::to_string(++number);
}

}  // namespace

FreshDatabase::FreshDatabase(sql::Dialect dialect)
    : dialect_(dialect), place_(dialect == sql::Dialect::kSqlite ? fresh_folder() : fresh_schema()) {}

FreshDatabase::~FreshDatabase() {
  try {
    if (dialect_ == sql::Dialect::kSqlite) {
      std::filesystem::remove_all(place_);
    } else {
      sql::open_postgres({.uri = postgres_uri(), .connections = 1, .schema = ""})
          ->execute_script("drop schema if exists \"" + place_ + "\" cascade");
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "Removing the test's database " << place_ << ": " << error.what();
  }
}

std::unique_ptr<sql::Database> FreshDatabase::open() const {
  return dialect_ == sql::Dialect::kSqlite ? sql::open_sqlite(sqlite_options())
                                           : sql::open_postgres(postgres_options());
}

sql::SqliteOptions FreshDatabase::sqlite_options() const { return {.file = place_ + "/database.sqlite"}; }

sql::PostgresOptions FreshDatabase::postgres_options() const {
  return {.uri = postgres_uri(), .connections = 4, .schema = place_};
}

HeldWriter::HeldWriter(sql::Database& database) {
  const auto started = std::make_shared<std::promise<void>>();
  const std::shared_future<void> released = released_.get_future().share();
  database.write_async(
      [started, released](sql::Writer&) {
        started->set_value();
        released.wait();
      },
      nullptr);
  started->get_future().wait();
}

void HeldWriter::release() {
  if (std::exchange(holding_, false)) released_.set_value();
}

std::string dialect_name(const testing::TestParamInfo<sql::Dialect>& info) {
  return info.param == sql::Dialect::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace sql_testing
