// What all connections of one server share. For net/ only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "net/loop.h"
#include "net/server.h"

namespace net {

/// Thread-safe.
struct ServerState {
  ServerState(Router routes, const Limits& limit, std::shared_ptr<const TlsIdentity> identity = nullptr)
      : router(std::move(routes)), limits(limit), tls(std::move(identity)) {}

  const Router router;
  const Limits limits;
  const std::shared_ptr<const TlsIdentity> tls;  ///< null: plain HTTP
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> websockets{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::size_t> receiving{0};  ///< bytes of bodies and messages not yet complete

  /// Waits until there is no connection. False if `limit` passed first.
  bool wait_for_no_connections(Clock::duration limit) {
    std::unique_lock lock(mutex_);
    return none_left_.wait_for(lock, limit, [&] { return connections.load() == 0; });
  }

 private:
  friend class ConnectionTicket;
  std::mutex mutex_;
  std::condition_variable none_left_;
};

/// One of the server's connections, counted while it lives.
class ConnectionTicket {
 public:
  explicit ConnectionTicket(std::shared_ptr<ServerState> state) : state_(std::move(state)) {
    ++state_->connections;
  }
  ConnectionTicket(ConnectionTicket&&) = default;
  ConnectionTicket& operator=(ConnectionTicket&&) = delete;
  ~ConnectionTicket() {
    if (!state_ || --state_->connections > 0) return;
    std::lock_guard lock(state_->mutex_);
    state_->none_left_.notify_all();
  }

 private:
  std::shared_ptr<ServerState> state_;
};

/// One receiver's share of `total_body_bytes`, given back when destroyed.
class ReceiveBudget {
 public:
  explicit ReceiveBudget(ServerState& state) : state_(state) {}
  ~ReceiveBudget() { release(); }
  ReceiveBudget(const ReceiveBudget&) = delete;
  ReceiveBudget& operator=(const ReceiveBudget&) = delete;

  /// Raises the share to `bytes`. False if all receivers together would
  /// exceed the limit; the share is unchanged then.
  [[nodiscard]] bool grow_to(std::size_t bytes) {
    if (bytes <= held_) return true;
    const std::size_t more = bytes - held_;
    if (state_.receiving.fetch_add(more) + more > state_.limits.total_body_bytes) {
      state_.receiving -= more;
      return false;
    }
    held_ = bytes;
    return true;
  }
  void release() {
    if (held_ != 0) state_.receiving -= std::exchange(held_, 0);
  }

 private:
  ServerState& state_;
  std::size_t held_ = 0;
};

}  // namespace net
