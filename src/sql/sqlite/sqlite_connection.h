// One SQLite connection.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>

#include "sql/connection.h"
#include "sql/statement_cache.h"

namespace sql {

struct CloseSqlite {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;

enum class SqliteMode { kRead, kWrite };

/// Opens the file with the settings every connection shares. Throws
/// Error(kUnavailable).
SqliteHandle open_sqlite_handle(const std::string& file, SqliteMode mode);

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(const std::string& file, SqliteMode mode, std::chrono::milliseconds read_age);

  Dialect dialect() const override { return Dialect::kSqlite; }
  std::vector<Outcome> run(std::span<const Query> queries) override;
  void begin_read(Database::Snapshot snapshot) override;
  void end_read() noexcept override;
  void begin_write() override;
  bool commit() override;
  void notify(std::span<const Notification>) override {}
  void rollback() noexcept override;
  void savepoint() override;
  void release_savepoint() override;
  void rollback_to_savepoint() override;
  bool in_transaction() const override { return sqlite3_get_autocommit(handle_.get()) == 0; }
  void run_script(std::string_view script) override;
  bool usable() override { return usable_; }

  /// The raw connection, for settings that concern the file.
  sqlite3* handle() const { return handle_.get(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  static int stop_if_too_old(void* connection);
  sqlite3_stmt* prepared(std::string_view sql);
  void bind(sqlite3_stmt* statement, int number, const Value& value);
  Outcome run_one(const Query& query);
  void control(std::string_view sql);

  SqliteHandle handle_;
  const std::chrono::milliseconds read_age_;
  Clock::time_point read_until_ = Clock::time_point::max();
  bool usable_ = true;
  bool touched_ = false;  ///< a statement ran in this transaction
  StatementCache<Statement> statements_;
};

}  // namespace sql
