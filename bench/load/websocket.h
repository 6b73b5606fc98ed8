// The client's side of RFC 6455, as far as our server's side goes: it never fragments.
#pragma once

#include <string>
#include <string_view>

#include "reactor.h"

namespace load {

class WebSocket : public Connection {
 public:
  /// Asks for the upgrade; `on_open` follows. `subprotocol` may be empty.
  WebSocket(Reactor& reactor, std::uint16_t port, std::string_view path, std::string_view subprotocol);

  void ping();

 protected:
  void send_text(std::string_view text) { send_frame(0x81, text); }
  virtual void on_open() = 0;
  virtual void on_text(std::string_view text) = 0;
  virtual void on_pong() {}

 private:
  std::size_t on_bytes(std::string_view bytes) final;
  std::size_t take_frame(std::string_view bytes);
  void send_frame(unsigned char head, std::string_view payload);

  bool upgraded_ = false;
};

}  // namespace load
