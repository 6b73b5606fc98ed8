// The token endpoint as relying parties use it: codes, and refresh tokens.
#pragma once

#include <cstdint>
#include <string>

#include "net/http.h"
#include "services/lok/configuration.h"
#include "services/lok/login/oauth_form.h"
#include "services/lok/login/signing.h"
#include "services/lok/openid/client_authentication.h"
#include "sql/database.h"

namespace lok {

/// The audience of a relying party's access tokens: they open what Lok tells
/// about people, and no service. Signing in to a wiki lets the wiki do nothing.
inline constexpr const char* kUserInfoAudience = "lok:user_info";

/// Blocks (database, signature). Thread-safe; what it is made from must outlive it.
class RelyingTokens {
 public:
  /// `secret` keys the successors of refresh tokens.
  RelyingTokens(sql::Database& database, const Configuration& configuration, const Signer& signer,
                std::string secret)
      : database_(database),
        configuration_(configuration),
        signer_(signer),
        secret_(std::move(secret)),
        authentication_(database) {}

  ClientAuthentication& authentication() { return authentication_; }

  /// Answers the grants authorization_code and refresh_token of a relying
  /// party. Never throws.
  net::HttpResponse answer(const net::HttpRequest& request, const OAuthForm& form, std::int64_t now);
  /// Ends a refresh chain of a relying party. Never throws.
  net::HttpResponse revoke(const net::HttpRequest& request, const OAuthForm& form);

 private:
  base::Json collect(const RelyingParty& party, const OAuthForm& form, std::int64_t now);
  base::Json refresh(const RelyingParty& party, const OAuthForm& form, std::int64_t now);
  base::Json tokens(const RelyingParty& party, const Login& login, std::int64_t now) const;

  sql::Database& database_;
  const Configuration& configuration_;
  const Signer& signer_;
  const std::string secret_;
  ClientAuthentication authentication_;
};

}  // namespace lok
