// Signing out because another program says so (OpenID Connect RP-Initiated
// Logout).
#pragma once

#include "net/http.h"
#include "services/lok/login/signing.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/visits.h"
#include "sql/database.h"

namespace lok {

/// What it is made from must outlive it, and it the router's server. Thread-safe.
///
/// Who is signed in is asked first, unless the id token that comes along is
/// theirs: no other site can end a session by a link. A browser is sent on only
/// to an address that the relying party registered for this.
class EndSessionSite {
 public:
  EndSessionSite(PageRouter& router, const Visits& visits, sql::Database& database, const Signer& signer);

 private:
  net::HttpResponse show(PageRequest& request) const;
  net::HttpResponse decide(PageRequest& request) const;

  const Visits& visits_;
  sql::Database& database_;
  const jose::KeySet keys_;
};

}  // namespace lok
