#include "net/http_connection.h"

#include <array>
#include <atomic>
#include <exception>
#include <limits>

#include "base/error.h"
#include "base/log.h"
#include "net/ascii.h"
#include "net/request_target.h"
#include "net/websocket_connection.h"
#include "net/websocket_handshake.h"

namespace net {
namespace {

/// How long a peer may take to notice that we ended the connection.
constexpr std::chrono::seconds kFinish{2};
constexpr char kTlsHandshakeByte = 0x16;
constexpr std::string_view kContinueLine = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kLargeRead = 32 * 1024;
/// For bodies that are passed on: fewer turns, and still little for each connection.
// As much again may wait for a worker, for each of hundreds of connections; not so much that the allocator
// maps it anew each time (128 KiB).
constexpr std::size_t kStreamRead = 120 * 1024;
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

}  // namespace

/// The way back from a handler on any thread.
class HttpConnection::Reply final : public Respond::Sink {
 public:
  explicit Reply(HttpConnection& connection)
      : connection_(connection.self()), loop_(connection.list_->shared_loop()) {}
  ~Reply() override {
    if (!answered_) send(error_response(500, "The request was dropped without an answer."));
  }
  void send(HttpResponse response) override {
    if (answered_.exchange(true)) return;
    if (loop_->is_current()) {
      deliver(connection_, std::move(response));
      return;
    }
    auto shared = std::make_shared<HttpResponse>(std::move(response));
    loop_->post([connection = connection_, shared] { deliver(connection, std::move(*shared)); });
  }

