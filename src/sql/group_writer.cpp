#include "sql/group_writer.h"

#include <pthread.h>

#include <algorithm>
#include <future>

#include "sql/failure.h"
#include "sql/parameters.h"
#include "sql/thread_role.h"

namespace sql {
namespace {

using base::Error;

/// Bounds how long the first body of a group waits for its commit.
constexpr std::size_t kLargestGroup = 512;
/// Rule for serialization failures; also bounds restarts after a full disk.
constexpr int kReruns = 3;

/// The driver's error behind an exception, or null. Valid while `error` lives.
const DriverError* driver_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const DriverError& known) {
    return &known;
  } catch (...) {
    return nullptr;
  }
}

Failure failure_of(const std::exception_ptr& error) {
  const DriverError* known = driver_error(error);
  return known == nullptr ? Failure::kStatement : known->failure();
}

}  // namespace

/// What a body sees. Remembers the first failure: PostgreSQL's transaction is
/// unusable after it, so on both databases the body cannot go on.
class GroupWriter::BodyWriter final : public Writer {
 public:
  BodyWriter(Connection& connection, Counters& counters, Task& task)
      : connection_(connection), counters_(counters), task_(task) {}

  Dialect dialect() const override { return connection_.dialect(); }

  std::vector<Result> batch(std::span<const Query> queries) override {
    std::vector<Connection::Outcome> outcomes = run(queries);
    std::vector<Result> results;
    results.reserve(outcomes.size());
    for (Connection::Outcome& outcome : outcomes) {
      results.push_back(Result{std::move(outcome.rows), std::move(outcome.error)});
    }
    return results;
  }

  std::int64_t execute(std::string_view sql, std::vector<Value> parameters) override {
    const Query one{std::string(sql), std::move(parameters)};
    const Connection::Outcome outcome = std::move(run(std::span(&one, 1)).front());
    if (outcome.error) std::rethrow_exception(outcome.error);
    return outcome.changed;
  }

  void after_commit(std::function<void()> action) override {
    task_.after_commit.push_back(std::move(action));
  }

  void notify(std::string_view channel, std::string_view payload) override {
    if (payload.size() > kLongestNotification) {
      throw Error(base::code::kInternal, "A notification of {} bytes on '{}' is too long: at most {}.",
                  payload.size(), channel, kLongestNotification);
    }
    const Value texts[] = {std::string(channel), std::string(payload)};
    check_parameters(texts);
    task_.notifications.push_back({std::string(channel), std::string(payload)});
  }

  const std::exception_ptr& failure() const { return failure_; }

 private:
  std::vector<Connection::Outcome> run(std::span<const Query> queries) {
    if (failure_) return failed(queries.size());
    std::vector<Connection::Outcome> outcomes = run_checked(connection_, counters_, queries);
    for (const Connection::Outcome& outcome : outcomes) {
      if (outcome.error) {
        failure_ = outcome.error;
        return failed(queries.size());
      }
    }
    return outcomes;
  }

  std::vector<Connection::Outcome> failed(std::size_t count) const {
    std::vector<Connection::Outcome> outcomes(count);
    for (Connection::Outcome& outcome : outcomes) outcome.error = failure_;
    return outcomes;
  }

  Connection& connection_;
  Counters& counters_;
  Task& task_;
  std::exception_ptr failure_;
};

/// Each task gets an exception object of its own: they end in different threads.
void GroupWriter::fail_all(const Group& group, const std::exception_ptr& cause) {
  std::string message = "The change could not be committed. Try again.";
  try {
    std::rethrow_exception(cause);
  } catch (const Error& error) {
    message = error.code() == base::code::kUnavailable
                  ? error.message()
                  : fmt::format("The change could not be committed ({}). Try again.", error.message());
  }
  for (Task* task : group) {
    task->error = std::make_exception_ptr(Error(base::code::kUnavailable, message));
  }
}

GroupWriter::GroupWriter(Connect connect, Counters& counters)
    : connect_(std::move(connect)), counters_(counters), connection_(connect_()) {
  thread_ = std::thread([this] { loop(); });
  pthread_setname_np(thread_.native_handle(), "sql-writer");
}

GroupWriter::~GroupWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queued_.notify_one();
  thread_.join();
}

void GroupWriter::enqueue(WriteBody body, WriteDone done) {
  Task task;
  task.body = std::move(body);
  task.done = std::move(done);
  push(std::move(task));
}

void GroupWriter::write(WriteBody body) {
  std::vector<Task> tasks(1);
  tasks.front().body = std::move(body);
  if (!take_turn()) return push_and_wait(std::move(tasks.front()));
  run_in_turn(tasks);
  if (tasks.front().error) std::rethrow_exception(tasks.front().error);
}

void GroupWriter::run_script(std::string_view script) {
  Task task;
  task.script = script;
  push_and_wait(std::move(task));
}

void GroupWriter::push_and_wait(Task task) {
  // Shared: the waiting thread may be gone before the writer has left set_value.
  const auto finished = std::make_shared<std::promise<void>>();
  task.done = [finished](std::exception_ptr error) {
    if (error) {
      finished->set_exception(std::move(error));
    } else {
      finished->set_value();
    }
  };
  push(std::move(task));
  finished->get_future().get();
}

