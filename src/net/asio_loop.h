// The Asio side of the event loop: one io_context a thread, so that a
// connection lives on one thread and needs no locks. For net/'s Asio units only.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "net/loop.h"

namespace net {

class AsioLoop : public Loop::Driver {
 public:
  explicit AsioLoop(std::size_t index);
  /// Drops what is pending and closes all sockets of this thread.
  ~AsioLoop() override;

  boost::asio::io_context& context() { return context_; }
  const std::shared_ptr<Loop>& loop() { return loop_; }

  /// Ends the thread, which finishes what it is running. A call on the
  /// thread itself does not wait for it.
  void stop();

  void wake() override;
  void wake_at(Clock::time_point when) override;

 private:
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  boost::asio::steady_timer timer_{context_};
  std::shared_ptr<Loop> loop_;
  std::thread thread_;
};

struct EventLoop::Core {
  std::vector<std::unique_ptr<AsioLoop>> loops;
  std::atomic<std::size_t> next{0};

  /// The caller's own loop if it is one of these, else each in turn.
  AsioLoop& pick();
};

}  // namespace net
