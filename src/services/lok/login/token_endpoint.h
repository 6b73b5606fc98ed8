// The token endpoint: every grant's way in, and the way out.
#pragma once

#include <optional>
#include <string>

#include "net/http.h"
#include "services/lok/configuration.h"
#include "services/lok/login/login_rows.h"
#include "services/lok/login/oauth_form.h"
#include "services/lok/login/signing.h"
#include "services/lok/openid/relying_tokens.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// Throws invalid_request if what the request carries, a token or a secret, must not come over this line.
void check_transport(const net::HttpRequest& request, const Configuration& configuration);

/// Answers a POST of the token or the revocation endpoint. Blocks (database,
/// signature). Thread-safe; what it is made from must outlive it.
class TokenEndpoint {
 public:
  TokenEndpoint(sql::Database& database, const Configuration& configuration, const Signer& signer,
                std::string device_secret);

  /// Never throws: errors are JSON answers as OAuth wants them. `prefix` is
  /// `/lok`.
  net::HttpResponse answer(const net::HttpRequest& request, const std::string& prefix);

  /// How relying parties prove who they are, for other endpoints that ask the same.
  ClientAuthentication& authentication() { return relying_parties_.authentication(); }

  /// Ends a refresh chain; an unknown token is as good as ended. Never throws.
  net::HttpResponse revoke(const net::HttpRequest& request);

 private:
  /// A login, and the refresh token it goes on with, if any.
  struct Granted {
    Login login;
    std::optional<std::string> refresh_token;
  };
  Granted mandate_key(const OAuthForm& form, std::int64_t now);
  Granted device_code(const OAuthForm& form, std::int64_t now);
  Granted refresh_token(const OAuthForm& form, std::int64_t now);

  sql::Database& database_;
  const Configuration& configuration_;
  const Signer& signer_;
  const std::string device_secret_;
  RelyingTokens relying_parties_;
  Throttle polls_;
};

}  // namespace lok
