#include "net/websocket_connection.h"

#include <array>
#include <exception>

#include "base/log.h"

namespace net {
namespace {

/// How long a peer may take to answer a close frame or to end the connection.
constexpr std::chrono::seconds kCloseWait{2};
constexpr std::chrono::milliseconds kPauseCheck{50};
/// One write gathers this much; a pong waits for no more (or one large message).
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::size_t kBatchMessages = 256;
/// Larger payloads are written from where they are, smaller ones are copied
/// behind their headers.
constexpr std::size_t kCopied = 4096;
constexpr std::size_t kLargeRead = 32 * 1024;

}  // namespace

WebSocketConnection::WebSocketConnection(std::shared_ptr<ServerState> state,
                                         std::shared_ptr<ConnectionList> list, std::unique_ptr<Stream> stream,
                                         ConnectionTicket ticket, WebSocketAccept accept, std::string answer,
                                         std::string_view received)
    : Connection(std::move(state), std::move(list), std::move(stream), std::move(ticket)),
      session_(std::move(accept.session)),
      outbox_(std::make_shared<Outbox>(list_->shared_loop(), state_->limits.websocket_backlog)),
      decoder_(accept.max_message),
      budget_(*state_),
      frames_(std::move(answer)) {
  buffer_.append(received);
  ++state_->websockets;
}

WebSocketConnection::~WebSocketConnection() { --state_->websockets; }

void WebSocketConnection::start() {
  outbox_->attach(self());
  stream_->detect_dead_peer();
  writing_ = true;
  expect_progress_within(state_->limits.write_timeout);
  stream_->write(std::array<std::string_view, 1>{frames_}, shared_from_this());
}

template <class Call>
void WebSocketConnection::call_session(Call call) {
  try {
    call(*session_);
  } catch (const std::exception& error) {
    base::log::error("websocket.session_failed", {{"error", error.what()}});
    fail(close_code::kInternalError, "internal error");
  }
}

void WebSocketConnection::read_more() {
  if (reading_ || paused_ || !is_receiving()) return;
  buffer_.shrink();
  reading_ = true;
  const bool large = decoder_.pending_bytes() > 0;
  stream_->read(buffer_.prepare(large ? kLargeRead : ReadBuffer::kSmall / 2), shared_from_this());
}

void WebSocketConnection::on_read(std::size_t size) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (size == 0) {
    abort();
    return;
  }
  if (phase_ == Phase::kLast) {
    if (!writing_) finish();
    return;
  }
  buffer_.commit(size);
  use_buffer();
  read_more();
}

void WebSocketConnection::use_buffer() {
  while (is_receiving() && !paused_) {
    std::span<char> rest = buffer_.unread();
    FrameDecoder::Event event = decoder_.next(rest);
    buffer_.consume(buffer_.size() - rest.size());
    if (event.kind == FrameDecoder::Kind::kMore) {
      if (!budget_.grow_to(decoder_.pending_bytes())) fail(close_code::kTryAgainLater, "server overloaded");
      return;
    }
    take_event(std::move(event));
  }
}

void WebSocketConnection::take_event(FrameDecoder::Event event) {
  switch (event.kind) {
    case FrameDecoder::Kind::kMore:
    case FrameDecoder::Kind::kPong:
      return;
    case FrameDecoder::Kind::kPing:
      if (phase_ != Phase::kOpen) return;
      pong_ = pong_frame(event.payload);
      flush();
      return;
    case FrameDecoder::Kind::kText:
    case FrameDecoder::Kind::kBinary:
      deliver(std::move(event));
      return;
    case FrameDecoder::Kind::kClose:
      on_peer_close(event.code);
      return;
    case FrameDecoder::Kind::kBroken:
      fail(event.code, event.payload);
      return;
  }
}

void WebSocketConnection::deliver(FrameDecoder::Event event) {
  budget_.release();
  if (phase_ != Phase::kOpen) return;
  call_session([&](WebSocketSession& session) {
    if (event.kind == FrameDecoder::Kind::kText) {
      session.on_text(std::move(event.payload));
    } else {
      session.on_binary(std::move(event.payload));
    }
  });
  pause_if_wanted();
}

void WebSocketConnection::pause_if_wanted() {
  paused_ = phase_ == Phase::kOpen && session_->wants_pause();
  if (!paused_) return;
  ask_again_ = list_->loop().after(kPauseCheck, [weak = std::weak_ptr(self())] {
    if (const auto connection = weak.lock()) connection->on_outbox();
  });
}

