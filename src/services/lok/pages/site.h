// All pages for people, put together.
#pragma once

#include <string>

#include "services/lok/configuration.h"
#include "services/lok/openid/authorization_site.h"
#include "services/lok/openid/end_session.h"
#include "services/lok/pages/account_site.h"
#include "services/lok/pages/device_site.h"
#include "services/lok/pages/invite_site.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/sign_in.h"
#include "services/lok/pages/sign_in_site.h"
#include "services/lok/pages/visits.h"
#include "sql/database.h"

namespace lok {

/// What it is made from must outlive it, and it the server it is routed in.
class Site {
 public:
  /// `secret` keys form tokens; `prefix` is `/lok`.
  Site(sql::Database& database, const Configuration& configuration, const Signer& signer,
       const std::string& secret, const std::string& prefix)
      : visits_(database, secret, prefix),
        sign_in_(database),
        router_(configuration, visits_, prefix),
        sign_in_site_(router_, visits_, sign_in_),
        device_site_(router_, database),
        account_site_(router_, database, visits_, sign_in_),
        invite_site_(router_, database, visits_),
        authorization_site_(router_, database, signer),
        end_session_(router_, visits_, database, signer) {}

  /// With and without trailing slash.
  void add_routes(net::Router& router, net::WorkerPool& workers) {
    router_.add_routes(router, workers, passwords_);
  }
  net::HttpResponse answer(const net::HttpRequest& request) const { return router_.answer(request); }

 private:
  static constexpr std::size_t kPasswordsAtOnce = 2;
  static constexpr std::size_t kPasswordsWaiting = 64;

  const Visits visits_;
  SignIn sign_in_;
  PageRouter router_;
  SignInSite sign_in_site_;
  DeviceSite device_site_;
  AccountSite account_site_;
  InviteSite invite_site_;
  AuthorizationSite authorization_site_;
  EndSessionSite end_session_;
  // Last, since its functions use the others.
  net::WorkerPool passwords_{"passwords", kPasswordsAtOnce, kPasswordsWaiting};
};

}  // namespace lok
