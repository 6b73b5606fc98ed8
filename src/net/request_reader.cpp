#include "net/request_reader.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "net/ascii.h"

namespace net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

/// A chunk's size line; more is an attack.
constexpr std::size_t kChunkLine = 4096;
constexpr std::string_view kLastChunk = "0\r\n\r\n";
/// Bodies grow as they arrive: a declared length reserves no more than this.
constexpr std::size_t kReserve = 64 * 1024;

std::string text(BeastView view) { return {view.data(), view.size()}; }

bool has_bare_line_feed(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

/// Beast's parser, writing into the request.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(RequestReader& reader) : reader_(reader) {
    header_limit(static_cast<std::uint32_t>(reader.header_limit_));
    body_limit(boost::none);  // a route's own limit is known only after the head
  }

 private:
  void on_request_impl(http::verb, BeastView method, BeastView target, int version, error_code&) override {
    reader_.request_.method = text(method);
    reader_.request_.target = text(target);
    reader_.http11_ = version >= 11;
  }
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_field_impl(http::field, BeastView name, BeastView value, error_code&) override {
    // Trailers come here too; they are dropped, since they could override what was checked.
    if (!reader_.head_known_) reader_.request_.headers.add(text(name), text(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) reader_.request_.body.reserve(std::min<std::uint64_t>(*length, kReserve));
  }
  std::size_t on_body_impl(BeastView bytes, error_code& error) override { return take(bytes, error); }
  void on_chunk_header_impl(std::uint64_t size, BeastView, error_code& error) override {
    if (size > reader_.body_limit_ - reader_.body_received()) error = http::error::body_limit;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, error_code& error) override {
    return take(bytes, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(BeastView bytes, error_code& error) {
    if (bytes.size() > reader_.body_limit_ - reader_.body_received()) {
      error = http::error::body_limit;
      return 0;
    }
    reader_.request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  RequestReader& reader_;
};

RequestReader::RequestReader(std::size_t header_limit)
    : header_limit_(header_limit), parser_(std::make_unique<Parser>(*this)) {}

RequestReader::~RequestReader() = default;

std::string RequestReader::take_body() {
  taken_ += request_.body.size();
  return std::exchange(request_.body, {});
}

RequestReader::Step RequestReader::refuse(int status, std::string message) {
  refusal_ = {status, std::move(message)};
  return {Progress::kRefused, 0};
}

RequestReader::Step RequestReader::feed(std::string_view bytes) {
  return head_known_ ? feed_body(bytes) : feed_head(bytes);
}

RequestReader::Step RequestReader::feed_head(std::string_view bytes) {
  // Lines are checked before Beast sees them: it would unfold obsolete line
  // folding, which other servers read differently.
  std::size_t end = 0;
  while (end == 0) {
    const std::size_t feed = bytes.find('\n', scanned_);
    const std::string_view fresh =
        bytes.substr(scanned_, feed == std::string_view::npos ? feed : feed - scanned_);
    if (fresh.find('\0') != std::string_view::npos)
      return refuse(400, "The request's head contains a NUL byte.");
    if (feed == std::string_view::npos) {
      scanned_ = bytes.size();
      break;
    }
    scanned_ = feed + 1;
    if (feed == 0 || bytes[feed - 1] != '\r')
      return refuse(400, "A line of the request's head ends without CR LF.");
    const std::size_t line = std::exchange(line_, scanned_);
    if (line > 0 && (bytes[line] == ' ' || bytes[line] == '\t')) {
      return refuse(400, "A header is folded over several lines.");
    }
    if (line > 0 && feed == line + 1) end = scanned_;
  }
  if ((end == 0 ? bytes.size() : end) > header_limit_) {
    return refuse(431, "The request's headers are larger than " + std::to_string(header_limit_) + " bytes.");
  }
  if (end == 0) return {Progress::kMore, 0};

  error_code error;
  parser_->eager(false);
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), end), error);
  if (error == http::error::bad_version) return refuse(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  if (error) return refuse(400, "The request is not valid HTTP: " + error.message() + ".");
  if (auto refusal = check_head()) return refuse(refusal->status, std::move(refusal->message));
  head_known_ = true;
  keep_alive_ = parser_->keep_alive();
  chunked_ = parser_->chunked();
  content_length_ = parser_->content_length().value_or(0);
  parser_->eager(true);
  return {Progress::kHead, used};
}

std::optional<Refusal> RequestReader::check_head() {
  std::size_t encodings = 0;
  for (const auto& [name, value] : request_.headers.fields()) {
    if (!equals_ignoring_case(name, "Transfer-Encoding")) continue;
    ++encodings;
    if (!equals_ignoring_case(value, "chunked"))
      return Refusal{501, "Only the transfer encoding `chunked` is known."};
  }
  if (encodings > 1) return Refusal{400, "The request has more than one Transfer-Encoding."};
  if (encodings > 0 && !http11_) return Refusal{400, "HTTP/1.0 has no transfer encodings."};
  return std::nullopt;
}

bool RequestReader::limit_body(std::uint64_t bytes) {
  body_limit_ = bytes;
  if (content_length_ <= bytes) return true;
  refusal_ = {413, "The request's body is larger than " + std::to_string(bytes) + " bytes."};
  return false;
}

RequestReader::Step RequestReader::feed_body(std::string_view bytes) {
  if (parser_->is_done()) return {Progress::kDone, 0};
  // No chunked body ends sooner, and Beast asserts it where a last chunk begins.
  if (bytes.empty() || (chunked_ && bytes.size() < kLastChunk.size())) return {Progress::kMore, 0};
  error_code error;
  const std::size_t used = parser_->put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::body_limit) {
    return refuse(413, "The request's body is larger than " + std::to_string(body_limit_) + " bytes.");
  }
  if (error && error != http::error::need_more) {
    return refuse(400, "The request's body is not valid HTTP: " + error.message() + ".");
  }
  if (parser_->is_done()) return {Progress::kDone, used};
  // What is left is an incomplete chunk line or the trailers.
  if (chunked_ && has_bare_line_feed(bytes.substr(used))) {
    return refuse(400, "A line of the request's body ends without CR LF.");
  }
  if (chunked_ && bytes.size() - used > std::max(kChunkLine, header_limit_)) {
    return refuse(400, "A chunk's size line or the trailers are too long.");
  }
  return {Progress::kMore, used};
}

}  // namespace net