 private:
  static void deliver(const std::weak_ptr<HttpConnection>& weak, HttpResponse response) {
    if (const auto connection = weak.lock()) connection->answer(std::move(response));
  }
  const std::weak_ptr<HttpConnection> connection_;
  const std::shared_ptr<Loop> loop_;
  std::atomic<bool> answered_{false};
};

HttpConnection::HttpConnection(std::shared_ptr<ServerState> state, std::shared_ptr<ConnectionList> list,
                               std::unique_ptr<Stream> stream, ConnectionTicket ticket)
    : Connection(std::move(state), std::move(list), std::move(stream), std::move(ticket)), budget_(*state_) {}

void HttpConnection::start() {
  peer_ = stream_->peer_address();
  become_idle();
  read_more();
}

void HttpConnection::become_idle() {
  phase_ = Phase::kIdle;
  expect_within(state_->limits.idle);
}

void HttpConnection::read_more() {
  if (phase_ == Phase::kIdle) buffer_.shrink();
  const bool large = phase_ == Phase::kBody && reader_->content_length() >= kLargeRead;
  reading_ = true;
  std::size_t room = large ? kLargeRead : ReadBuffer::kSmall / 2;
  if (sink_ && large) room = kStreamRead;
  stream_->read(buffer_.prepare(room), shared_from_this());
}

void HttpConnection::on_read(std::size_t size) {
  reading_ = false;
  if (phase_ != Phase::kIdle && phase_ != Phase::kHead && phase_ != Phase::kBody)
    return;  // answered meanwhile
  if (size == 0) {
    abort();
    return;
  }
  buffer_.commit(size);
  if (phase_ == Phase::kBody) expect_within(state_->limits.body_timeout);
  use_buffer();
}

void HttpConnection::use_buffer() {
  if (phase_ == Phase::kIdle) begin_request();
  if (phase_ == Phase::kHead || phase_ == Phase::kBody) feed();
  if (phase_ == Phase::kIdle || phase_ == Phase::kHead || phase_ == Phase::kBody) read_more();
}

void HttpConnection::begin_request() {
  // A client that tries https first waits until this port refuses it.
  if (!served_before_ && buffer_.view().starts_with(kTlsHandshakeByte)) {
    abort();
    return;
  }
  // Empty lines before a request are left over from some clients' bodies.
  while (buffer_.view().starts_with("\r\n")) buffer_.consume(2);
  if (buffer_.empty() || buffer_.view() == "\r") return;
  served_before_ = true;
  phase_ = Phase::kHead;
  context_ = {};
  handler_ = nullptr;
  body_done_ = false;
  unread_rest_ = true;
  reader_ = std::make_unique<RequestReader>(state_->limits.header_bytes);
  expect_within(state_->limits.header_timeout);
}

void HttpConnection::feed() {
  while (phase_ == Phase::kHead || phase_ == Phase::kBody) {
    const RequestReader::Step step = reader_->feed(buffer_.view());
    buffer_.consume(step.used);
    switch (step.progress) {
      case RequestReader::Progress::kMore:
        if (sink_) {
          feed_sink();
        } else if (phase_ == Phase::kBody) {
          reserve_body();
        }
        return;
      case RequestReader::Progress::kRefused:
        break_sink();
        refuse(reader_->refusal().status, reader_->refusal().message);
        return;
      case RequestReader::Progress::kHead:
        take_head();
        break;
      case RequestReader::Progress::kDone:
        if (sink_) {
          body_done_ = true;
          feed_sink();
        } else if (reserve_body()) {
          handle();
        }
        return;
    }
  }
}

bool HttpConnection::reserve_body() {
  if (budget_.grow_to(reader_->body_received())) return true;
  refuse(503, "The server is receiving too much at once. Try again in a moment.");
  return false;
}

void HttpConnection::take_head() {
  HttpRequest& request = reader_->request();
  state_->requests.fetch_add(1, std::memory_order_relaxed);
  context_.http11 = reader_->http11();
  context_.keep_alive = reader_->keep_alive();
  context_.to_head = request.method == "HEAD";
  unread_rest_ = reader_->has_body();
  request.peer = peer_;
  Arrival arrival{{}, 0, state_->limits.trusted_proxies, state_->tls != nullptr};
  if (!context_.http11) {
    arrival.local_host = stream_->local_host();
    arrival.local_port = stream_->local_port();
  }
  if (const auto problem = interpret_target(request, arrival, context_.http11)) {
    closing_ = true;
    refuse(400, *problem);
    return;
  }
  const WebSocketHandler* socket_handler = state_->router.match_websocket(request.path);
  if (asks_for_websocket(request)) {
    upgrade(socket_handler);
    return;
  }

  const Router::Match match = state_->router.match(request.method, request.path);
  context_.cors = match.cors;
  if (match.cors && request.method == "OPTIONS") {
    context_.preflight = true;
    answer(HttpResponse{});
    return;
  }
  handler_ = match.route != nullptr ? &match.route->handler : state_->router.fallback_handler();
  if (match.known_path && match.route == nullptr) handler_ = nullptr;
  if (handler_ == nullptr && !match.known_path && socket_handler != nullptr) {
    HttpResponse response = error_response(426, "This address speaks WebSocket only.");
    response.headers.add("Upgrade", "websocket");
    answer(std::move(response));
    return;
  }
  if (refuse_early(request, match)) return;
  const bool is_asked = reader_->has_body() && context_.http11 && request.headers.get("Expect").has_value();
  if (match.route != nullptr && match.route->stream && !open_sink(match.route->stream)) return;
  phase_ = Phase::kBody;
  expect_within(state_->limits.body_timeout);
  if (is_asked && buffer_.empty()) send_continue();
}

/// What needs no body to be decided.
bool HttpConnection::refuse_early(const HttpRequest& request, const Router::Match& match) {
  if (handler_ == nullptr && !match.known_path) {
    refuse(404, "There is nothing at " + request.path + ".");
    return true;
  }
  if (handler_ == nullptr) {
    HttpResponse response = error_response(405, request.method + " is not possible at " + request.path + ".");
    std::string allowed;
    for (const std::string& method : match.methods) allowed += (allowed.empty() ? "" : ", ") + method;
    response.headers.add("Allow", std::move(allowed));
    answer(std::move(response));
    return true;
  }
  const auto expectation = request.headers.get("Expect");
  if (expectation && !equals_ignoring_case(*expectation, "100-continue")) {
    refuse(417, "The only known expectation is `100-continue`.");
    return true;
  }
  const bool is_streamed = match.route != nullptr && match.route->stream;
  const auto own_limit = match.route != nullptr ? match.route->options.body_bytes : std::nullopt;
  const std::uint64_t usual = is_streamed ? kUnlimited : state_->limits.body_bytes;
  if (!reader_->limit_body(own_limit ? *own_limit : usual)) {
    refuse(reader_->refusal().status, reader_->refusal().message);
    return true;
  }
  return false;
}

void HttpConnection::send_continue() {
  phase_ = Phase::kContinue;
  expect_progress_within(state_->limits.write_timeout);
  stream_->write(std::array{kContinueLine}, shared_from_this());
}

void HttpConnection::handle() {
  phase_ = Phase::kHandling;
  unread_rest_ = false;
  expect_nothing();
  budget_.release();
  run_handler([this](const Respond& respond) { (*handler_)(std::move(reader_->request()), respond); });
}

void HttpConnection::run_handler(const std::function<void(const Respond&)>& run) {
  const Respond respond(std::make_shared<Reply>(*this));
  try {
    run(respond);
  } catch (const base::Error& error) {
    const bool by_client = error.code() == base::code::kValidation;
    respond(error_response(by_client ? 400 : 500, error.message()));
  } catch (const std::exception& error) {
    base::log::error("http.handler_failed", {{"error", error.what()}});
    respond(error_response(500, "The server failed to handle this request."));
  }
}

void HttpConnection::upgrade(const WebSocketHandler* handler) {
  const HttpRequest& request = reader_->request();
  if (handler == nullptr) {
    refuse(404, "There is no WebSocket at " + request.path + ".");
    return;
  }
  if (auto problem = check_handshake(request, context_.http11)) {
    HttpResponse response = error_response(problem->status, problem->message);
    if (problem->status == 426) response.headers.add("Sec-WebSocket-Version", "13");
    answer(std::move(response));
    return;
  }
  WebSocketAccept accept;
  try {
    accept = (*handler)(request);
  } catch (const std::exception& error) {
    base::log::error("websocket.handler_failed", {{"error", error.what()}});
    accept.refuse_status = 500;
  }
  if (!accept.session || closing_) {
    refuse(closing_ ? 503 : accept.refuse_status, "The WebSocket was refused.");
    return;
  }
  std::string head = handshake_answer(request, accept.subprotocol);
  auto socket =
      std::make_shared<WebSocketConnection>(state_, list_, std::move(stream_), std::move(ticket_),
                                            std::move(accept), std::move(head), std::string(buffer_.view()));
  const auto alive = shared_from_this();
  phase_ = Phase::kClosed;
  expect_nothing();
  leave();
  list_->add(std::move(socket));
}

void HttpConnection::refuse(int status, std::string_view message) {
  if (unread_rest_) closing_ = true;
  answer(error_response(status, message));
}

void HttpConnection::answer(HttpResponse response) {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kWriting;
  budget_.release();
  drop_sink();
  // A body we did not read would be taken for the next request.
  closing_ = closing_ || unread_rest_ || !context_.keep_alive;
  if (const auto connection = response.headers.get("Connection")) {
    closing_ = closing_ || list_contains(*connection, "close");
  }
  context_.keep_alive = !closing_;
  head_ = response_head(response, context_);
  const bool has_body = !context_.to_head && !is_bodyless(response.status);
  source_ = has_body ? std::move(response.source) : nullptr;
  unsent_ = source_ ? source_->size() : 0;
  body_ = has_body && !source_ ? std::move(response.body) : std::string();
  reader_.reset();
  expect_progress_within(state_->limits.write_timeout);
  stream_->write(std::array<std::string_view, 2>{head_, body_}, shared_from_this());
}

void HttpConnection::on_written(bool ok) {
  if (phase_ == Phase::kClosed) return;
  if (!ok) {
    abort();
    return;
  }
  if (phase_ == Phase::kContinue) {
    phase_ = Phase::kBody;
    expect_within(state_->limits.body_timeout);
    read_more();
    return;
  }
  body_ = {};
  if (source_) {
    write_next_piece();
  } else {
    answered();
  }
}

void HttpConnection::answered() {
  if (closing_) {
    end();
    return;
  }
  become_idle();
  if (buffer_.empty()) {
    read_more();
  } else {
    use_buffer();
  }
}

void HttpConnection::end() {
  // While a read is under way everything that arrived has been read.
  if (reading_ || (!unread_rest_ && buffer_.empty())) {
    abort();
    return;
  }
  phase_ = Phase::kFinishing;
  expect_within(kFinish);
  stream_->finish(shared_from_this());
}

void HttpConnection::on_finished() { abort(); }

void HttpConnection::on_deadline() {
  if (phase_ == Phase::kHead) {
    refuse(408, "The request's headers took too long.");
  } else if (phase_ == Phase::kBody) {
    break_sink();
    refuse(408, "The request's body stopped arriving.");
  } else {
    abort();
  }
}

void HttpConnection::drain() {
  closing_ = true;
  if (phase_ == Phase::kIdle) abort();
}

void HttpConnection::abort() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  budget_.release();
  expect_nothing();
  break_sink();
  stream_->close();
  leave();
}

}  // namespace net
