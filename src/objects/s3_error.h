// Why a request is refused, in S3's words. Codes and statuses: Amazon S3 API reference, "Error responses".
#pragma once

#include <string>

#include "base/error.h"
#include "net/http.h"

namespace objects {

/// Thrown where found; `answer` is what the client gets.
class S3Error : public std::exception {
 public:
  template <class... Arguments>
  S3Error(int status, std::string_view code, fmt::format_string<Arguments...> message,
          Arguments&&... arguments)
      : status_(status), code_(code), message_(fmt::format(message, std::forward<Arguments>(arguments)...)) {}

  /// The header whose condition did not hold, which some clients look for.
  S3Error&& with_condition(std::string header) && {
    condition_ = std::move(header);
    return std::move(*this);
  }

  int status() const { return status_; }
  const std::string& code() const { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// `resource` is the request's path. HEAD gets no body: that is the server's business.
  net::HttpResponse answer(std::string_view resource) const;

 private:
  int status_;
  std::string code_;
  std::string message_;
  std::string condition_;
};

}  // namespace objects
