// Client sockets of one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace load {

using Clock = std::chrono::steady_clock;

class Connection;

/// Waits for sockets, on the thread that runs it.
class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Handles what arrives until `done`, which is asked at least every 10 ms, or the deadline. False: the
  /// latter.
  bool run(Clock::time_point deadline, const std::function<bool()>& done);

 private:
  friend class Connection;
  int epoll_;
};

/// A TCP connection to a port of 127.0.0.1. Throws std::system_error if it cannot be made.
class Connection {
 public:
  Connection(Reactor& reactor, std::uint16_t port);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return open_; }

 protected:
  /// Sends at once, as the official clients do with every frame; what does not fit goes when it does. What
  /// is in `lasting` follows without being copied: it must stay until all is sent, and nothing be written
  /// before.
  void write(std::string_view bytes, std::string_view lasting = {});
  /// All that arrived and was not used yet; returns how much of it was used now.
  virtual std::size_t on_bytes(std::string_view bytes) = 0;
  void close() { open_ = false; }

 private:
  friend class Reactor;
  void on_readable();
  void on_writable();
  void send_waiting();
  bool has_waiting() const { return !unsent_.empty() || !lasting_.empty(); }
  void watch(int operation, std::uint32_t events);

  Reactor& reactor_;
  int socket_;
  bool open_ = true;
  std::string received_;
  std::string unsent_;
  std::string_view lasting_;  ///< after `unsent_`
};

}  // namespace load
