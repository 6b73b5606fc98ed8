// A stream over a socket, plain or encrypted. For net/'s Asio units only.
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <type_traits>
#include <vector>

#include "net/stream.h"

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// A view of buffers that Asio may copy for free.
struct BufferRange {
  const asio::const_buffer* first;
  const asio::const_buffer* last;
  const asio::const_buffer* begin() const { return first; }
  const asio::const_buffer* end() const { return last; }
};

/// `Channel` is what bytes go through: a TCP socket, or TLS on one. One that ends without TLS's goodbye cuts
/// nothing off: every message of the protocols above says how long it is.
template <class Channel>
class SocketStream : public Stream {
 public:
  template <class... Arguments>
  explicit SocketStream(Arguments&&... arguments) : channel_(std::forward<Arguments>(arguments)...) {
    error_code ignored;
    socket().set_option(tcp::no_delay(true), ignored);
  }

  void read(std::span<char> into, std::shared_ptr<Owner> owner) override {
    channel_.async_read_some(
        asio::buffer(into.data(), into.size()),
        [owner = std::move(owner)](error_code error, std::size_t size) { owner->on_read(error ? 0 : size); });
  }

  void write(std::span<const std::string_view> pieces, std::shared_ptr<Owner> owner) override {
    buffers_.clear();
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) buffers_.emplace_back(piece.data(), piece.size());
    }
    next_ = 0;
    write_rest(std::move(owner));
  }

  void finish(std::shared_ptr<Owner> owner) override {
    error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
    discarded_.resize(4096);
    discard(std::move(owner));
  }

  void close() override {
    error_code ignored;
    socket().close(ignored);
  }

  std::uint64_t written() const override { return written_; }

  std::string peer_address() const override {
    error_code error;
    const tcp::endpoint peer = socket().remote_endpoint(error);
    return error ? std::string() : peer.address().to_string();
  }

  std::string local_host() const override {
    error_code error;
    const tcp::endpoint local = socket().local_endpoint(error);
    if (error) return "localhost";
    const std::string text = local.address().to_string();
    return local.address().is_v6() ? "[" + text + "]" : text;
  }

  std::uint16_t local_port() const override {
    error_code error;
    const tcp::endpoint local = socket().local_endpoint(error);
    return error ? std::uint16_t{0} : local.port();
  }

  void detect_dead_peer() override {
    const auto set = [this](int level, int option, int value) {
      ::setsockopt(socket().native_handle(), level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 300);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 60);
    set(IPPROTO_TCP, TCP_KEEPCNT, 10);
  }

 protected:
  Channel& channel() { return channel_; }
  tcp::socket& socket() {
    if constexpr (std::is_same_v<Channel, tcp::socket>) {
      return channel_;
    } else {
      return channel_.next_layer();
    }
  }
  const tcp::socket& socket() const { return const_cast<SocketStream*>(this)->socket(); }

 private:
  void write_rest(std::shared_ptr<Owner> owner) {
    const BufferRange range{buffers_.data() + next_, buffers_.data() + buffers_.size()};
    channel_.async_write_some(range,
                              [this, owner = std::move(owner)](error_code error, std::size_t size) mutable {
                                if (error) {
                                  owner->on_written(false);
                                  return;
                                }
                                advance(size);
                                if (next_ == buffers_.size()) {
                                  owner->on_written(true);
                                } else {
                                  write_rest(std::move(owner));
                                }
                              });
  }

  void advance(std::size_t size) {
    written_ += size;
    while (next_ < buffers_.size() && size >= buffers_[next_].size()) size -= buffers_[next_++].size();
    if (next_ < buffers_.size()) buffers_[next_] += size;
  }

  void discard(std::shared_ptr<Owner> owner) {
    socket().async_read_some(asio::buffer(discarded_),
                             [this, owner = std::move(owner)](error_code error, std::size_t) mutable {
                               if (error) {
                                 owner->on_finished();
                               } else {
                                 discard(std::move(owner));
                               }
                             });
  }

  Channel channel_;
  std::vector<asio::const_buffer> buffers_;
  std::size_t next_ = 0;
  std::uint64_t written_ = 0;
  std::vector<char> discarded_;
};

}  // namespace net
