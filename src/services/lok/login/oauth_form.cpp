#include "services/lok/login/oauth_form.h"

#include <array>

#include "base/text.h"
#include "services/lok/login/oauth_error.h"

namespace lok {

std::string OAuthForm::parameter(std::string_view name) const {
  std::string value;
  bool seen = false;
  for (const auto& [key, text] : pairs_) {
    if (key != name) continue;
    if (seen) throw oauth_error("invalid_request", fmt::format("'{}' is given twice.", name));
    value = text;
    seen = true;
  }
  return value;
}

std::string OAuthForm::required(std::string_view name) const {
  std::string value = parameter(name);
  if (value.empty()) throw oauth_error("invalid_request", fmt::format("'{}' is missing.", name));
  return value;
}

std::string choose(std::string_view name, std::string_view value, std::span<const std::string_view> allowed) {
  if (value.empty()) return std::string(allowed.front());
  for (const std::string_view known : allowed) {
    if (base::fold_case(known) == value) return std::string(known);
  }
  throw oauth_error("invalid_request", fmt::format("'{}' cannot be '{}'.", name, value));
}

std::string choose_role(std::string_view value) {
  static constexpr std::array<std::string_view, 2> kRoles{"INTERFACE", "AGENT"};
  return choose("requested_client_role", value, kRoles);
}

}  // namespace lok
