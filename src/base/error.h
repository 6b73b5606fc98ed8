// Errors: what went wrong, for the person who can do something about it.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

/// Stable, machine-readable codes; they appear on the wire as `extensions.code`.
namespace code {
inline constexpr std::string_view kUnauthenticated = "UNAUTHENTICATED";
inline constexpr std::string_view kPermissionDenied = "PERMISSION_DENIED";
inline constexpr std::string_view kNotFound = "NOT_FOUND";
inline constexpr std::string_view kValidation = "VALIDATION_ERROR";
inline constexpr std::string_view kInternal = "INTERNAL_ERROR";
inline constexpr std::string_view kNotImplemented = "NOT_IMPLEMENTED";
inline constexpr std::string_view kUnavailable = "UNAVAILABLE";  ///< try again later: full disk, overload
inline constexpr std::string_view kConflict = "CONFLICT";
inline constexpr std::string_view kAnswerTooLarge = "ANSWER_TOO_LARGE";
}  // namespace code

/// Thrown where a problem is found; carries a code for programs and a message
/// for the person. `reason` is the finer code some contracts define
/// (`extensions.reason`), `lists` are extra extension members such as
/// `requiredRoles`. Messages never contain secrets.
class Error : public std::exception {
 public:
  Error(std::string_view code, std::string message) : code_(code), message_(std::move(message)) {}

  template <class First, class... Rest>
  Error(std::string_view code, fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest)
      : Error(code, fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  Error&& with_reason(std::string reason) && {
    reason_ = std::move(reason);
    return std::move(*this);
  }
  Error&& with_list(std::string key, std::vector<std::string> values) && {
    lists_.emplace_back(std::move(key), std::move(values));
    return std::move(*this);
  }

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& reason() const { return reason_; }
  const std::vector<std::pair<std::string, std::vector<std::string>>>& lists() const { return lists_; }

 private:
  std::string code_;
  std::string message_;
  std::string reason_;
  std::vector<std::pair<std::string, std::vector<std::string>>> lists_;
};

}  // namespace base
