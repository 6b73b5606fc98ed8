// Bodies that pass through a connection piece by piece.
#include <algorithm>
#include <array>

#include "net/http_connection.h"

namespace net {
namespace {

constexpr std::uint64_t kPiece = 256 * 1024;

}  // namespace

/// False if the handler has answered, or will, without the body.
bool HttpConnection::open_sink(const StreamHandler& handler) {
  phase_ = Phase::kHandling;
  expect_nothing();
  run_handler([&](const Respond& respond) { sink_ = handler(std::move(reader_->request()), respond); });
  if (phase_ == Phase::kHandling && sink_) return true;
  drop_sink();
  return false;
}

void HttpConnection::feed_sink() {
  std::string piece = reader_->take_body();
  if (piece.empty()) {
    if (body_done_) end_body();
    return;
  }
  if (!budget_.grow_to(piece.size())) {
    break_sink();
    refuse(503, "The server is receiving too much at once. Try again in a moment.");
    return;
  }
  phase_ = Phase::kSink;
  expect_nothing();
  sink_->on_piece(std::move(piece), [weak = std::weak_ptr(self()), loop = list_->shared_loop()] {
    loop->post([weak] {
      if (const auto connection = weak.lock()) connection->resume_sink();
    });
  });
}

void HttpConnection::resume_sink() {
  if (phase_ != Phase::kSink) return;
  budget_.release();
  phase_ = Phase::kBody;
  if (body_done_) {
    end_body();
    return;
  }
  expect_within(state_->limits.body_timeout);
  use_buffer();
}

void HttpConnection::end_body() {
  phase_ = Phase::kHandling;
  unread_rest_ = false;
  expect_nothing();
  sink_->on_end();
}

void HttpConnection::break_sink() {
  if (!sink_) return;
  sink_->on_broken();
  drop_sink();
}

// Later, because it may be one of its own functions that has led here.
void HttpConnection::drop_sink() {
  if (sink_) list_->loop().post([dropped = std::shared_ptr<BodySink>(std::move(sink_))] {});
}

void HttpConnection::write_next_piece() {
  if (unsent_ == 0) {
    source_.reset();
    answered();
    return;
  }
  phase_ = Phase::kSource;
  expect_nothing();
  source_->read(std::min(unsent_, kPiece),
                [weak = std::weak_ptr(self()), loop = list_->shared_loop()](std::string piece) {
                  loop->post([weak, piece = std::make_shared<std::string>(std::move(piece))] {
                    if (const auto connection = weak.lock()) connection->take_piece(std::move(*piece));
                  });
                });
}

void HttpConnection::take_piece(std::string piece) {
  if (phase_ != Phase::kSource) return;
  if (piece.empty() || piece.size() > unsent_) {
    abort();
    return;
  }
  unsent_ -= piece.size();
  body_ = std::move(piece);
  phase_ = Phase::kWriting;
  expect_progress_within(state_->limits.write_timeout);
  stream_->write(std::array<std::string_view, 1>{body_}, shared_from_this());
}

}  // namespace net
