// What a driver is: one connection. Pooling, group commit, counting and
// checking parameters are the same for all drivers and live above it.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/counters.h"
#include "sql/database.h"

namespace sql {

/// What a transaction tells other processes.
struct Notification {
  std::string channel;
  std::string payload;
};

/// Used by one thread at a time. Errors are DriverError.
class Connection {
 public:
  struct Outcome {
    Rows rows{};
    std::int64_t changed = 0;
    std::exception_ptr error;
  };

  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;

  /// Runs checked statements in one round trip. Never throws for a statement's
  /// error: its outcome has it.
  virtual std::vector<Outcome> run(std::span<const Query> queries) = 0;

  /// Around the statements of one Database::read. `end_read` must not fail: a
  /// connection that cannot end its read is not usable() any more.
  virtual void begin_read(Database::Snapshot snapshot) = 0;
  virtual void end_read() noexcept = 0;

  /// A write transaction. All but `commit` may be sent with the next statement
  /// or commit, so their failure may show there. `commit` returns when the
  /// transaction is durable; false if nothing was sent, so there was none.
  virtual void begin_write() = 0;
  virtual bool commit() = 0;
  /// Directly before `commit`, which sends them.
  virtual void notify(std::span<const Notification> notifications) = 0;
  virtual void rollback() noexcept = 0;
  virtual void savepoint() = 0;
  virtual void release_savepoint() = 0;
  virtual void rollback_to_savepoint() = 0;
  /// False when the database has ended the transaction by itself (full disk).
  virtual bool in_transaction() const = 0;

  /// Statements without parameters, as one transaction.
  virtual void run_script(std::string_view script) = 0;

  /// Whether the connection can be used again; notices a server that went
  /// away while the connection was idle. Cheap.
  virtual bool usable() = 0;
};

/// Opens a connection; throws Error(kUnavailable).
using Connect = std::function<std::unique_ptr<Connection>()>;

/// Checks the parameters, counts, runs. A statement whose parameters are
/// refused fails alone, without reaching the database.
std::vector<Connection::Outcome> run_checked(Connection& connection, Counters& counters,
                                             std::span<const Query> queries);

}  // namespace sql
