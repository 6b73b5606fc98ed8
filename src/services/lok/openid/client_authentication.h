// How a relying party proves at the token endpoint who it is (RFC 6749, section
// 2.3): with its secret, by HTTP Basic or in the form, or not at all if it is
// a public client.
#pragma once

#include <chrono>
#include <exception>
#include <optional>

#include "net/http.h"
#include "services/lok/login/oauth_form.h"
#include "services/lok/openid/relying_party.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// Blocks (database). Thread-safe; the database must outlive it.
class ClientAuthentication {
 public:
  explicit ClientAuthentication(sql::Database& database) : database_(database) {}

  /// Whether the request comes from a relying party, or says so, and not from an app.
  bool is_meant(const net::HttpRequest& request, const OAuthForm& form) const;

  /// The relying party the request comes from. Throws invalid_client for one that is
  /// unknown or has not proved itself, invalid_request for two proofs at once, slow_down
  /// after too many wrong ones: they are counted by client id and network, and the right
  /// secret after too many is not looked at.
  RelyingParty check(const net::HttpRequest& request, const OAuthForm& form);

 private:
  sql::Database& database_;
  Throttle failures_{30, std::chrono::seconds(10)};
};

/// As `oauth_failure`, with the status codes and the challenge that RFC 6749 has for
/// clients with secrets: 401 for invalid_client, and 429 for slow_down.
net::HttpResponse relying_party_failure(const std::exception& error);

}  // namespace lok
