// The event loop: a few threads that own sockets and timers and never block.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace net {

/// A few threads running socket events, timers and short posted functions.
/// Functions run here must not block: no database, no file, no password hash.
/// Thread-safe.
class EventLoop {
 public:
  explicit EventLoop(std::size_t threads);
  /// Stops and joins; pending functions are dropped.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void post(std::function<void()> task);

  /// A pending call; dropping or cancelling the handle prevents it unless it
  /// has already begun.
  class Timer {
   public:
    Timer() = default;
    void cancel();

   private:
    friend class EventLoop;
    std::shared_ptr<void> state_;
  };
  [[nodiscard]] Timer after(std::chrono::milliseconds delay, std::function<void()> task);

  void stop();

  struct Core;  ///< the Asio side, for net/ only
  Core& core() { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

/// Runs posted functions one after the other, in order, on a worker pool or
/// the event loop: the per-agent and per-subscription order of the program.
/// Thread-safe; functions of one strand never overlap.
class Strand {
 public:
  using Executor = std::function<void(std::function<void()>)>;
  explicit Strand(Executor executor);
  void post(std::function<void()> task);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace net
