// Members of texts whose spelling is known: the server's compact JSON.
#pragma once

#include <string_view>

namespace load {

/// What follows `before` up to `after`; empty if it is not there.
inline std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + before.size());
  return rest.substr(0, rest.find_first_of(after));
}

/// A member that is a string without escapes: an id, a kind.
inline std::string_view member(std::string_view text, std::string_view quoted_key) {
  const std::size_t at = text.find(quoted_key);
  return at == std::string_view::npos ? std::string_view() : between(text.substr(at), ":\"", "\"");
}

}  // namespace load
