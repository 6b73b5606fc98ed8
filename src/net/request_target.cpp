#include "net/request_target.h"

#include <charconv>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "net/ascii.h"

namespace net {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host_character(char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; }
bool is_ipv6_character(char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; }

/// The value the outermost trusted proxy put there: each proxy appends one, so
/// count from the right; proxies that overwrite leave a shorter list.
std::optional<std::string_view> forwarded(const Headers& headers, std::string_view name,
                                          std::size_t proxies) {
  if (proxies == 0) return std::nullopt;
  std::vector<std::string_view> values;
  for (const auto& [field, value] : headers.fields()) {
    if (!equals_ignoring_case(field, name)) continue;
    for_each_in_list(value, [&](std::string_view item) { values.push_back(item); });
  }
  if (values.empty()) return std::nullopt;
  return values[values.size() > proxies ? values.size() - proxies : 0];
}

/// Takes `http://authority` off an absolute target, which proxies send.
std::optional<std::string_view> take_authority(std::string_view& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::string_view authority = target.substr(0, target.find_first_of("/?"));
    target.remove_prefix(authority.size());
    return authority;
  }
  return std::nullopt;
}

std::optional<std::string> fill_path(HttpRequest& request, std::string_view target) {
  const std::size_t question = target.find('?');
  const std::string_view path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  if (path.find('%') == std::string_view::npos) {
    request.path = path;
  } else {
    try {
      request.path = percent_decode(path);
    } catch (const base::Error& error) {
      return error.message();
    }
  }
  if (request.path.empty()) request.path = "/";
  if (request.path.front() != '/') return "The address in the request line must start with `/`.";
  if (base::contains_nul(request.path)) return "The path contains the character U+0000.";
  if (!base::is_valid_utf8(request.path)) return "The path is not valid UTF-8.";
  return std::nullopt;
}

/// The single Host field; nullopt if there is none. Two are a smuggling attempt.
std::optional<std::string_view> single_host(const Headers& headers, bool& repeated) {
  std::optional<std::string_view> host;
  for (const auto& [field, value] : headers.fields()) {
    if (!equals_ignoring_case(field, "Host")) continue;
    repeated = repeated || host.has_value();
    host = value;
  }
  return host;
}

void apply_forwarded(HttpRequest& request, std::optional<std::uint16_t>& port, std::size_t proxies) {
  if (const auto client = forwarded(request.headers, "X-Forwarded-For", proxies)) request.client = *client;
  if (const auto proto = forwarded(request.headers, "X-Forwarded-Proto", proxies)) {
    if (equals_ignoring_case(*proto, "https") || equals_ignoring_case(*proto, "wss"))
      request.scheme = "https";
    if (equals_ignoring_case(*proto, "http") || equals_ignoring_case(*proto, "ws")) request.scheme = "http";
  }
  bool port_named = false;
  if (const auto host = forwarded(request.headers, "X-Forwarded-Host", proxies)) {
    if (auto authority = parse_authority(*host)) {
      request.host = std::move(authority->host);
      port = authority->port;
      port_named = port.has_value();
    }
  }
  // Some gateways report the port they listen on inside their container here,
  // so a port that the person's own Host named wins.
  if (port_named) return;
  if (const auto text = forwarded(request.headers, "X-Forwarded-Port", proxies)) {
    if (const auto parsed = parse_port(*text)) port = parsed;
  }
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || end < 3) return std::nullopt;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_ipv6_character(c)) return std::nullopt;
    }
    authority.host = lower_case(text.substr(0, end + 1));
    rest = text.substr(end + 1);
  } else {
    const std::string_view name = text.substr(0, text.find(':'));
    if (name.empty()) return std::nullopt;
    for (const char c : name) {
      if (!is_host_character(c)) return std::nullopt;
    }
    authority.host = lower_case(name);
    rest = text.substr(name.size());
  }
  if (rest.empty()) return authority;
  if (!rest.starts_with(':')) return std::nullopt;
  if (rest.size() == 1) return authority;
  authority.port = parse_port(rest.substr(1));
  if (!authority.port) return std::nullopt;
  return authority;
}

std::optional<std::string> interpret_target(HttpRequest& request, const Arrival& arrival, bool http11) {
  bool repeated = false;
  std::optional<std::string_view> host = single_host(request.headers, repeated);
  if (repeated) return "The request has more than one Host header.";
  if (!host && http11) return "The request has no Host header.";

  std::string_view target = request.target;
  if (const auto authority = take_authority(target)) host = authority;
  if (auto problem = fill_path(request, target)) return problem;

  request.scheme = arrival.tls ? "https" : "http";
  std::optional<std::uint16_t> port;
  if (host) {
    auto authority = parse_authority(*host);
    if (!authority) return "The Host header is not a host name with an optional port.";
    request.host = std::move(authority->host);
    port = authority->port;
  } else {
    request.host = arrival.local_host;
    port = arrival.local_port;
  }
  request.client = request.peer;
  apply_forwarded(request, port, arrival.trusted_proxies);
  request.port = port.value_or(request.scheme == "https" ? 443 : 80);
  return std::nullopt;
}

}  // namespace net
