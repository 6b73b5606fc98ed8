// Group commit: write bodies run one after the other in the order of the calls;
// those that waited together share one transaction and its one wait for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sql/connection.h"

namespace sql {

/// Thread-safe.
class GroupWriter {
 public:
  GroupWriter(Connect connect, Counters& counters);
  /// Runs what is queued, then stops.
  ~GroupWriter();
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  void enqueue(WriteBody body, WriteDone done);
  /// Waits; rethrows. On the calling thread if nobody writes, which saves waking another one twice.
  void write(WriteBody body);
  /// Waits; rethrows. Bodies queued earlier run before it, later ones after.
  void run_script(std::string_view script);

 private:
  struct Task {
    WriteBody body;
    std::string script;  ///< instead of a body
    WriteDone done;
    std::vector<std::function<void()>> after_commit;
    std::vector<Notification> notifications;
    std::exception_ptr error;
    bool is_script() const { return body == nullptr; }
  };
  using Group = std::vector<Task*>;
  class BodyWriter;

  void push(Task task);
  void push_and_wait(Task task);
  bool take_turn();
  void run_in_turn(std::vector<Task>& tasks) noexcept;
  void loop();
  std::vector<Task> next_group();
  void run(std::vector<Task>& tasks);
  void run_script(Task& task);
  void run_group(Group group);
  /// One transaction. True: nothing was kept, run what is left of the group again.
  bool attempt(Group& group, bool may_run_again);
  bool run_bodies(Group& group, bool may_run_again);
  bool run_body(Task& task);
  bool commit(Group& group, bool may_run_again);
  void notify(const Group& group);
  void ensure_connection();
  static void fail_all(const Group& group, const std::exception_ptr& cause);

  const Connect connect_;
  Counters& counters_;
  std::unique_ptr<Connection> connection_;  ///< of the thread whose turn it is
  std::mutex mutex_;
  std::condition_variable queued_;
  std::deque<Task> queue_;
  bool is_writing_ = false;  ///< it is some thread's turn
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sql
