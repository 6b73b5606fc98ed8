// Whether an access token is good, for programs that do not look themselves
// (RFC 7662).
#pragma once

#include "net/http.h"
#include "service/auth_verifier.h"
#include "services/lok/openid/client_authentication.h"
#include "sql/database.h"

namespace lok {

/// Answers relying parties with a secret, and nobody else. Whatever is no access token that is valid now,
/// refresh tokens among it, is `{"active": false}`. `verifier` takes any audience. Blocks. Never throws.
net::HttpResponse introspect(sql::Database& database, const service::TokenVerifier& verifier,
                             ClientAuthentication& authentication, const net::HttpRequest& request);

}  // namespace lok
