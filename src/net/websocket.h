// WebSocket (RFC 6455) connections as callbacks and a thread-safe handle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.h"

namespace net {

/// One open connection. Thread-safe: frames are written in the order of the
/// calls by one writer. A peer that does not read is dropped (1011) once more
/// than the server's limit of bytes waits for it.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  virtual void send_text(std::string message) = 0;
  /// Sends the close frame after what is queued; later sends are ignored.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Drops the TCP connection without a close frame.
  virtual void abort() = 0;
  virtual std::size_t queued_bytes() const = 0;
  /// Ends a pause early: the session's `wants_pause` is asked again soon.
  virtual void resume_reading() {}
};

/// What happens on one connection. Calls never overlap and come in wire order
/// on event-loop threads; they must not block.
class WebSocketSession {
 public:
  virtual ~WebSocketSession() = default;
  /// The handshake is answered; `socket` may be kept and used from any thread.
  virtual void on_open(std::shared_ptr<WebSocket> socket) = 0;
  virtual void on_text(std::string message) = 0;
  virtual void on_binary(std::string message) = 0;
  /// Last call: the peer closed, the connection broke, or the server drains.
  /// `code` is 1006 if there was no close frame. Destroyed afterwards.
  virtual void on_close(std::uint16_t code) = 0;
  /// While true, nothing more is read from the socket: back-pressure. The
  /// server asks again after `resume_reading` is called on the handle passed
  /// to on_open, or 50 ms later.
  virtual bool wants_pause() const { return false; }
};

/// The answer to an upgrade request.
struct WebSocketAccept {
  std::shared_ptr<WebSocketSession> session;  ///< null refuses with `refuse_status`
  std::string subprotocol;                    ///< echoed if not empty
  std::size_t max_message = 1 << 20;          ///< bytes; larger closes 1009
  int refuse_status = 404;
};
using WebSocketHandler = std::function<WebSocketAccept(const HttpRequest&)>;

/// The names a client offers in Sec-WebSocket-Protocol, in its order.
std::vector<std::string> offered_subprotocols(const HttpRequest& request);

}  // namespace net
