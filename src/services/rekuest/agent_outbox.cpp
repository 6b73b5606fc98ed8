#include "services/rekuest/agent_outbox.h"

#include <utility>

namespace rekuest {
namespace {

constexpr std::size_t kMaxUnsentBytes = 4 * 1024 * 1024;
constexpr auto kSlowReader = std::chrono::milliseconds(20);
/// Frames one worker makes before others get their turn.
constexpr int kFramesPerTurn = 64;

}  // namespace

void AgentOutbox::send(FrameMaker frame) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    frames_.push_back(std::move(frame));
    if (std::exchange(sending_, true)) return;
  }
  send_soon();
}

void AgentOutbox::close() {
  std::deque<FrameMaker> forgotten;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  forgotten.swap(frames_);
  slow_.cancel();
}

void AgentOutbox::send_soon() {
  net::post_patiently(workers_, loop_, [self = shared_from_this()] { self->send_some(); });
}

void AgentOutbox::send_some() {
  for (int i = 0; i < kFramesPerTurn; ++i) {
    FrameMaker make;
    {
      const std::lock_guard lock(mutex_);
      if (frames_.empty()) {
        sending_ = false;
        return;
      }
      if (socket_->queued_bytes() > kMaxUnsentBytes) {
        slow_ = loop_.after(kSlowReader, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->send_soon();
        });
        return;
      }
      make = std::move(frames_.front());
      frames_.pop_front();
    }
    socket_->send_text(make());
  }
  send_soon();
}

}  // namespace rekuest
