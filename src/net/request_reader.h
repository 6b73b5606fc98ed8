// One HTTP/1.1 request from bytes, by Beast's parser plus what it leaves
// open: line folding, bare line feeds, odd transfer encodings. No sockets, so
// that a fuzzer drives exactly what a connection does. For net/ only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace net {

/// Why a request is not answered by a handler.
struct Refusal {
  int status;
  std::string message;  ///< for the person
};

class RequestReader {
 public:
  enum class Progress {
    kMore,     ///< give it more bytes
    kHead,     ///< method, target and headers are known; set the body limit and go on
    kDone,     ///< the request is complete
    kRefused,  ///< see `refusal`; the connection cannot be used any more
  };
  struct Step {
    Progress progress;
    std::size_t used;  ///< bytes of the input that are done with
  };

  /// `header_limit` counts request line, headers, and trailers.
  explicit RequestReader(std::size_t header_limit);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Give it what is unused of before, and more. Stops at the head once.
  Step feed(std::string_view bytes);

  /// A larger body is refused with 413. Call when the head is known; false if
  /// the declared length already exceeds it.
  bool limit_body(std::uint64_t bytes);

  // Known from the head on.
  bool http11() const { return http11_; }
  bool keep_alive() const { return keep_alive_; }
  bool has_body() const { return chunked_ || content_length_ > 0; }
  std::uint64_t content_length() const { return content_length_; }
  std::uint64_t body_received() const { return taken_ + request_.body.size(); }
  /// What is there of the body since the last time, for those who do not wait for all of it.
  std::string take_body();

  /// Method, target and headers from the head on, the body when done.
  HttpRequest& request() { return request_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  class Parser;
  Step feed_head(std::string_view bytes);
  Step feed_body(std::string_view bytes);
  Step refuse(int status, std::string message);
  std::optional<Refusal> check_head();

  const std::size_t header_limit_;
  std::uint64_t body_limit_ = 0;
  std::uint64_t taken_ = 0;  ///< of the body, by `take_body`
  std::unique_ptr<Parser> parser_;
  std::size_t scanned_ = 0;  ///< bytes of the head already looked at
  std::size_t line_ = 0;     ///< where the line being scanned begins
  bool head_known_ = false;
  bool http11_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
  std::uint64_t content_length_ = 0;
  HttpRequest request_;
  Refusal refusal_{400, {}};
};

}  // namespace net
