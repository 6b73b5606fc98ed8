// The page where a person signs in to another program: the authorization
// endpoint of OAuth 2.0 and OpenID Connect (RFC 6749, section 3.1; OpenID
// Connect Core, section 3.1.2).
#pragma once

#include <string_view>
#include <vector>

#include "net/http.h"
#include "services/lok/login/signing.h"
#include "services/lok/openid/authorization_request.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/pages.h"
#include "sql/database.h"

namespace lok {

/// What it is made from must outlive it, and it the router's server. Thread-safe.
///
/// Nothing is kept between two steps: each form carries the whole request, which
/// is read and checked anew as if it came from a stranger. A browser is sent
/// nowhere but to an address that the relying party registered.
class AuthorizationSite {
 public:
  AuthorizationSite(PageRouter& router, sql::Database& database, const Signer& signer);

 private:
  /// A request that is right in itself, and who looks at it.
  struct Asked {
    const AuthorizationParameters& parameters;
    Recipient recipient;
    AuthorizationRequest request;
  };
  net::HttpResponse show(PageRequest& request) const;
  net::HttpResponse decide(PageRequest& request) const;

  /// Reads the request and goes on with it. Errors of the relying party are told to it, once its address is
  /// known.
  template <class Next>
  net::HttpResponse answer(const PageRequest& request, const AuthorizationParameters& parameters,
                           Next next) const;
  bool must_sign_in(const PageRequest& request, const AuthorizationRequest& asked) const;
  net::HttpResponse ask_to_sign_in(const PageRequest& request, const Asked& asked) const;
  net::HttpResponse grant(const PageRequest& request, const Asked& asked, const pages::Place& place,
                          bool is_new_consent) const;

  sql::Database& database_;
  const jose::KeySet keys_;
};

}  // namespace lok
