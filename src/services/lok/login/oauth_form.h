// What OAuth requests consist of.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"

namespace lok {

/// The parameters of a request to an OAuth endpoint. All throw invalid_request.
class OAuthForm {
 public:
  explicit OAuthForm(const net::HttpRequest& request) : pairs_(net::parse_form(request.body)) {}

  /// Empty if absent: OAuth makes no difference. Given twice it is an error.
  std::string parameter(std::string_view name) const;
  std::string required(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// The one of `allowed` (as the schema spells it: `DEVELOPMENT`) that `value` names in lower case; the first
/// for an empty value. Throws invalid_request.
std::string choose(std::string_view name, std::string_view value, std::span<const std::string_view> allowed);

/// `INTERFACE` or `AGENT`.
std::string choose_role(std::string_view value);

}  // namespace lok
