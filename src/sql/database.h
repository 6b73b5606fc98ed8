// Databases: one interface over embedded SQLite and PostgreSQL.
//
// Statements are written once, in lower case, for both:
//   * parameters are $1, $2, ...
//   * `in_ids($1)` compares with an Ids parameter: `where id in_ids($1)`
//   * `in_texts($1)` the same with a Texts parameter; both after `not`, too
//   * true and false are 1 and 0 in integer columns; times are bigint
//     microseconds UTC; JSON is text.
// What differs (lateral joins, collations) is in sql/expressions.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <forward_list>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sql {

enum class Dialect { kSqlite, kPostgres };

struct Ids {
  std::vector<std::int64_t> values;
};
struct Texts {
  std::vector<std::string> values;
};

/// A parameter. Text must be valid UTF-8 without U+0000 and doubles must not be
/// NaN (SQLite would store null): both drivers refuse them with
/// Error(kValidation) before the database sees anything.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Ids, Texts>;

struct Query {
  std::string sql;
  std::vector<Value> parameters;
};

/// The result of one statement. Movable; views stay valid while it lives.
class Rows {
 public:
  std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  bool empty() const { return cells_.empty(); }
  std::size_t columns() const { return columns_; }
  /// What it takes in memory, nearly.
  std::size_t bytes() const { return cells_.capacity() * sizeof(Cell) + bytes_.capacity(); }

  bool is_null(std::size_t row, std::size_t column) const;
  /// Integers, and booleans as 0 or 1. Throws Error(kInternal) on null or text
  /// that is no number.
  std::int64_t integer(std::size_t row, std::size_t column) const;
  double real(std::size_t row, std::size_t column) const;
  /// Any non-null value as text.
  std::string_view text(std::size_t row, std::size_t column) const;

  // For drivers.
  struct Null {};
  struct Slice {
    std::size_t offset, length;
  };
  using Cell = std::variant<Null, std::int64_t, double, Slice>;
  explicit Rows(std::size_t columns = 0) : columns_(columns) {}
  void add_null() { cells_.push_back(Null{}); }
  void add(std::int64_t value) { cells_.push_back(value); }
  void add(double value) { cells_.push_back(value); }
  void add(std::string_view value) {
    cells_.push_back(Slice{bytes_.size(), value.size()});
    bytes_.append(value);
  }

 private:
  std::size_t columns_;
  std::vector<Cell> cells_;
  std::string bytes_;
  mutable std::forward_list<std::string> spelled_;  ///< numbers asked for as text
};

/// Reads inside one call of `Database::read`, or before writes inside a
/// Writer. Used by one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Dialect dialect() const = 0;
  /// One statement, one round trip.
  Rows query(std::string_view sql, std::vector<Value> parameters = {});
  /// All of them in one round trip (PostgreSQL: pipeline mode, one Sync per
  /// statement, so one failing leaves its siblings). A failed statement's
  /// exception is rethrown by `get` of its result.
  struct Result {
    Rows rows;
    std::exception_ptr error;
    Rows& get() {
      if (error) std::rethrow_exception(error);
      return rows;
    }
  };
  virtual std::vector<Result> batch(std::span<const Query> queries) = 0;
};

/// Reads and writes inside one transaction. Sees its own and, in a group, the
/// earlier bodies' writes. After a failed statement the body has failed: later
/// statements throw the same error, and so does the write even if the body
/// swallows it (PostgreSQL cannot go on after an error). Where a conflict is
/// expected, say `on conflict do nothing`.
class Writer : public Reader {
 public:
  /// Number of rows changed. Throws Error(kConflict) when a unique or foreign
  /// key refuses, Error(kUnavailable) when the disk is full or the database away.
  virtual std::int64_t execute(std::string_view sql, std::vector<Value> parameters = {}) = 0;
  /// `insert ... returning id`. Throws Error(kConflict) if no row comes back.
  std::int64_t insert(std::string_view sql, std::vector<Value> parameters = {});
  /// Runs after the commit that made this body durable, never if it failed.
  /// Must not block, throw or call the database.
  virtual void after_commit(std::function<void()> action) = 0;
  /// Tells those who listen to `channel` in other processes, with the commit
  /// (no round trip of its own) and only if this body succeeds. Equal ones of
  /// one commit arrive once. At most kLongestNotification bytes of UTF-8. Does
  /// nothing on SQLite, which belongs to one process.
  virtual void notify(std::string_view channel, std::string_view payload) = 0;
};

