#include <sys/socket.h>

#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "net/asio_stream.h"
#include "net/socket_stream.h"
#include "net/tls_material.h"

namespace net {
namespace {

constexpr char kClientHello = 0x16;  // a record of TLS's handshake, RFC 8446 5.1

// Somebody typed the address without its s.
constexpr std::string_view kWrongScheme =
    "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    "content-length: 64\r\n\r\nThis port speaks HTTPS: begin the address with https:// instead\n";

/// The handshake is part of the first read.
class TlsStream final : public SocketStream<asio::ssl::stream<tcp::socket>> {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<TlsIdentity::Material> material)
      : SocketStream(std::move(socket), material->context), material_(std::move(material)) {}

  void read(std::span<char> into, std::shared_ptr<Owner> owner) override {
    if (greeted_) return SocketStream::read(into, std::move(owner));
    socket().async_wait(tcp::socket::wait_read,
                        [this, into, owner = std::move(owner)](error_code error) mutable {
                          if (error) return owner->on_read(0);
                          greet(into, std::move(owner));
                        });
  }

 private:
  void greet(std::span<char> into, std::shared_ptr<Owner> owner) {
    char first = 0;
    const ssize_t seen = ::recv(socket().native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (seen == 1 && first != kClientHello) return say_wrong_scheme(std::move(owner));
    channel().async_handshake(asio::ssl::stream_base::server,
                              [this, into, owner = std::move(owner)](error_code error) mutable {
                                if (error) return owner->on_read(0);
                                greeted_ = true;
                                SocketStream::read(into, std::move(owner));
                              });
  }

  void say_wrong_scheme(std::shared_ptr<Owner> owner) {
    // Closing with unread bytes would reset the connection before the answer is read.
    std::array<char, 4096> request;
    error_code ignored;
    socket().read_some(asio::buffer(request), ignored);
    asio::async_write(socket(), asio::buffer(kWrongScheme),
                      [owner = std::move(owner)](error_code, std::size_t) { owner->on_read(0); });
  }

  const std::shared_ptr<TlsIdentity::Material> material_;
  bool greeted_ = false;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(tcp::socket socket, const TlsIdentity& identity) {
  return std::make_unique<TlsStream>(std::move(socket), identity.current());
}

}  // namespace net
