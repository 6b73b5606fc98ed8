// The page of an invitation: whoever has its link joins the organization, with
// the account they have or with one they make.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "net/http.h"
#include "services/lok/pages/page_request.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/visits.h"
#include "services/lok/people/invites.h"
#include "services/lok/people/throttle.h"
#include "sql/database.h"

namespace lok {

/// `/invite`. What it is made from must outlive it, and it the router's server. Thread-safe.
class InviteSite {
 public:
  InviteSite(PageRouter& router, sql::Database& database, const Visits& visits);

 private:
  net::HttpResponse show(PageRequest& request);
  net::HttpResponse decide(PageRequest& request);
  net::HttpResponse create_account(PageRequest& request);

  /// The invite that can be accepted with the request's token; else `failure` says why not.
  std::optional<InviteState> find_open(const PageRequest& request, net::HttpResponse& failure);
  bool is_member(const PageRequest& request, const InviteState& invite) const;

  sql::Database& database_;
  const Visits& visits_;
  Throttle wrong_tokens_{10, std::chrono::seconds(5)};
  Throttle new_accounts_{10, std::chrono::minutes(1)};  ///< each costs a hash
};

}  // namespace lok
