#include "sql/postgres/postgres_connection.h"

#include <poll.h>

#include "sql/postgres/postgres_error.h"
#include "sql/postgres/postgres_values.h"
#include "sql/statement_text.h"

namespace sql {
namespace {

const std::string kSetReadPoint = "savepoint unbroken";
const std::string kBackToReadPoint = "rollback to savepoint unbroken";
const std::string kSetBodyPoint = "savepoint body";

/// Answers that say nothing about the statement itself: an earlier one broke
/// the transaction, or its own preparation.
constexpr std::string_view kBrokenTransaction = "25P02";
constexpr std::string_view kNotPrepared = "26000";

}  // namespace

PostgresConnection::PostgresConnection(std::shared_ptr<PostgresShared> shared, PostgresMode mode)
    : shared_(std::move(shared)),
      handle_(open_session(shared_->options, mode)),
      generation_(shared_->generation) {
  if (PQenterPipelineMode(handle_.get()) != 1) lose("entering pipeline mode");
}

// Sending --------------------------------------------------------------------

void PostgresConnection::lose(std::string_view doing) {
  lost_ = true;
  throw connection_lost(handle_.get(), doing);
}

void PostgresConnection::sync() {
  if (PQpipelineSync(handle_.get()) != 1) lose("sending");
}

void PostgresConnection::send_control(const std::string& sql) {
  if (PQsendQueryParams(handle_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1)
    lose("sending");
}

std::size_t PostgresConnection::send_due() {
  const std::size_t count = due_.size();
  for (const std::string& sql : due_) send_control(sql);
  due_.clear();
  if (transaction_ == Transaction::kDue) transaction_ = Transaction::kOpen;
  return count;
}

/// The statement as it is prepared, or about to be. A parameter of another kind
/// than before makes it prepare anew; null takes whatever type there was.
const PostgresConnection::Prepared& PostgresConnection::prepared(const Query& query, bool& is_new) {
  is_new = true;
  Prepared fresh;
  for (const Value& value : query.parameters) fresh.types.push_back(parameter_type(value));
  const auto drop = [this](const Prepared& old) { due_.push_back("deallocate " + old.name); };

  if (const Prepared* known = statements_.find(query.sql)) {
    is_new = false;
    for (std::size_t i = 0; !is_new && i < known->types.size(); ++i)
      is_new = !fits(query.parameters[i], known->types[i]);
    if (!is_new) return *known;
    for (std::size_t i = 0; i < known->types.size(); ++i) {
      if (std::holds_alternative<std::monostate>(query.parameters[i])) fresh.types[i] = known->types[i];
    }
    drop(*known);
    statements_.erase(query.sql);
  }
  fresh.name = "s" + std::to_string(++names_);
  return statements_.add(query.sql, std::move(fresh), drop);
}

/// The server would ignore a parameter too many.
std::exception_ptr PostgresConnection::wrong_count(const Query& query) {
  const Prepared* known = statements_.find(query.sql);
  const std::size_t wanted = known == nullptr ? parameter_count(query.sql) : known->types.size();
  if (wanted == query.parameters.size()) return nullptr;
  return std::make_exception_ptr(DriverError(Failure::kStatement, base::code::kInternal,
                                             fmt::format("The statement wants {} parameters and got {}: {}",
                                                         wanted, query.parameters.size(), query.sql)));
}

PostgresConnection::Segment PostgresConnection::send(std::span<const Query> queries, std::size_t index) {
  const Query& query = queries[index];
  Segment segment{.controls = 0, .prepares = false, .query = index};
  const Prepared& statement = prepared(query, segment.prepares);
  segment.controls = send_due();
  PGconn* connection = handle_.get();
  if (segment.prepares) {
    const std::string text = statement_text(Dialect::kPostgres, query.sql);
    if (PQsendPrepare(connection, statement.name.c_str(), text.c_str(),
                      static_cast<int>(statement.types.size()), statement.types.data()) != 1) {
      lose("preparing a statement");
    }
  }
  const PostgresParameters parameters(query.parameters);
  if (PQsendQueryPrepared(connection, statement.name.c_str(), parameters.count(), parameters.texts(), nullptr,
                          nullptr, 0) != 1) {
    lose("sending a statement");
  }
  sync();
  return segment;
}

// Receiving ------------------------------------------------------------------

/// The result of the next statement, never null.
PostgresResult PostgresConnection::next_result() {
  PostgresResult result(PQgetResult(handle_.get()));
  if (result == nullptr || PQstatus(handle_.get()) == CONNECTION_BAD) lose("waiting for an answer");
  if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) {
    if (PostgresResult end{PQgetResult(handle_.get())}; end != nullptr) lose("reading an answer");
  }
  return result;
}

void PostgresConnection::expect_sync() {
  const PostgresResult result = next_result();
  if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) lose("reading an answer");
}

