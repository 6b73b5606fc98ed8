// A server that sends what a test gives it to whoever connects, whatever they say. For tests only.
#pragma once

#include <string>
#include <string_view>
#include <thread>

#include "net/testing/listening_socket.h"

namespace net::testing {

/// Serves one connection at a time.
class HostileServer {
 public:
  enum class Then {
    kClose,  ///< after the bytes
    kHold,   ///< say nothing more
    kDrip,   ///< a byte every 50 ms
    kFlood,  ///< as many bytes as the other side takes
  };
  HostileServer(std::string bytes, Then then) : bytes_(std::move(bytes)), then_(then) {
    thread_ = std::thread([this] { serve(); });
  }
  ~HostileServer() {
    listener_.stop();
    thread_.join();
  }
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()) + "/keys"; }

 private:
  void serve() {
    for (int peer = listener_.accept(); peer >= 0; peer = listener_.accept()) {
      read_request(peer);
      send(peer, bytes_);
      go_on(peer);
      ::close(peer);
    }
  }

  /// So that closing does not reset the connection before the bytes are read.
  void read_request(int peer) {
    std::string request;
    char piece[1024];
    while (!listener_.stopping() && request.find("\r\n\r\n") == std::string::npos) {
      if (!is_readable(peer, 20)) continue;
      const ssize_t size = ::recv(peer, piece, sizeof piece, 0);
      if (size <= 0) return;
      request.append(piece, static_cast<std::size_t>(size));
    }
  }

  void go_on(int peer) {
    while (!listener_.stopping() && then_ != Then::kClose) {
      if (is_readable(peer, then_ == Then::kFlood ? 0 : 50)) return;  // the client is gone
      if (then_ == Then::kDrip && !send(peer, "x")) return;
      if (then_ == Then::kFlood && !send(peer, std::string(64 * 1024, 'x'))) return;
    }
  }

  static bool send(int peer, std::string_view bytes) {
    return ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0;
  }

  const std::string bytes_;
  const Then then_;
  ListeningSocket listener_;
  std::thread thread_;
};

}  // namespace net::testing
