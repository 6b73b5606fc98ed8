// What the bearer of an access token is told about its person (OpenID Connect
// Core, section 5.3).
#pragma once

#include "net/http.h"
#include "service/auth_verifier.h"
#include "sql/database.h"

namespace lok {

/// The claims that the token's scopes allow, as they are now. 401 with a challenge for a token that is none
/// or over, 403 for one without the scope `openid` (RFC 6750, section 3.1). `verifier` takes any audience.
/// Blocks. Never throws.
net::HttpResponse user_info(sql::Database& database, const service::TokenVerifier& verifier,
                            const net::HttpRequest& request);

}  // namespace lok
