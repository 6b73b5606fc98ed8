#include "net/fetch_url.h"

#include <algorithm>

#include "base/error.h"
#include "net/ascii.h"
#include "net/request_target.h"

namespace net {
namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view why) {
  throw base::Error(base::code::kValidation, "'{}' cannot be fetched: {}.", url, why);
}

std::string without_brackets(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

FetchUrl parse_fetch_url(std::string_view url) {
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; })) {
    refuse(url, "percent-encode blanks and what is not ASCII");
  }
  FetchUrl parsed;
  std::string_view rest = url.substr(0, url.find('#'));
  if (const std::string scheme = lower_case(rest.substr(0, rest.find("://"))); scheme == "https") {
    parsed.tls = true;
  } else if (scheme != "http") {
    refuse(url, "it must begin with http:// or https://");
  }
  rest.remove_prefix(rest.find("://") + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  parsed.authority = rest.substr(0, end);
  if (parsed.authority.find('@') != std::string::npos) refuse(url, "leave out the user name and password");
  const std::optional<Authority> authority = parse_authority(parsed.authority);
  if (!authority) refuse(url, "it needs a host after '://'");
  parsed.host = without_brackets(authority->host);
  parsed.port = std::to_string(authority->port.value_or(parsed.tls ? 443 : 80));
  parsed.target = rest.substr(end);
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, "/");
  return parsed;
}

}  // namespace net