void PostgresConnection::read_unanswered() {
  for (const std::size_t statements : std::exchange(unanswered_, {})) {
    for (std::size_t i = 0; i < statements; ++i) next_result();
    expect_sync();
  }
}

void PostgresConnection::answer(const Query& query, const Segment& segment, Outcome& outcome,
                                bool& repeatable) {
  std::exception_ptr error;
  const auto failed = [&](const PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return false;
    // The rest of the segment is skipped; the first failure says why.
    if (status != PGRES_PIPELINE_ABORTED && !error) {
      DriverError known = postgres_error(result);
      if (known.failure() == Failure::kConnection) lost_ = true;
      error = std::make_exception_ptr(std::move(known));
      const std::string_view state = sql_state(result);
      if (state == kNotPrepared) statements_.erase(query.sql);
      repeatable = state == kBrokenTransaction || state == kNotPrepared;
    }
    return true;
  };
  for (std::size_t i = 0; i < segment.controls; ++i) failed(next_result().get());
  if (segment.prepares && failed(next_result().get())) statements_.erase(query.sql);
  const PostgresResult result = next_result();
  if (!failed(result.get())) {
    outcome.changed = rows_changed(result.get());
    outcome.rows = rows_of(result.get());
  }
  expect_sync();
  outcome.error = error;
  if (error && transaction_ == Transaction::kOpen) aborted_ = true;
}

void PostgresConnection::run_some(std::span<const Query> queries, const std::vector<std::size_t>& chosen,
                                  std::vector<Outcome>& outcomes, std::vector<std::size_t>& repeat) {
  std::size_t answered = 0;
  try {
    if (lost_) lose("it was idle");
    if (reading_ && aborted_) {
      due_.insert(due_.begin(), kBackToReadPoint);
      aborted_ = false;
    }
    std::vector<Segment> sent;
    sent.reserve(chosen.size());
    for (const std::size_t index : chosen) sent.push_back(send(queries, index));
    read_unanswered();
    for (; answered < sent.size(); ++answered) {
      const Segment& segment = sent[answered];
      bool repeatable = false;
      answer(queries[segment.query], segment, outcomes[segment.query], repeatable);
      if (repeatable) repeat.push_back(segment.query);
    }
  } catch (const DriverError&) {
    for (; answered < chosen.size(); ++answered) {
      if (!outcomes[chosen[answered]].error) outcomes[chosen[answered]].error = std::current_exception();
    }
  }
}

std::vector<Connection::Outcome> PostgresConnection::run(std::span<const Query> queries) {
  std::vector<Outcome> outcomes(queries.size());
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    outcomes[i].error = wrong_count(queries[i]);
    if (!outcomes[i].error) chosen.push_back(i);
  }
  // A failed statement breaks the snapshot for its siblings: they run again
  // from the savepoint. Each round settles at least its first statement.
  const bool writes = transaction_ != Transaction::kNone && !reading_;
  for (std::size_t round = 0; !chosen.empty() && round < queries.size() + 2; ++round) {
    std::vector<std::size_t> repeat;
    for (const std::size_t index : chosen) outcomes[index] = Outcome{};
    run_some(queries, chosen, outcomes, repeat);
    if (lost_ || writes) break;
    chosen = std::move(repeat);
  }
  return outcomes;
}

// Transactions ---------------------------------------------------------------

void PostgresConnection::forget_old_statements() {
  const std::uint64_t now = shared_->generation;
  if (generation_ == now) return;
  generation_ = now;
  statements_.clear();
  due_.assign(1, "deallocate all");
}

void PostgresConnection::begin_read(Database::Snapshot snapshot) {
  forget_old_statements();
  if (snapshot == Database::Snapshot::kSingle) return;
  due_.push_back("begin isolation level repeatable read read only");
  due_.push_back(kSetReadPoint);
  transaction_ = Transaction::kDue;
  reading_ = true;
}

void PostgresConnection::end_read() noexcept { rollback(); }

void PostgresConnection::begin_write() {
  forget_old_statements();
  due_.push_back("begin");
  transaction_ = Transaction::kDue;
}

