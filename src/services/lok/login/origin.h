// The address a request came to: what discovery and relative aliases follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace lok {

/// Whether only this machine can be meant: `localhost`, 127.0.0.0/8, `::1`.
bool is_loopback(std::string_view host);

struct Origin {
  bool ssl = false;
  std::string host;
  std::uint16_t port = 0;

  static Origin of(const net::HttpRequest& request) {
    return {request.scheme == "https", request.host, request.port};
  }
};

/// Secrets may travel: over TLS, to this machine, or where that is allowed.
bool may_carry_secrets(const net::HttpRequest& request, bool allow_insecure_transport);

}  // namespace lok
