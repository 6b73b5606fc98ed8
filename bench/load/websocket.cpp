#include "websocket.h"

#include <fmt/format.h>

#include <stdexcept>

namespace load {

WebSocket::WebSocket(Reactor& reactor, std::uint16_t port, std::string_view path,
                     std::string_view subprotocol)
    : Connection(reactor, port) {
  std::string offer;
  if (!subprotocol.empty()) offer = fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocol);
  write(
      fmt::format("GET {} HTTP/1.1\r\nHost: localhost:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
                  path, port, offer));
}

void WebSocket::ping() { send_frame(0x89, {}); }

// Masked with zeros, which leaves the payload as it is.
void WebSocket::send_frame(unsigned char head, std::string_view payload) {
  std::string frame(1, static_cast<char>(head));
  const int length_bytes = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  const std::size_t length = length_bytes == 0 ? payload.size() : length_bytes == 2 ? 126 : 127;
  frame += static_cast<char>(0x80 | length);
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i) & 0xff);
  frame.append(4, '\0');
  frame += payload;
  write(frame);
}

std::size_t WebSocket::on_bytes(std::string_view bytes) {
  std::size_t used = 0;
  if (!upgraded_) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (!bytes.starts_with("HTTP/1.1 101")) {
      throw std::runtime_error(fmt::format("no upgrade: {}", bytes.substr(0, end)));
    }
    upgraded_ = true;
    used = end + 4;
    on_open();
  }
  while (const std::size_t size = take_frame(bytes.substr(used))) used += size;
  return used;
}

// The bytes of the frame that `bytes` begin with; 0: not whole yet.
std::size_t WebSocket::take_frame(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return 0;
  const std::size_t length_bytes = at(1) < 126 ? 0 : at(1) == 126 ? 2 : 8;
  if (bytes.size() < 2 + length_bytes) return 0;
  std::size_t size = length_bytes == 0 ? at(1) : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) size = size << 8 | at(2 + i);
  const std::size_t head = 2 + length_bytes;
  if (bytes.size() < head + size) return 0;
  switch (at(0) & 0x0f) {
    case 1:
      on_text(bytes.substr(head, size));
      break;
    case 8:
      close();
      break;
    case 9:
      send_frame(0x8a, bytes.substr(head, size));
      break;
    case 10:
      on_pong();
      break;
    default:
      throw std::runtime_error("a frame our server does not send");
  }
  return head + size;
}

}  // namespace load
