// One PostgreSQL connection, in pipeline mode.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "sql/connection.h"
#include "sql/postgres/notification_names.h"
#include "sql/postgres/postgres_session.h"
#include "sql/statement_cache.h"

namespace sql {

/// What the connections of one database share. `generation` is raised by
/// schema changes, after which prepared statements are prepared anew.
struct PostgresShared {
  explicit PostgresShared(PostgresOptions given) : options(std::move(given)) {}
  const PostgresOptions options;
  const NotificationNames names{options.schema};
  std::atomic<std::uint64_t> generation{0};
};

/// Statements that begin and end transactions travel with the statements they
/// surround: a consistent read of one batch is one round trip.
class PostgresConnection final : public Connection {
 public:
  PostgresConnection(std::shared_ptr<PostgresShared> shared, PostgresMode mode);

  Dialect dialect() const override { return Dialect::kPostgres; }
  std::vector<Outcome> run(std::span<const Query> queries) override;
  void begin_read(Database::Snapshot snapshot) override;
  void end_read() noexcept override;
  void begin_write() override;
  bool commit() override;
  void notify(std::span<const Notification> notifications) override;
  void rollback() noexcept override;
  void savepoint() override;
  void release_savepoint() override;
  void rollback_to_savepoint() override;
  bool in_transaction() const override { return !lost_; }
  void run_script(std::string_view script) override;
  bool usable() override;

 private:
  struct Prepared {
    std::string name;
    std::vector<Oid> types;
  };
  /// What was sent up to one Sync: control statements, perhaps the preparing,
  /// and a query.
  struct Segment {
    std::size_t controls;
    bool prepares;
    std::size_t query;
  };
  enum class Transaction { kNone, kDue, kOpen };

  void run_some(std::span<const Query> queries, const std::vector<std::size_t>& chosen,
                std::vector<Outcome>& outcomes, std::vector<std::size_t>& repeat);
  Segment send(std::span<const Query> queries, std::size_t index);
  std::size_t send_due();
  void send_control(const std::string& sql);
  std::exception_ptr wrong_count(const Query& query);
  const Prepared& prepared(const Query& query, bool& is_new);
  void sync();
  void answer(const Query& query, const Segment& segment, Outcome& outcome, bool& repeatable);

  PostgresResult next_result();
  void expect_sync();
  void read_unanswered();
  void end_without_waiting(const char* sql) noexcept;
  [[noreturn]] void lose(std::string_view doing);
  void forget_old_statements();
  bool has_input() const;

  const std::shared_ptr<PostgresShared> shared_;
  PostgresHandle handle_;
  StatementCache<Prepared> statements_;
  std::vector<std::string> due_;         ///< control statements to send before the next query
  std::vector<std::size_t> unanswered_;  ///< statements of each Sync nobody has waited for
  Transaction transaction_ = Transaction::kNone;
  bool reading_ = false;  ///< the transaction is a snapshot, with a savepoint to go back to
  bool aborted_ = false;  ///< a statement failed in the transaction
  bool lost_ = false;
  std::uint64_t generation_;
  std::uint64_t names_ = 0;
};

}  // namespace sql
