#include "net/websocket_outbox.h"

#include <algorithm>

namespace net {

void Outbox::send_text(std::string message) {
  std::deque<std::string> dropped;
  std::unique_lock lock(mutex_);
  if (sealed_) return;
  // A single message may exceed the limit; one behind others may not.
  if (bytes_ > 0 && bytes_ + message.size() > limit_) {
    sealed_ = true;
    overflowed_ = true;
    dropped.swap(queue_);
  } else {
    bytes_ += message.size();
    queue_.push_back(std::move(message));
  }
  wake(lock);
}

void Outbox::close(std::uint16_t code, std::string_view reason) {
  std::unique_lock lock(mutex_);
  if (sealed_) return;
  sealed_ = true;
  close_ = Close{code, std::string(reason)};
  wake(lock);
}

void Outbox::abort() {
  std::unique_lock lock(mutex_);
  sealed_ = true;
  aborted_ = true;
  wake(lock);
}

std::size_t Outbox::queued_bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void Outbox::resume_reading() {
  std::unique_lock lock(mutex_);
  wake(lock);
}

void Outbox::wake(std::unique_lock<std::mutex>& lock) {
  const bool first = !woken_;
  woken_ = true;
  lock.unlock();
  if (!first) return;
  loop_->post([consumer = consumer_] {
    if (const auto alive = consumer.lock()) alive->on_outbox();
  });
}

Outbox::Status Outbox::acknowledge() {
  std::lock_guard lock(mutex_);
  woken_ = false;
  return {sealed_, overflowed_, aborted_};
}

Outbox::Taken Outbox::take(std::size_t max_bytes, std::size_t max_messages) {
  Taken taken;
  std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  while (!queue_.empty() && taken.messages.size() < max_messages) {
    bytes += queue_.front().size();
    if (!taken.messages.empty() && bytes > max_bytes) break;
    taken.messages.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (queue_.empty()) taken.close = std::exchange(close_, std::nullopt);
  return taken;
}

void Outbox::written(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  bytes_ -= std::min(bytes_, bytes);
}

void Outbox::shut() {
  std::deque<std::string> dropped;
  std::lock_guard lock(mutex_);
  sealed_ = true;
  bytes_ = 0;
  dropped.swap(queue_);
}

}  // namespace net
