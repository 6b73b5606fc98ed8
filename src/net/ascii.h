// ASCII as protocols use it: no locale, no Unicode. For net/ only.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace net {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
inline bool is_alphanumeric(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

/// 0 to 15, or -1.
inline int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

/// Calls `use` with each non-empty member of a comma-separated field value.
template <class Use>
void for_each_in_list(std::string_view list, Use use) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    while (!item.empty() && blank(item.front())) item.remove_prefix(1);
    while (!item.empty() && blank(item.back())) item.remove_suffix(1);
    if (!item.empty()) use(item);
  }
}

inline bool list_contains(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_in_list(list, [&](std::string_view item) { found = found || equals_ignoring_case(item, token); });
  return found;
}

}  // namespace net
