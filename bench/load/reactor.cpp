#include "reactor.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace load {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

Reactor::Reactor() : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}
Reactor::~Reactor() { ::close(epoll_); }

bool Reactor::run(Clock::time_point deadline, const std::function<bool()>& done) {
  std::array<epoll_event, 128> events;
  while (!done()) {
    if (Clock::now() >= deadline) return false;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
    for (int i = 0; i < count; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const std::uint32_t what = events[static_cast<std::size_t>(i)].events;
      if ((what & EPOLLOUT) != 0) connection->on_writable();
      if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) connection->on_readable();
    }
  }
  return true;
}

Connection::Connection(Reactor& reactor, std::uint16_t port)
    : reactor_(reactor), socket_(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  const int on = 1;
  checked(setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  watch(EPOLL_CTL_ADD, EPOLLIN);
}

Connection::~Connection() { ::close(socket_); }

void Connection::watch(int operation, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  checked(epoll_ctl(reactor_.epoll_, operation, socket_, &event), "epoll_ctl");
}

void Connection::write(std::string_view bytes, std::string_view lasting) {
  if (!open_) return;
  if (!lasting_.empty()) throw std::logic_error("a write before what lasts was sent");
  const bool was_waiting = has_waiting();
  unsent_ += bytes;
  lasting_ = lasting;
  if (was_waiting) return;
  send_waiting();
  if (has_waiting()) watch(EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

void Connection::on_writable() {
  send_waiting();
  if (!has_waiting()) watch(EPOLL_CTL_MOD, EPOLLIN);
}

void Connection::send_waiting() {
  while (has_waiting()) {
    std::array<iovec, 2> pieces{
        {{unsent_.data(), unsent_.size()}, {const_cast<char*>(lasting_.data()), lasting_.size()}}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t result = ::sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result < 0 && errno == EAGAIN) return;
    if (result < 0) {
      unsent_.clear();
      lasting_ = {};
      return close();
    }
    const auto sent = static_cast<std::size_t>(result);
    const std::size_t head = std::min(sent, unsent_.size());
    unsent_.erase(0, head);
    lasting_.remove_prefix(sent - head);
  }
}

void Connection::on_readable() {
  std::array<char, 256 * 1024> chunk;
  const ssize_t size = ::recv(socket_, chunk.data(), chunk.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    close();
    watch(EPOLL_CTL_DEL, 0);
    return;
  }
  const std::string_view fresh(chunk.data(), static_cast<std::size_t>(size));
  if (received_.empty()) {
    received_ = fresh.substr(on_bytes(fresh));
  } else {
    received_ += fresh;
    received_.erase(0, on_bytes(received_));
  }
}

}  // namespace load
