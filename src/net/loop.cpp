#include "net/loop.h"

#include <exception>

#include "base/log.h"

namespace net {
namespace {

thread_local const Loop* current_loop = nullptr;

}  // namespace

void Loop::post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  if (driver_ == nullptr) return;  // `task` is destroyed by the caller, after the lock
  posted_.push_back(std::move(task));
  wake_locked();
}

void Loop::wake_locked() {
  if (woken_) return;
  woken_ = true;
  driver_->wake();
}

std::shared_ptr<Loop::ScheduledCall> Loop::after(Clock::duration delay, std::function<void()> task) {
  auto handle = std::make_shared<ScheduledCall>(weak_from_this());
  std::lock_guard lock(mutex_);
  if (driver_ == nullptr) return handle;
  handle->position_ = schedule_.emplace(Clock::now() + delay, Pending{std::move(task), handle.get()});
  handle->pending_ = true;
  // The loop's thread looks at the schedule after each batch of posts.
  if (handle->position_ == schedule_.begin()) wake_locked();
  return handle;
}

void Loop::ScheduledCall::cancel() {
  const std::shared_ptr<Loop> loop = loop_.lock();
  if (!loop) return;
  std::function<void()> dropped;
  std::lock_guard lock(loop->mutex_);
  if (!pending_) return;
  pending_ = false;
  dropped = std::move(position_->second.task);
  loop->schedule_.erase(position_);
}

bool Loop::is_current() const { return current_loop == this; }

bool Loop::is_closed() const {
  std::lock_guard lock(mutex_);
  return driver_ == nullptr;
}

void Loop::close() {
  std::vector<std::function<void()>> posted;
  Schedule schedule;
  std::lock_guard lock(mutex_);
  driver_ = nullptr;
  posted.swap(posted_);
  schedule.swap(schedule_);
  for (auto& [when, pending] : schedule) pending.handle->pending_ = false;
}

void Loop::bind_to_this_thread() { current_loop = this; }

void Loop::run_posted() {
  {
    std::lock_guard lock(mutex_);
    running_.swap(posted_);
    woken_ = false;
  }
  for (std::function<void()>& task : running_) {
    run(task);
    task = nullptr;
  }
  running_.clear();
  arm();
}

void Loop::run_due() {
  armed_ = Clock::time_point::max();
  const Clock::time_point now = Clock::now();
  while (true) {
    std::function<void()> task;
    {
      std::lock_guard lock(mutex_);
      if (schedule_.empty() || schedule_.begin()->first > now) break;
      Pending& pending = schedule_.begin()->second;
      pending.handle->pending_ = false;
      task = std::move(pending.task);
      schedule_.erase(schedule_.begin());
    }
    run(task);
  }
  arm();
}

void Loop::arm() {
  std::lock_guard lock(mutex_);
  if (driver_ == nullptr || schedule_.empty()) return;
  // A wake-up that comes too early costs nothing; only earlier ones are asked for.
  const Clock::time_point first = schedule_.begin()->first;
  if (first >= armed_) return;
  armed_ = first;
  driver_->wake_at(first);
}

void Loop::run(const std::function<void()>& task) {
  try {
    task();
  } catch (const std::exception& error) {
    base::log::error("loop.task_failed", {{"error", error.what()}});
  }
}

}  // namespace net
