#include "sql/sqlite/sqlite_connection.h"

#include "sql/parameters.h"
#include "sql/sqlite/sqlite_error.h"
#include "sql/sqlite/sqlite_functions.h"
#include "sql/statement_text.h"

namespace sql {
namespace {

constexpr int kBusyMilliseconds = 10'000;
/// Instructions of SQLite's machine between two looks at the clock.
constexpr int kInstructionsPerCheck = 10'000;

void check(sqlite3* database, int code) {
  if (code != SQLITE_OK) throw sqlite_error(database, code);
}

void run_pragmas(sqlite3* database, const char* pragmas) {
  check(database, sqlite3_exec(database, pragmas, nullptr, nullptr, nullptr));
}

/// After a successful prepare: nothing but space may follow the statement.
bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n;") == std::string_view::npos; }

Rows collect(sqlite3* database, sqlite3_stmt* statement) {
  int code = sqlite3_step(statement);
  const int columns = sqlite3_column_count(statement);  // after the step: it may have prepared anew
  Rows rows(static_cast<std::size_t>(columns));
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
    for (int column = 0; column < columns; ++column) {
      switch (sqlite3_column_type(statement, column)) {
        case SQLITE_NULL:
          rows.add_null();
          break;
        case SQLITE_INTEGER:
          rows.add(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
          break;
        case SQLITE_FLOAT:
          rows.add(sqlite3_column_double(statement, column));
          break;
        default: {
          const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
          rows.add(std::string_view(text == nullptr ? "" : text,
                                    static_cast<std::size_t>(sqlite3_column_bytes(statement, column))));
        }
      }
    }
  }
  if (code != SQLITE_DONE) throw sqlite_error(database, sqlite3_extended_errcode(database));
  return rows;
}

}  // namespace

SqliteHandle open_sqlite_handle(const std::string& file, SqliteMode mode) {
  const int access = mode == SqliteMode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  SqliteHandle handle(raw);
  check(raw, code);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // As PostgreSQL: "x" is a name and never text, `like` minds case.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  run_pragmas(raw, "pragma mmap_size = 0; pragma trusted_schema = off; pragma case_sensitive_like = on;");
  add_functions(raw);
  return handle;
}

SqliteConnection::SqliteConnection(const std::string& file, SqliteMode mode,
                                   std::chrono::milliseconds read_age)
    : handle_(open_sqlite_handle(file, mode)), read_age_(read_age) {
  sqlite3* database = handle_.get();
  if (mode == SqliteMode::kRead) {
    run_pragmas(database, "pragma cache_size = -1024;");
    sqlite3_progress_handler(database, kInstructionsPerCheck, stop_if_too_old, this);
    return;
  }
  // `temp_store`: what savepoints keep to be undone stays in memory. In a
  // temporary file it was written four times as often as the log itself.
  run_pragmas(
      database,
      "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;"
      "pragma temp_store = memory;"
      "pragma cache_size = -2048; pragma wal_autocheckpoint = 0; pragma journal_size_limit = 16777216;");
}

int SqliteConnection::stop_if_too_old(void* connection) {
  return Clock::now() > static_cast<SqliteConnection*>(connection)->read_until_ ? 1 : 0;
}

sqlite3_stmt* SqliteConnection::prepared(std::string_view sql) {
  if (Statement* known = statements_.find(sql)) return known->get();
  const std::string text = statement_text(Dialect::kSqlite, sql);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), text.c_str(), static_cast<int>(text.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  check(handle_.get(), code);
  if (statement == nullptr || !is_blank(rest)) {
    throw DriverError(Failure::kStatement, base::code::kInternal,
                      "A query must be exactly one statement: " + text);
  }
  return statements_.add(sql, std::move(statement), [](Statement&) {}).get();
}

void SqliteConnection::bind(sqlite3_stmt* statement, int number, const Value& value) {
  const auto bind_text = [&](const std::string& text, sqlite3_destructor_type lifetime) {
    return sqlite3_bind_text64(statement, number, text.data(), text.size(), lifetime, SQLITE_UTF8);
  };
  struct Binder {
    sqlite3_stmt* statement;
    int number;
    decltype(bind_text)& text;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, number); }
    int operator()(std::int64_t whole) const { return sqlite3_bind_int64(statement, number, whole); }
    int operator()(double real) const { return sqlite3_bind_double(statement, number, real); }
    int operator()(const std::string& string) const {
      return text(string, SQLITE_STATIC);
    }  // the query outlives the run
    int operator()(const Ids& ids) const { return text(json_array(ids), SQLITE_TRANSIENT); }
    int operator()(const Texts& texts) const { return text(json_array(texts), SQLITE_TRANSIENT); }
  };
  check(handle_.get(), std::visit(Binder{statement, number, bind_text}, value));
}

Connection::Outcome SqliteConnection::run_one(const Query& query) {
  if (Clock::now() > read_until_) throw sqlite_error(nullptr, SQLITE_INTERRUPT);
  sqlite3* database = handle_.get();
  sqlite3_stmt* statement = prepared(query.sql);
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  } const reset{statement};

  const auto wanted = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (wanted != query.parameters.size()) {
    throw DriverError(Failure::kStatement, base::code::kInternal,
                      fmt::format("The statement wants {} parameters and got {}: {}", wanted,
                                  query.parameters.size(), query.sql));
  }
  for (std::size_t i = 0; i < wanted; ++i) bind(statement, static_cast<int>(i + 1), query.parameters[i]);

  const std::int64_t before = sqlite3_total_changes64(database);
  Outcome outcome;
  outcome.rows = collect(database, statement);
  // sqlite3_changes keeps its value over statements that change nothing.
  if (sqlite3_total_changes64(database) != before) outcome.changed = sqlite3_changes64(database);
  return outcome;
}

std::vector<Connection::Outcome> SqliteConnection::run(std::span<const Query> queries) {
  touched_ = true;
  std::vector<Outcome> outcomes;
  outcomes.reserve(queries.size());
  for (const Query& query : queries) {
    try {
      outcomes.push_back(run_one(query));
    } catch (...) {
      outcomes.emplace_back().error = std::current_exception();
    }
  }
  return outcomes;
}

void SqliteConnection::control(std::string_view sql) {
  sqlite3_stmt* statement = prepared(sql);
  sqlite3_step(statement);
  check(handle_.get(), sqlite3_reset(statement));
}

void SqliteConnection::begin_read(Database::Snapshot snapshot) {
  read_until_ = Clock::now() + read_age_;
  if (snapshot == Database::Snapshot::kConsistent) control("begin");
}

void SqliteConnection::end_read() noexcept {
  read_until_ = Clock::time_point::max();
  rollback();
}

void SqliteConnection::begin_write() {
  touched_ = false;
  control("begin immediate");
}

bool SqliteConnection::commit() {
  control("commit");
  return touched_;
}

void SqliteConnection::rollback() noexcept {
  if (!in_transaction()) return;
  try {
    control("rollback");
  } catch (const base::Error&) {
    usable_ = false;
  }
}

void SqliteConnection::savepoint() { control("savepoint body"); }
void SqliteConnection::release_savepoint() { control("release body"); }

void SqliteConnection::rollback_to_savepoint() {
  control("rollback to body");
  control("release body");
}

void SqliteConnection::run_script(std::string_view script) {
  control("begin immediate");
  const int code = sqlite3_exec(handle_.get(), std::string(script).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    const DriverError error = sqlite_error(handle_.get(), code);
    rollback();
    throw error;
  }
  try {
    control("commit");
  } catch (const base::Error&) {
    rollback();
    throw;
  }
}

}  // namespace sql
