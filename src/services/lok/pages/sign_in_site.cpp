#include "services/lok/pages/sign_in_site.h"

#include "services/lok/people/throttle.h"

namespace lok {

SignInSite::SignInSite(PageRouter& router, const Visits& visits, SignIn& sign_in)
    : router_(router), visits_(visits), sign_in_(sign_in) {
  router.add("GET", "/sign-in", [this](PageRequest& request) { return ask(request); });
  router.add(
      "POST", "/sign-in", [this](PageRequest& request) { return this->sign_in(request); },
      PageRouter::Cost::kPassword);
  router.add("GET", "/sign-out", [](PageRequest& request) {
    const std::string next = request.field("next");
    return net::HttpResponse::html(
        200, pages::sign_out(request.frame(), next.empty() ? "" : read_return_target(next).text()));
  });
  router.add("POST", "/sign-out", [this](PageRequest& request) { return sign_out(request); });
}

net::HttpResponse SignInSite::ask(PageRequest& request) const {
  const ReturnTarget next = read_return_target(request.field("next"));
  return request.visit().person ? request.go_to(next) : request.ask_to_sign_in(next, {});
}

// Who fails is shown the page they came for once more: most ask strangers to sign in and say why.
net::HttpResponse SignInSite::sign_in(PageRequest& request) const {
  if (!request.is_own_form()) return request.forged();
  const ReturnTarget next = read_return_target(request.field("next"));
  const std::string username = request.field("username");
  const SignIn::Answer answer =
      sign_in_.check(username, request.field("password"), network_of(request.http().client));
  switch (answer.outcome) {
    case SignIn::Outcome::kTooOften:
      return request.too_often();
    case SignIn::Outcome::kWelcome:
      request.become(visits_.sign_in(request.visit(), answer.person, request.now()));
      return request.go_to(next);
    case SignIn::Outcome::kRefused:
      break;
  }
  request.fail_at(next, username, "This user name and password do not belong together.");
  net::HttpResponse response = router_.show(request, next);
  return response.status == 200 ? request.ask_to_sign_in(next, {}) : response;
}

net::HttpResponse SignInSite::sign_out(PageRequest& request) const {
  if (!request.is_own_form()) return request.forged();
  request.become(visits_.sign_out(request.visit()));
  if (const std::string next = request.field("next"); !next.empty()) {
    return request.go_to(read_return_target(next));
  }
  return request.notice(200, "Signed out", "You can close this page.");
}

}  // namespace lok
