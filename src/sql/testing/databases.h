// Databases for tests: every test of the data layer runs on both.
//
//   class Folders : public testing::TestWithParam<sql::Dialect> {
//     sql_testing::FreshDatabase fresh_{GetParam()};
//     std::unique_ptr<sql::Database> database_ = fresh_.open();
//   };
//   INSTANTIATE_TEST_SUITE_P(Both, Folders, sql_testing::kBothDatabases, sql_testing::dialect_name);
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "sql/database.h"

namespace sql_testing {

/// An empty database of its own: a SQLite file in a temporary folder, or a
/// schema on the test process's PostgreSQL (postgres_server.h). Removed at
/// destruction, so the databases it opened must be closed by then.
class FreshDatabase {
 public:
  explicit FreshDatabase(sql::Dialect dialect);
  ~FreshDatabase();
  FreshDatabase(const FreshDatabase&) = delete;
  FreshDatabase& operator=(const FreshDatabase&) = delete;

  /// Opens it; again after closing, to see what a restart keeps.
  std::unique_ptr<sql::Database> open() const;

  /// For tests of one dialect's options.
  sql::SqliteOptions sqlite_options() const;
  sql::PostgresOptions postgres_options() const;

 private:
  sql::Dialect dialect_;
  std::string place_;  ///< the folder or the schema
};

/// Holds the writer in a body of its own, so that what is queued meanwhile
/// becomes one group. Released by its destruction at the latest.
class HeldWriter {
 public:
  explicit HeldWriter(sql::Database& database);
  ~HeldWriter() { release(); }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  void release();

 private:
  std::promise<void> released_;
  bool holding_ = true;
};

inline const auto kBothDatabases = testing::Values(sql::Dialect::kSqlite, sql::Dialect::kPostgres);

/// `Sqlite` or `Postgres`, as a test's suffix.
std::string dialect_name(const testing::TestParamInfo<sql::Dialect>& info);

}  // namespace sql_testing
