// Alias reports: which addresses worked for a client, as it says itself.
#pragma once

#include "net/http.h"
#include "service/auth_verifier.h"
#include "sql/database.h"

namespace lok {

/// Stores what the bearer's client reports. Blocks. Never throws: 400, 403 and
/// 500 are JSON answers. Unknown aliases are kept as unknown.
net::HttpResponse report_aliases(sql::Database& database, const service::TokenVerifier& verifier,
                                 const net::HttpRequest& request);

}  // namespace lok
