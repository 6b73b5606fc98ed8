// The page where people see and change what is theirs: password, sessions,
// programs they approved.
#pragma once

#include <string>

#include "net/http.h"
#include "services/lok/pages/page_request.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/sign_in.h"
#include "services/lok/pages/visits.h"
#include "sql/database.h"

namespace lok {

/// `/account`, where the root of the pages leads, too. What it is made from must outlive it, and it the
/// router's server. Thread-safe.
class AccountSite {
 public:
  AccountSite(PageRouter& router, sql::Database& database, const Visits& visits, SignIn& sign_in);

 private:
  struct Said {
    std::string done{};
    std::string problem{};
  };
  net::HttpResponse show(PageRequest& request, int status, const Said& said) const;
  net::HttpResponse look(PageRequest& request) const;
  net::HttpResponse ask_for_password(PageRequest& request) const;
  net::HttpResponse change_password(PageRequest& request) const;
  net::HttpResponse end_sessions(PageRequest& request) const;
  net::HttpResponse revoke(PageRequest& request) const;
  using Step = net::HttpResponse (AccountSite::*)(PageRequest&) const;
  /// Pages for somebody who is signed in: one to look at, and one that takes a form they were shown.
  PageRouter::Page own(Step then) const;
  PageRouter::Page own_form(Step then) const;

  sql::Database& database_;
  const Visits& visits_;
  SignIn& sign_in_;
};

}  // namespace lok
