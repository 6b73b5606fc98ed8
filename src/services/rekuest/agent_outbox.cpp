#include "services/rekuest/agent_outbox.h"

#include <utility>

#include "base/log.h"

namespace rekuest {
namespace {

constexpr std::size_t kMaxUnsentBytes = 4 * 1024 * 1024;
constexpr auto kSlowReader = std::chrono::milliseconds(20);
constexpr std::uint16_t kTryAgain = 1011;
/// Frames one worker makes before others get their turn.
constexpr int kFramesPerTurn = 64;

}  // namespace

FrameSource one_frame(std::string text) {
  return [frame = std::optional(std::move(text))]() mutable { return std::exchange(frame, std::nullopt); };
}

void AgentOutbox::send(FrameSource frames) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    sources_.push_back(std::move(frames));
    if (std::exchange(sending_, true)) return;
  }
  send_soon();
}

void AgentOutbox::close() {
  std::deque<FrameSource> forgotten;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  forgotten.swap(sources_);
  slow_.cancel();
}

void AgentOutbox::send_soon() {
  net::post_patiently(workers_, loop_, [self = shared_from_this()] { self->send_some(); });
}

void AgentOutbox::send_some() {
  for (int i = 0; i < kFramesPerTurn; ++i) {
    if (!send_one()) return;
  }
  send_soon();
}

// False: nothing more for now.
bool AgentOutbox::send_one() {
  FrameSource source;
  {
    const std::lock_guard lock(mutex_);
    if (sources_.empty()) {
      sending_ = false;
      return false;
    }
    if (socket_->queued_bytes() > kMaxUnsentBytes) {
      slow_ = loop_.after(kSlowReader, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->send_soon();
      });
      return false;
    }
    source = std::move(sources_.front());
    sources_.pop_front();
  }
  try {
    std::optional<std::string> frame = source();
    if (!frame) return true;
    socket_->send_text(*std::move(frame));
  } catch (const std::exception& error) {
    base::log::error("agent.outbox_failed", {{"error", error.what()}});
    socket_->close(kTryAgain, "The server could not read what the agent has to hear.");
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (!closed_) sources_.push_front(std::move(source));
  return true;
}

}  // namespace rekuest
