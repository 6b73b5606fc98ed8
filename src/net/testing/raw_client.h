// A client that sends exactly the bytes a test gives it, and a server to send
// them to. Blocking; every read fails after ten seconds. For tests only.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/server.h"

namespace net::testing {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, bool ipv6 = false, int receive_buffer = 0) {
    fd_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    connected_ = ipv6 ? ::connect(fd_, reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0
                      : ::connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return connected_; }
  int descriptor() const { return fd_; }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  /// False if the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Exactly so many bytes, or fewer if the connection ends.
  std::string read(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    return take(std::min(size, buffer_.size()));
  }

  /// Up to and with `mark`, or what came before the connection ended.
  std::string read_until(std::string_view mark) {
    std::size_t at = 0;
    while ((at = buffer_.find(mark)) == std::string::npos) {
      if (!fill()) return take(buffer_.size());
    }
    return take(at + mark.size());
  }

  std::string read_to_end() {
    while (fill()) {
    }
    return take(buffer_.size());
  }

  /// Whether the server ended the connection, with nothing before that.
  bool ended() { return buffer_.empty() && !fill() && !timed_out_; }

  struct Response {
    int status = 0;  ///< 0: no response came
    std::string head;
    std::string body;
    bool has(std::string_view line) const {
      return head.find(std::string(line) + "\r\n") != std::string::npos;
    }
  };
  Response read_response(bool to_head = false) {
    Response response;
    response.head = read_until("\r\n\r\n");
    if (response.head.size() < 12) return response;
    response.status = std::stoi(response.head.substr(9, 3));
    const std::size_t at = response.head.find("Content-Length: ");
    if (at != std::string::npos && !to_head) response.body = read(std::stoul(response.head.substr(at + 16)));
    return response;
  }
  Response ask(std::string_view request) {
    send(request);
    return read_response(request.starts_with("HEAD"));
  }
  Response get(const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

 private:
  bool fill() {
    char bytes[16384];
    const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
    timed_out_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (size <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(size));
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  int fd_ = -1;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string buffer_;
};

/// A started server on free ports with two event-loop threads.
class TestServer {
 public:
  explicit TestServer(Router router, Limits limits = {})
      : server_(loop_, options(limits), std::move(router)) {
    server_.start();
  }
  std::uint16_t port() const { return server_.port(); }
  Server& server() { return server_; }
  EventLoop& loop() { return loop_; }

  /// Waits until `holds`; the counters lag behind what a client sees.
  template <class Condition>
  static bool eventually(Condition holds) {
    for (int i = 0; i < 5000; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

 private:
  static ServerOptions options(const Limits& limits) {
    ServerOptions options;
    options.limits = limits;
    return options;
  }
  EventLoop loop_{2};
  Server server_;
};

}  // namespace net::testing
