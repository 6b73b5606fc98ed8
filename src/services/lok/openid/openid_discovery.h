// The document that relying parties read first (OpenID Connect Discovery,
// section 3; RFC 8414).
#pragma once

#include <string>

#include "net/http.h"

namespace lok {

/// Lok's address as the caller knows it: the issuer of id tokens. Access tokens
/// carry a name instead, the same whichever address Lok is reached under.
std::string issuer_address(const net::HttpRequest& request, const std::string& prefix);

/// Every address in it is the request's own origin. `prefix` is `/lok`.
net::HttpResponse openid_discovery(const std::string& prefix, const net::HttpRequest& request);

}  // namespace lok