void WebSocketConnection::on_outbox() {
  if (phase_ == Phase::kClosed) return;
  const Outbox::Status status = outbox_->acknowledge();
  if (status.aborted) {
    abort();
    return;
  }
  if (status.overflowed) fail(close_code::kInternalError, "too slow");
  if (status.closing && phase_ == Phase::kOpen && !hurried_) {
    // Somebody wants it closed: a peer that does not read cannot hold that up.
    hurried_ = true;
    expect_progress_within(state_->limits.write_timeout);
  }
  flush();
  if (!paused_) return;
  pause_if_wanted();
  if (paused_) return;
  ask_again_.reset();
  use_buffer();
  read_more();
}

void WebSocketConnection::flush() {
  if (writing_ || phase_ == Phase::kHandshake || phase_ >= Phase::kFinishing) return;
  Outbox::Taken taken = outbox_->take(kBatchBytes, kBatchMessages);
  if (taken.close && phase_ == Phase::kOpen) {
    phase_ = Phase::kClosing;
    closing_frame_ = close_frame(taken.close->code, taken.close->reason);
    expect_within(kCloseWait);
  }
  write_batch(std::move(taken.messages));
}

void WebSocketConnection::write_batch(std::vector<std::string> messages) {
  frames_ = std::exchange(pong_, {});
  std::vector<std::size_t> cuts;  // where in `frames_` each large payload belongs
  for (std::string& message : messages) {
    batch_bytes_ += message.size();
    append_text_header(frames_, message.size());
    if (message.size() <= kCopied) {
      frames_ += message;
    } else {
      cuts.push_back(frames_.size());
      payloads_.push_back(std::move(message));
    }
  }
  frames_ += std::exchange(closing_frame_, {});
  if (frames_.empty()) return;

  std::vector<std::string_view> pieces;
  const std::string_view frames = frames_;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    pieces.push_back(frames.substr(begin, cuts[i] - begin));
    pieces.push_back(payloads_[i]);
    begin = cuts[i];
  }
  pieces.push_back(frames.substr(begin));
  writing_ = true;
  stream_->write(pieces, shared_from_this());
}

void WebSocketConnection::on_written(bool ok) {
  writing_ = false;
  if (phase_ == Phase::kClosed) return;
  if (!ok) {
    abort();
    return;
  }
  outbox_->written(std::exchange(batch_bytes_, 0));
  frames_ = {};
  payloads_ = {};
  if (phase_ == Phase::kHandshake) {
    phase_ = Phase::kOpen;
    expect_nothing();
    call_session([&](WebSocketSession& session) { session.on_open(outbox_); });
    pause_if_wanted();
    use_buffer();
    read_more();
    flush();
    return;
  }
  if (phase_ == Phase::kLast && closing_frame_.empty()) {
    if (!reading_) finish();
    return;
  }
  flush();
}

void WebSocketConnection::on_peer_close(std::uint16_t code) {
  report_close(code);
  outbox_->shut();
  if (phase_ == Phase::kOpen) closing_frame_ = close_frame(code, {});
  send_last();
}

void WebSocketConnection::fail(std::uint16_t code, std::string_view reason) {
  if (phase_ >= Phase::kLast) return;
  report_close(code);
  outbox_->shut();
  if (phase_ == Phase::kOpen) closing_frame_ = close_frame(code, reason);
  send_last();
}

void WebSocketConnection::send_last() {
  phase_ = Phase::kLast;
  pong_.clear();
  budget_.release();
  expect_within(kCloseWait);
  if (writing_) return;
  if (closing_frame_.empty()) {
    if (!reading_) finish();
    return;
  }
  write_batch({});
}

void WebSocketConnection::finish() {
  phase_ = Phase::kFinishing;
  expect_within(kCloseWait);
  stream_->finish(shared_from_this());
}

void WebSocketConnection::on_finished() { abort(); }

void WebSocketConnection::report_close(std::uint16_t code) {
  const std::shared_ptr<WebSocketSession> session = std::exchange(session_, nullptr);
  if (!session) return;
  ask_again_.reset();
  try {
    session->on_close(code);
  } catch (const std::exception& error) {
    base::log::error("websocket.session_failed", {{"error", error.what()}});
  }
}

void WebSocketConnection::on_deadline() { abort(); }

void WebSocketConnection::drain() { outbox_->close(close_code::kServiceRestart, "server restarts"); }

void WebSocketConnection::abort() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  budget_.release();
  outbox_->shut();
  expect_nothing();
  stream_->close();
  report_close(close_code::kAbnormal);
  leave();
}

}  // namespace net
