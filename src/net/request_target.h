// From a request's first line and Host to path, query and the address the
// person used. Pure functions: no sockets. For net/ only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace net {

/// Where a request came in.
struct Arrival {
  std::string local_host;  ///< our address, for HTTP/1.0 requests without Host
  std::uint16_t local_port = 0;
  std::size_t trusted_proxies = 0;  ///< see Limits
  bool tls = false;
};

/// `name`, `name:port`, `[v6]` or `[v6]:port`; the name in lower case.
struct Authority {
  std::string host;
  std::optional<std::uint16_t> port;
};
std::optional<Authority> parse_authority(std::string_view text);

/// Fills path, query, scheme, host and port of a request whose method, target
/// and headers are known. Returns what is wrong for a person, or nullopt; the
/// request is then to be answered 400.
std::optional<std::string> interpret_target(HttpRequest& request, const Arrival& arrival, bool http11);

}  // namespace net
