#include "services/lok/pages/return_target.h"

#include <algorithm>
#include <array>

namespace lok {
namespace {

constexpr std::string_view kOtherwise = "/account";
constexpr std::array<std::string_view, 4> kPages{"/account", "/device", "/invite", "/o/authorize"};
constexpr std::size_t kLongest = 4096;

// RFC 3986, section 3.4. Without quotes, line ends and whatever else could end the address it stands in.
bool may_stand_in_query(char c) {
  constexpr std::string_view kMarks = "-._~%!$&()*+,;=:@/?";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::string ReturnTarget::text() const { return query.empty() ? path : path + "?" + query; }

ReturnTarget read_return_target(std::string_view next) {
  const std::size_t mark = std::min(next.find('?'), next.size());
  const std::string_view path = next.substr(0, mark);
  const std::string_view query = next.substr(std::min(mark + 1, next.size()));
  const bool is_ours = next.size() <= kLongest && std::ranges::find(kPages, path) != kPages.end() &&
                       std::ranges::all_of(query, may_stand_in_query);
  if (!is_ours) return {std::string(kOtherwise), ""};
  return {std::string(path), std::string(query)};
}

}  // namespace lok
