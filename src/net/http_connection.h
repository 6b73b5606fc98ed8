// One HTTP/1.1 connection: read a request, have it handled, write the answer,
// again. For net/ only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "net/read_buffer.h"
#include "net/request_reader.h"
#include "net/response_head.h"

namespace net {

class HttpConnection final : public Connection {
 public:
  HttpConnection(std::shared_ptr<ServerState> state, std::shared_ptr<ConnectionList> list,
                 std::unique_ptr<Stream> stream, ConnectionTicket ticket);

  void start() override;
  void drain() override;
  void abort() override;
  void on_deadline() override;

  void on_read(std::size_t size) override;
  void on_written(bool ok) override;
  void on_finished() override;

 private:
  /// Pipelined requests wait in the buffer (and then in the kernel) until the
  /// one before them is answered: nothing is read while handling or writing.
  /// kSink: a piece of the body is with its sink; kSource: the next of the answer is awaited.
  enum class Phase {
    kIdle,
    kHead,
    kBody,
    kContinue,
    kSink,
    kHandling,
    kWriting,
    kSource,
    kFinishing,
    kClosed
  };
  class Reply;

  std::shared_ptr<HttpConnection> self() {
    return std::static_pointer_cast<HttpConnection>(shared_from_this());
  }
  void become_idle();
  void read_more();
  void use_buffer();
  void begin_request();
  void feed();
  void take_head();
  bool refuse_early(const HttpRequest& request, const Router::Match& match);
  bool reserve_body();
  bool open_sink(const StreamHandler& handler);
  void feed_sink();
  void resume_sink();
  void end_body();
  void break_sink();
  void drop_sink();
  void write_next_piece();
  void take_piece(std::string piece);
  /// Runs a handler with the way back from it; what it throws is answered.
  void run_handler(const std::function<void(const Respond&)>& run);
  void send_continue();
  void handle();
  void upgrade(const WebSocketHandler* handler);
  void refuse(int status, std::string_view message);
  void answer(HttpResponse response);
  void answered();
  void end();

  Phase phase_ = Phase::kIdle;
  bool served_before_ = false;
  bool closing_ = false;      ///< answer the current request and end
  bool reading_ = false;      ///< a read is under way
  bool unread_rest_ = false;  ///< the peer may still be sending
  std::string peer_;
  const HttpHandler* handler_ = nullptr;
  std::unique_ptr<BodySink> sink_;
  bool body_done_ = false;  ///< all of it is with `sink_`
  std::shared_ptr<BodySource> source_;
  std::uint64_t unsent_ = 0;  ///< what `source_` has still to give
  ReadBuffer buffer_;
  std::unique_ptr<RequestReader> reader_;
  ReceiveBudget budget_;
  ResponseContext context_;
  std::string head_;  ///< of the answer being written, with its body
  std::string body_;
};

}  // namespace net
