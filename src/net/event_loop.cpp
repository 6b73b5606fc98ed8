#include "net/event_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "net/asio_loop.h"
#include "net/thread_name.h"

namespace net {

AsioLoop::AsioLoop(std::size_t index) : loop_(std::make_shared<Loop>(*this)) {
  thread_ = std::thread([this, index] {
    name_this_thread("net-" + std::to_string(index));
    loop_->bind_to_this_thread();
    context_.run();
  });
}

AsioLoop::~AsioLoop() { stop(); }

void AsioLoop::stop() {
  loop_->close();
  context_.stop();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void AsioLoop::wake() {
  boost::asio::post(context_, [this] { loop_->run_posted(); });
}

void AsioLoop::wake_at(Clock::time_point when) {
  timer_.expires_at(when);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) loop_->run_due();
  });
}

AsioLoop& EventLoop::Core::pick() {
  for (const std::unique_ptr<AsioLoop>& each : loops) {
    if (each->loop()->is_current()) return *each;
  }
  return *loops[next.fetch_add(1, std::memory_order_relaxed) % loops.size()];
}

EventLoop::EventLoop(std::size_t threads) : core_(std::make_unique<Core>()) {
  const std::size_t count = std::max<std::size_t>(threads, 1);
  for (std::size_t i = 0; i < count; ++i) core_->loops.push_back(std::make_unique<AsioLoop>(i));
}

EventLoop::~EventLoop() {
  // All threads first: a function of one loop may post to another.
  stop();
}

void EventLoop::stop() {
  for (const std::unique_ptr<AsioLoop>& each : core_->loops) each->stop();
}

void EventLoop::post(std::function<void()> task) { core_->pick().loop()->post(std::move(task)); }

EventLoop::Timer EventLoop::after(std::chrono::milliseconds delay, std::function<void()> task) {
  Timer timer;
  timer.state_ = core_->pick().loop()->after(delay, std::move(task));
  return timer;
}

void EventLoop::Timer::cancel() {
  if (state_) static_cast<Loop::ScheduledCall*>(state_.get())->cancel();
  state_.reset();
}

}  // namespace net
