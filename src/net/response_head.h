// The bytes before a response's body. For net/ only.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace net {

struct ResponseContext {
  bool http11 = true;
  bool keep_alive = true;
  bool to_head = false;    ///< the request was HEAD: the length is told, the body not sent
  bool cors = false;       ///< see Router::Options
  bool preflight = false;  ///< an OPTIONS request answered by the server
};

/// Status line and headers with the final empty line. Length, connection,
/// date and server are this function's own; a handler's are dropped. Line
/// breaks inside a handler's values become spaces: nobody splits a response.
std::string response_head(const HttpResponse& response, const ResponseContext& context);

/// Whether a response of this status has no body by definition.
bool is_bodyless(int status);

/// `{"error":{"code":...,"message":...}}`.
HttpResponse error_response(int status, std::string_view message);

std::string_view reason_phrase(int status);

}  // namespace net
