#include "services/lok/openid/redirect_uri.h"

#include <algorithm>
#include <array>
#include <optional>

#include "net/http.h"

namespace lok {
namespace {

constexpr std::size_t kLongestUri = 2'000;
constexpr std::size_t kLongestClientId = 255;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(char c, std::string_view marks) { return marks.find(c) != std::string_view::npos; }

// RFC 3986, section 2, but for the `#` that begins a fragment.
bool may_stand_in_uri(char c) {
  return is_letter(c) || is_digit(c) || is_one_of(c, "-._~%:/?[]@!$&'()*+,;=");
}

bool is_own_scheme(std::string_view scheme) {
  return scheme.find('.') != std::string_view::npos && scheme.front() >= 'a' && scheme.front() <= 'z' &&
         std::ranges::all_of(
             scheme, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || is_one_of(c, ".+-"); });
}

struct Parts {
  std::string_view scheme;     ///< without `:`
  std::string_view authority;  ///< of `http` and `https`
  std::string_view rest;       ///< path and query
};

Parts take_apart(std::string_view uri) {
  Parts parts;
  const std::size_t colon = std::min(uri.find(':'), uri.size());
  parts.scheme = uri.substr(0, colon);
  parts.rest = uri.substr(std::min(colon + 1, uri.size()));
  if (!parts.rest.starts_with("//")) return parts;
  parts.rest.remove_prefix(2);
  const std::size_t end = std::min(parts.rest.find_first_of("/?"), parts.rest.size());
  parts.authority = parts.rest.substr(0, end);
  parts.rest.remove_prefix(end);
  return parts;
}

bool is_port(std::string_view text) {
  constexpr std::size_t kMostDigits = 5;
  return !text.empty() && text.size() <= kMostDigits && std::ranges::all_of(text, is_digit);
}

/// Host and what follows the port, of an `http` address on this machine.
std::optional<std::pair<std::string_view, std::string_view>> loopback(std::string_view uri) {
  static constexpr std::array<std::string_view, 3> kHosts{"127.0.0.1", "[::1]", "localhost"};
  const Parts parts = take_apart(uri);
  if (parts.scheme != "http") return std::nullopt;
  for (const std::string_view host : kHosts) {
    if (!parts.authority.starts_with(host)) continue;
    const std::string_view port = parts.authority.substr(host.size());
    if (port.empty() || (port.front() == ':' && is_port(port.substr(1)))) return {{host, parts.rest}};
  }
  return std::nullopt;
}

}  // namespace

std::string redirect_uri_problem(std::string_view uri) {
  if (uri.size() > kLongestUri) return "must be shorter than 2,000 characters";
  if (uri.find('#') != std::string_view::npos) return "must have no fragment (#...)";
  if (!std::ranges::all_of(uri, may_stand_in_uri)) return "has a character that addresses do not have";
  const Parts parts = take_apart(uri);
  if (parts.scheme == "http" || parts.scheme == "https") {
    if (parts.authority.find('@') != std::string_view::npos) return "must have no name or password (@)";
    if (parts.authority.empty() || !std::ranges::all_of(parts.authority, [](char c) {
          return is_letter(c) || is_digit(c) || is_one_of(c, "-._:[]");
        })) {
      return "must name a host";
    }
    return "";
  }
  if (is_own_scheme(parts.scheme) && !parts.rest.empty()) return "";
  return "must be an absolute address: https://..., http://... or org.example.app:/...";
}

bool is_registered_uri(std::string_view uri, std::string_view registered, bool any_loopback_port) {
  if (uri == registered) return true;
  if (!any_loopback_port) return false;
  const auto wanted = loopback(uri);
  return wanted && wanted == loopback(registered);
}

std::string with_parameters(std::string_view uri,
                            const std::vector<std::pair<std::string_view, std::string>>& parameters) {
  std::string out(uri);
  char separator = out.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    out += separator;
    out += name;
    out += '=';
    out += net::percent_encode(value);
    separator = '&';
  }
  return out;
}

std::string policy_source(std::string_view uri) {
  const Parts parts = take_apart(uri);
  const std::string scheme = std::string(parts.scheme) + ":";
  return is_own_scheme(parts.scheme) ? scheme : scheme + "//" + std::string(parts.authority);
}

bool may_be_client_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestClientId && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || is_one_of(c, "-._~");
  });
}

}  // namespace lok
