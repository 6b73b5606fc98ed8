// One event-loop thread as the rest of net/ sees it: posted functions and
// timers, without Asio. It may outlive the thread; what is posted then is
// dropped, so a late answer from a worker is harmless.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace net {

using Clock = std::chrono::steady_clock;

/// Thread-safe unless said otherwise. No lock is held while a function runs
/// or is destroyed.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  /// The thread behind it. `wake` is called from any thread with the loop's
  /// lock held, `wake_at` only on the loop's own thread.
  class Driver {
   public:
    virtual ~Driver() = default;
    /// Have `run_posted` called soon.
    virtual void wake() = 0;
    /// Have `run_due` called at `when`; replaces what was asked before.
    virtual void wake_at(Clock::time_point when) = 0;
  };

  explicit Loop(Driver& driver) : driver_(&driver) {}

  /// Runs in the order posted. Dropped if the loop is closed.
  void post(std::function<void()> task);

  /// Cancels what it stands for when destroyed, unless that has begun.
  class ScheduledCall;
  std::shared_ptr<ScheduledCall> after(Clock::duration delay, std::function<void()> task);

  /// Whether the caller runs on this loop's thread.
  bool is_current() const;
  bool is_closed() const;
  /// Drops what is pending; later posts are dropped too.
  void close();

  // For the driver, on the loop's own thread.
  void bind_to_this_thread();
  void run_posted();
  void run_due();

 private:
  struct Pending {
    std::function<void()> task;
    ScheduledCall* handle;
  };
  using Schedule = std::multimap<Clock::time_point, Pending>;

  void wake_locked();
  void arm();
  static void run(const std::function<void()>& task);

  mutable std::mutex mutex_;
  Driver* driver_;  ///< null once closed
  std::vector<std::function<void()>> posted_;
  bool woken_ = false;
  Schedule schedule_;
  std::vector<std::function<void()>> running_;          ///< loop thread only, keeps its capacity
  Clock::time_point armed_ = Clock::time_point::max();  ///< loop thread only
};

class Loop::ScheduledCall {
 public:
  explicit ScheduledCall(std::weak_ptr<Loop> loop) : loop_(std::move(loop)) {}
  ~ScheduledCall() { cancel(); }
  ScheduledCall(const ScheduledCall&) = delete;
  ScheduledCall& operator=(const ScheduledCall&) = delete;
  void cancel();

 private:
  friend class Loop;
  std::weak_ptr<Loop> loop_;
  bool pending_ = false;  ///< guarded by the loop's lock, as is the position
  Schedule::iterator position_;
};

}  // namespace net