/// Ends the transaction; the answer is read before the connection's next one.
void PostgresConnection::rollback() noexcept {
  const bool open = transaction_ == Transaction::kOpen;
  // Old statements stay on the list: they are still there to be dropped.
  std::erase_if(due_, [](const std::string& sql) { return !sql.starts_with("deallocate"); });
  transaction_ = Transaction::kNone;
  const bool reading = std::exchange(reading_, false);
  aborted_ = false;
  if (open && !lost_) end_without_waiting(reading ? "commit" : "rollback");
}

void PostgresConnection::end_without_waiting(const char* sql) noexcept {
  try {
    send_control(sql);
    sync();
    unanswered_.push_back(1);
  } catch (const base::Error&) {
    lost_ = true;
  }
}

bool PostgresConnection::commit() {
  if (transaction_ != Transaction::kOpen) {
    rollback();
    return false;
  }
  const std::size_t controls = send_due();
  send_control("commit");
  sync();
  std::exception_ptr error;
  try {
    read_unanswered();
    for (std::size_t i = 0; i <= controls; ++i) {
      const PostgresResult result = next_result();
      const ExecStatusType status = PQresultStatus(result.get());
      const bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
      const bool rolled_back =
          ok && i == controls && std::string_view(PQcmdStatus(result.get())) == "ROLLBACK";
      if (rolled_back && !error) {
        error = std::make_exception_ptr(DriverError(Failure::kStatement, base::code::kUnavailable,
                                                    "The change was rolled back. Try again."));
      } else if (!ok && !error) {
        error = std::make_exception_ptr(postgres_error(result.get()));
      }
    }
    expect_sync();
  } catch (const DriverError&) {
    lost_ = true;
    transaction_ = Transaction::kNone;
    throw DriverError(
        Failure::kConnection, base::code::kUnavailable,
        "The connection to PostgreSQL was lost while committing, so the change may have been made or "
        "not. Look before trying again.");
  }
  if (error) std::rethrow_exception(error);
  transaction_ = Transaction::kNone;
  return true;
}

void PostgresConnection::notify(std::span<const Notification> notifications) {
  if (notifications.empty()) return;
  due_.push_back(notify_statement(handle_.get(), shared_->names, notifications));
  transaction_ = Transaction::kOpen;  // there is something to commit now, even if no statement ran
}

void PostgresConnection::savepoint() { due_.push_back(kSetBodyPoint); }

void PostgresConnection::release_savepoint() {
  if (std::erase(due_, kSetBodyPoint) == 0) due_.push_back("release savepoint body");
}

void PostgresConnection::rollback_to_savepoint() {
  aborted_ = false;
  if (std::erase(due_, kSetBodyPoint) > 0) return;  // no statement ran since
  due_.push_back("rollback to savepoint body");
  due_.push_back("release savepoint body");
}

void PostgresConnection::run_script(std::string_view script) {
  read_unanswered();
  PGconn* connection = handle_.get();
  if (PQexitPipelineMode(connection) != 1) lose("leaving pipeline mode");
  const auto back_to_pipeline = [&] {
    if (PQstatus(connection) == CONNECTION_BAD || PQenterPipelineMode(connection) != 1) lost_ = true;
    ++shared_->generation;
  };
  try {
    run_simple(connection, "begin; set local statement_timeout = 0");
    run_simple(connection, std::string(script));
    run_simple(connection, "commit");
  } catch (const DriverError&) {
    const PostgresResult ignored(PQexec(connection, "rollback"));
    back_to_pipeline();
    throw;
  }
  back_to_pipeline();
}

// Health ---------------------------------------------------------------------

bool PostgresConnection::has_input() const {
  pollfd socket{.fd = PQsocket(handle_.get()), .events = POLLIN, .revents = 0};
  return poll(&socket, 1, 0) > 0;
}

bool PostgresConnection::usable() {
  if (lost_ || PQstatus(handle_.get()) == CONNECTION_BAD) return false;
  if (!has_input()) return true;
  try {
    read_unanswered();
  } catch (const DriverError&) {
    return false;
  }
  // A server that goes away says so and closes: both can be seen without waiting.
  while (has_input()) {
    if (PQconsumeInput(handle_.get()) != 1 || PQstatus(handle_.get()) == CONNECTION_BAD) {
      lost_ = true;
      return false;
    }
    PQisBusy(handle_.get());  // digests what is not an answer: notices, settings
  }
  return true;
}

}  // namespace sql
