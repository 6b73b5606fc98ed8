// What HTTP and WebSocket connections have in common: a stream, a deadline and
// a place in their thread's list. For net/ only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "net/loop.h"
#include "net/server_state.h"
#include "net/stream.h"

namespace net {

class Connection;

/// The connections of one server on one loop; owns them. Used on that loop's
/// thread only. Deadlines are found by a sweep, since a timer a request would
/// cost more than the request's parsing.
class ConnectionList : public std::enable_shared_from_this<ConnectionList> {
 public:
  ConnectionList(std::shared_ptr<Loop> loop, const Limits& limits);

  Loop& loop() { return *loop_; }
  const std::shared_ptr<Loop>& shared_loop() const { return loop_; }
  /// Begins serving; a list that drains ends it at once.
  void add(std::shared_ptr<Connection> connection);
  void remove(Connection& connection);
  void drain();
  void abort();
  /// Drops all without a word, from any thread: the loop has ended.
  void abandon() { connections_.clear(); }

 private:
  void arm();
  void sweep();

  const std::shared_ptr<Loop> loop_;
  const Clock::duration period_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::shared_ptr<Loop::ScheduledCall> next_sweep_;
  bool draining_ = false;
};

/// Lives on its loop's thread: created anywhere, used and destroyed there.
class Connection : public Stream::Owner, public std::enable_shared_from_this<Connection> {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override = default;

  virtual void start() = 0;
  /// Answers what runs, then ends.
  virtual void drain() = 0;
  /// Ends now.
  virtual void abort() = 0;
  /// Something is overdue, as `deadline` said.
  virtual void on_deadline() = 0;
  /// Called about every quarter of the shortest limit.
  void check_deadline(Clock::time_point now);

 protected:
  Connection(std::shared_ptr<ServerState> state, std::shared_ptr<ConnectionList> list,
             std::unique_ptr<Stream> stream, ConnectionTicket ticket);

  /// `on_deadline` after this time.
  void expect_within(Clock::duration limit) {
    deadline_ = Clock::now() + limit;
    progress_limit_ = Clock::duration::zero();
  }
  /// `on_deadline` if the peer takes no byte for this long.
  void expect_progress_within(Clock::duration limit) {
    deadline_ = Clock::now() + limit;
    progress_limit_ = limit;
    written_before_ = stream_->written();
  }
  void expect_nothing() { deadline_ = Clock::time_point::max(); }
  /// Out of the list, which was the owner: destroyed when the last operation
  /// has reported.
  void leave();

  const std::shared_ptr<ServerState> state_;
  const std::shared_ptr<ConnectionList> list_;
  std::unique_ptr<Stream> stream_;
  ConnectionTicket ticket_;

 private:
  friend class ConnectionList;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::duration progress_limit_{};
  std::uint64_t written_before_ = 0;
  std::size_t index_ = 0;  ///< in the list
  bool listed_ = false;
};

}  // namespace net
