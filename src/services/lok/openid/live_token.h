// Whether an access token still means somebody, by the rows of now.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/auth_claims.h"
#include "service/auth_verifier.h"
#include "services/lok/login/login_rows.h"
#include "sql/database.h"

namespace lok {

struct LiveToken {
  service::Claims claims;
  Login person;               ///< names, e-mail address and roles; no more
  std::string relying_party;  ///< the client id it registered; empty: the token is an app's
};

/// Null if the token is no access token of ours, has expired, its client is
/// gone, or its person blocked. `verifier` takes any audience. Blocks.
std::optional<LiveToken> find_live_token(sql::Database& database, const service::TokenVerifier& verifier,
                                         std::string_view token);

}  // namespace lok
