// The thread-safe handle of a WebSocket: what waits to be sent. For net/ only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"
#include "net/websocket.h"

namespace net {

/// Any number of senders, one consumer on the loop's thread. A burst of sends
/// wakes the consumer once. Outlives the connection: sends are ignored then.
class Outbox final : public WebSocket {
 public:
  class Consumer {
   public:
    virtual ~Consumer() = default;
    /// On the loop's thread, some time after something changed.
    virtual void on_outbox() = 0;
  };

  Outbox(std::shared_ptr<Loop> loop, std::size_t limit) : loop_(std::move(loop)), limit_(limit) {}
  void attach(std::weak_ptr<Consumer> consumer) { consumer_ = std::move(consumer); }

  void send_text(std::string message) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void abort() override;
  std::size_t queued_bytes() const override;
  void resume_reading() override;

  struct Close {
    std::uint16_t code;
    std::string reason;
  };
  struct Taken {
    std::vector<std::string> messages;
    std::optional<Close> close;  ///< asked for, and nothing is left to send before it
  };
  struct Status {
    bool closing;     ///< nothing more is accepted
    bool overflowed;  ///< the peer is too slow; what waited was dropped
    bool aborted;
  };
  // For the consumer.
  /// Later changes wake it again.
  Status acknowledge();
  Taken take(std::size_t max_bytes, std::size_t max_messages);
  void written(std::size_t bytes);
  /// Drops what waits; later sends are ignored.
  void shut();

 private:
  /// Called with `lock` held, which it releases.
  void wake(std::unique_lock<std::mutex>& lock);

  const std::shared_ptr<Loop> loop_;
  const std::size_t limit_;
  std::weak_ptr<Consumer> consumer_;  ///< set before the handle is shared
  mutable std::mutex mutex_;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;  ///< waiting, and taken but not yet written
  bool sealed_ = false;    ///< nothing more is accepted
  bool woken_ = false;
  bool overflowed_ = false;
  bool aborted_ = false;
  std::optional<Close> close_;
};

}  // namespace net
