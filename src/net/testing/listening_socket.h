// A plain socket on a free port of 127.0.0.1, for servers that a test writes by hand. For tests only.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace net::testing {

inline bool is_readable(int socket, int milliseconds) {
  pollfd waited{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, milliseconds) > 0;
}

class ListeningSocket {
 public:
  ListeningSocket() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(descriptor_, 8);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~ListeningSocket() { ::close(descriptor_); }
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  std::uint16_t port() const { return port_; }
  /// From another thread.
  void stop() { stopping_ = true; }
  bool stopping() const { return stopping_; }
  /// The next connection, whose owner is the caller; -1 once it is to stop.
  int accept() const {
    while (!stopping_) {
      if (is_readable(descriptor_, 20)) return ::accept(descriptor_, nullptr, nullptr);
    }
    return -1;
  }

 private:
  const int descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
};

}  // namespace net::testing
