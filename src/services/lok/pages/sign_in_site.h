// The pages for signing in and out.
#pragma once

#include "net/http.h"
#include "services/lok/pages/page_request.h"
#include "services/lok/pages/page_router.h"
#include "services/lok/pages/sign_in.h"
#include "services/lok/pages/visits.h"

namespace lok {

/// What it is made from must outlive it, and it the router's server. Thread-safe.
class SignInSite {
 public:
  SignInSite(PageRouter& router, const Visits& visits, SignIn& sign_in);

 private:
  net::HttpResponse ask(PageRequest& request) const;
  net::HttpResponse sign_in(PageRequest& request) const;
  net::HttpResponse sign_out(PageRequest& request) const;

  const PageRouter& router_;
  const Visits& visits_;
  SignIn& sign_in_;
};

}  // namespace lok