inline constexpr std::size_t kLongestNotification = 7'900;

/// What was notified, and whether by this Database.
using Receive = std::function<void(std::string_view payload, bool is_own)>;

/// Listens as long as it lives; its destruction waits for a running call.
class Listener {
 public:
  virtual ~Listener() = default;
};

struct Stats {
  std::uint64_t reads;        ///< calls of Database::read that touched the database
  std::uint64_t round_trips;  ///< query and batch calls, reads and writes
  std::uint64_t statements;
  std::uint64_t writes;   ///< bodies
  std::uint64_t commits;  ///< durable commits: many bodies may share one
};

/// Bodies run one after the other, on the database's writer thread or, if nobody
/// writes, on the thread that waits for it: no I/O, no locks, no calls of
/// the Database (asserted). It may run again after a serialization failure, so
/// it must not change anything but the database.
using WriteBody = std::function<void(Writer&)>;
/// Called after the commit (null) or with what failed, before the next body runs;
/// hands over at once and must not throw.
using WriteDone = std::function<void(std::exception_ptr)>;

/// Thread-safe.
class Database {
 public:
  virtual ~Database() = default;
  virtual Dialect dialect() const = 0;

  /// Runs `body` on the calling thread with a pooled connection. kConsistent
  /// gives every statement the same snapshot; kSingle costs one round trip
  /// less and is for bodies of one statement (or one batch).
  enum class Snapshot { kSingle, kConsistent };
  virtual void read(Snapshot snapshot, const std::function<void(Reader&)>& body) = 0;

  /// Group commit: bodies that wait together share one durable transaction,
  /// each in its own savepoint, in the order of the calls. A body's exception
  /// undoes that body alone; a failed commit fails all, retryable.
  virtual void write_async(WriteBody body, WriteDone done) = 0;
  /// The same, waiting; rethrows. Not from an event-loop or writer thread.
  virtual void write(WriteBody body) = 0;

  /// Statements without parameters outside any group: schema changes. All of
  /// them are one transaction, so the script has no `begin` of its own.
  virtual void execute_script(std::string_view script) = 0;

  virtual Stats stats() const = 0;

  /// Calls `receive` with what this Database and other processes notify `channel`
  /// of, in the order of the commits. `resumed` is
  /// called when listening begins and again after every lost connection, before
  /// anything is received: what was committed until then may have been missed, so
  /// look for it in the rows. Both are called on one thread of the listener's own,
  /// where they may read and write but must not throw. Returns at once, also while
  /// the database is away. On SQLite nothing is ever called. Must be destroyed
  /// before the Database.
  virtual std::unique_ptr<Listener> listen(std::string_view channel, Receive receive,
                                           std::function<void()> resumed);
};

struct SqliteOptions {
  std::string file;  ///< `:memory:` is refused: readers are separate connections
  std::size_t readers = 4;
  /// A read that lasts longer fails with Error(kUnavailable) at its next
  /// statement: an open snapshot keeps the write-ahead log from being reused.
  std::chrono::milliseconds read_age{30'000};
};
/// WAL, synchronous=FULL, foreign keys on. Takes a lock on the file so that a
/// second process is refused with Error(kUnavailable).
std::unique_ptr<Database> open_sqlite(const SqliteOptions& options);

struct PostgresOptions {
  std::string uri;              ///< libpq connection string
  std::size_t connections = 8;  ///< readers; one more writes
  std::string schema;           ///< search_path, created if missing; empty: the default
  /// A statement that takes longer fails with Error(kUnavailable); 0: no limit.
  /// Scripts have none.
  std::chrono::milliseconds statement_timeout{30'000};
};
std::unique_ptr<Database> open_postgres(const PostgresOptions& options);

}  // namespace sql
