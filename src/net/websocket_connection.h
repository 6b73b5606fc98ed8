// One WebSocket connection after its handshake was accepted. For net/ only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"
#include "net/read_buffer.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"
#include "net/websocket_outbox.h"

namespace net {

class WebSocketConnection final : public Connection, public Outbox::Consumer {
 public:
  /// `answer` is the 101 response to send first, `received` what the client
  /// already sent behind its request.
  WebSocketConnection(std::shared_ptr<ServerState> state, std::shared_ptr<ConnectionList> list,
                      std::unique_ptr<Stream> stream, ConnectionTicket ticket, WebSocketAccept accept,
                      std::string answer, std::string_view received);
  ~WebSocketConnection() override;

  void start() override;
  void drain() override;
  void abort() override;
  void on_deadline() override;
  void on_outbox() override;

  void on_read(std::size_t size) override;
  void on_written(bool ok) override;
  void on_finished() override;

 private:
  enum class Phase {
    kHandshake,
    kOpen,
    kClosing,    ///< our close frame is on its way or sent; the peer's is awaited
    kLast,       ///< the last frame is on its way, then the stream is finished
    kFinishing,  ///< waiting for the peer to end the TCP connection
    kClosed
  };

  std::shared_ptr<WebSocketConnection> self() {
    return std::static_pointer_cast<WebSocketConnection>(shared_from_this());
  }
  bool is_receiving() const { return phase_ == Phase::kOpen || phase_ == Phase::kClosing; }
  void read_more();
  void use_buffer();
  void take_event(FrameDecoder::Event event);
  void deliver(FrameDecoder::Event event);
  void pause_if_wanted();
  void on_peer_close(std::uint16_t code);
  /// Ends by a close frame of ours, without waiting for the peer's.
  void fail(std::uint16_t code, std::string_view reason);
  void send_last();
  void finish();
  void flush();
  void write_batch(std::vector<std::string> messages);
  void report_close(std::uint16_t code);
  template <class Call>
  void call_session(Call call);

  Phase phase_ = Phase::kHandshake;
  bool reading_ = false;
  bool writing_ = false;
  bool paused_ = false;
  bool hurried_ = false;                       ///< a close was asked for: the rest must make progress
  std::shared_ptr<WebSocketSession> session_;  ///< null once on_close was called
  const std::shared_ptr<Outbox> outbox_;
  FrameDecoder decoder_;
  ReadBuffer buffer_;
  ReceiveBudget budget_;
  std::string pong_;                   ///< answer to the newest ping, not yet written
  std::string closing_frame_;          ///< ours, not yet written
  std::string frames_;                 ///< being written: headers and small payloads
  std::vector<std::string> payloads_;  ///< being written: large payloads
  std::size_t batch_bytes_ = 0;        ///< payload bytes being written
  std::shared_ptr<Loop::ScheduledCall> ask_again_;
};

}  // namespace net