void GroupWriter::push(Task task) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(task));
  if (!is_writing_) queued_.notify_one();
}

/// False if somebody writes or waits to.
bool GroupWriter::take_turn() {
  const std::lock_guard lock(mutex_);
  if (is_writing_ || !queue_.empty()) return false;
  return is_writing_ = true;
}

// noexcept: an action that throws, which it must not, would leave the turn to nobody for ever.
void GroupWriter::run_in_turn(std::vector<Task>& tasks) noexcept {
  {
    const RoleScope role(ThreadRole::kWriter);
    run(tasks);
  }
  // With the mutex held: as soon as it is free the destructor may end.
  const std::lock_guard lock(mutex_);
  is_writing_ = false;
  if (stopping_ || !queue_.empty()) queued_.notify_one();
}

/// What waits now, up to the limit; it is this thread's turn then. A script is a group of its own.
std::vector<GroupWriter::Task> GroupWriter::next_group() {
  std::unique_lock lock(mutex_);
  queued_.wait(lock, [this] { return !is_writing_ && (stopping_ || !queue_.empty()); });
  std::vector<Task> group;
  while (!queue_.empty() && group.size() < kLargestGroup) {
    if (queue_.front().is_script() && !group.empty()) break;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (group.back().is_script()) break;
  }
  is_writing_ = !group.empty();
  return group;
}

void GroupWriter::loop() {
  for (std::vector<Task> tasks = next_group(); !tasks.empty(); tasks = next_group()) run_in_turn(tasks);
}

void GroupWriter::run(std::vector<Task>& tasks) {
  if (tasks.front().is_script()) {
    run_script(tasks.front());
  } else {
    Group group;
    group.reserve(tasks.size());
    for (Task& task : tasks) group.push_back(&task);
    run_group(std::move(group));
    counters_.writes += tasks.size();
  }
  for (Task& task : tasks) {
    if (!task.error) {
      for (const std::function<void()>& action : task.after_commit) action();
    }
    if (task.done) task.done(std::move(task.error));
  }
}

void GroupWriter::ensure_connection() {
  if (connection_ == nullptr || !connection_->usable()) {
    connection_.reset();
    connection_ = connect_();
  }
}

void GroupWriter::run_script(Task& task) {
  try {
    ensure_connection();
    connection_->run_script(task.script);
  } catch (...) {
    task.error = std::current_exception();
  }
}

void GroupWriter::run_group(Group group) {
  for (int reruns = 0; attempt(group, reruns < kReruns); ++reruns) {
  }
}

bool GroupWriter::attempt(Group& group, bool may_run_again) {
  try {
    ensure_connection();
    connection_->begin_write();
    return run_bodies(group, may_run_again);
  } catch (const base::Error&) {  // no body's fault: connecting, or a savepoint
    if (connection_ != nullptr) connection_->rollback();
    fail_all(group, std::current_exception());
    return false;
  }
}

bool GroupWriter::run_bodies(Group& group, bool may_run_again) {
  const bool several = group.size() > 1;
  for (auto at = group.begin(); at != group.end(); ++at) {
    if (several) connection_->savepoint();
    if (run_body(**at)) {
      if (several) connection_->release_savepoint();
      continue;
    }
    const std::exception_ptr cause = (*at)->error;
    const Failure failure = failure_of(cause);
    if (failure == Failure::kSerialization && may_run_again) {
      connection_->rollback();
      return true;
    }
    if (failure == Failure::kConnection || !connection_->in_transaction()) {
      // The earlier bodies' writes are gone with the transaction.
      connection_->rollback();
      if (failure == Failure::kConnection || !may_run_again) {
        fail_all(group, cause);
        return false;
      }
      group.erase(at);
      return !group.empty();
    }
    if (several) connection_->rollback_to_savepoint();
  }
  return commit(group, may_run_again);
}

/// False if the body has failed; its error says why.
bool GroupWriter::run_body(Task& task) {
  task.error = nullptr;
  task.after_commit.clear();
  task.notifications.clear();
  BodyWriter writer(*connection_, counters_, task);
  try {
    const RoleScope role(ThreadRole::kInBody);
    task.body(writer);
  } catch (...) {
    task.error = std::current_exception();
  }
  if (writer.failure()) task.error = writer.failure();
  return !task.error;
}

void GroupWriter::notify(const Group& group) {
  std::vector<Notification> all;
  for (Task* task : group) std::ranges::move(task->notifications, std::back_inserter(all));
  connection_->notify(all);
}

bool GroupWriter::commit(Group& group, bool may_run_again) {
  std::erase_if(group, [](const Task* task) { return task->error != nullptr; });
  if (group.empty()) {
    connection_->rollback();
    return false;
  }
  try {
    notify(group);
    if (connection_->commit()) ++counters_.commits;
    return false;
  } catch (const DriverError& error) {
    connection_->rollback();
    if (error.failure() == Failure::kSerialization && may_run_again) return true;
    const std::exception_ptr cause = std::current_exception();
    if (error.code() != base::code::kConflict) {
      fail_all(group, cause);
      return false;
    }
    if (group.size() == 1) {
      group.front()->error = cause;
      return false;
    }
  }
  // A constraint checked at commit: only the body that broke it shall fail.
  for (Task* task : group) run_group({task});
  return false;
}

}  // namespace sql
