#include "services/lok/pages/account_site.h"

#include <charconv>

#include "base/error.h"
#include "base/log.h"
#include "services/lok/pages/account_rows.h"
#include "services/lok/people/accounts.h"
#include "services/lok/people/password.h"
#include "services/lok/people/password_rules.h"
#include "services/lok/people/throttle.h"

namespace lok {
namespace {

constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

const ReturnTarget kHere{"/account", ""};

/// 0, which no row has, for what is no number.
std::int64_t row_of(const std::string& text) {
  std::int64_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  return error == std::errc() && end == text.data() + text.size() ? row : 0;
}

/// What is wrong with a password somebody wants; empty if nothing is.
std::string problem_of(const std::string& wanted, const std::string& again, const std::string& username) {
  if (wanted != again) return "The new password was not typed the same twice. Type it again.";
  try {
    check_password(wanted, username);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

AccountSite::AccountSite(PageRouter& router, sql::Database& database, const Visits& visits, SignIn& sign_in)
    : database_(database), visits_(visits), sign_in_(sign_in) {
  router.add("GET", "", [](PageRequest& request) { return request.go_to(kHere); });
  router.add("GET", "/account", own(&AccountSite::look));
  router.add("GET", "/account/password", own(&AccountSite::ask_for_password));
  router.add("POST", "/account/password", own_form(&AccountSite::change_password),
             PageRouter::Cost::kPassword);
  router.add("POST", "/account/sessions", own_form(&AccountSite::end_sessions));
  router.add("POST", "/account/programs", own_form(&AccountSite::revoke));
}

PageRouter::Page AccountSite::own(Step then) const {
  return [this, then](PageRequest& request) {
    return request.visit().person ? (this->*then)(request) : request.ask_to_sign_in(kHere, {});
  };
}

PageRouter::Page AccountSite::own_form(Step then) const {
  return [this, then](PageRequest& request) {
    if (!request.is_own_form()) return request.forged();
    if (request.visit().person) return (this->*then)(request);
    return request.ask_to_sign_in(kHere, {"", "Sign in first.", ""});
  };
}

net::HttpResponse AccountSite::look(PageRequest& request) const { return show(request, 200, {}); }

net::HttpResponse AccountSite::ask_for_password(PageRequest& request) const {
  return net::HttpResponse::html(200, pages::change_password(request.frame(), {}));
}

net::HttpResponse AccountSite::show(PageRequest& request, int status, const Said& said) const {
  pages::Account account;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    account =
        account_of(reader, request.visit().person->user, request.visit().person->session, request.now());
  });
  account.done = said.done;
  account.problem = said.problem;
  return net::HttpResponse::html(status, pages::account(request.frame(), account));
}

// The old one is asked for as at a sign-in and counted with those: who finds an open browser must not
// find out the password, nor keep others out with another one.
net::HttpResponse AccountSite::change_password(PageRequest& request) const {
  const Person person = *request.visit().person;
  const std::string wanted = request.field("new-password");
  const auto refuse = [&](int status, const pages::ChangePassword& why) {
    return net::HttpResponse::html(status, pages::change_password(request.frame(), why));
  };
  const std::string problem = problem_of(wanted, request.field("new-password-again"), person.username);
  if (!problem.empty()) return refuse(kBadRequest, {problem, false});
  const SignIn::Answer answer =
      sign_in_.check(person.username, request.field("old-password"), network_of(request.http().client));
  if (answer.outcome == SignIn::Outcome::kTooOften) return request.too_often();
  if (answer.outcome == SignIn::Outcome::kRefused) {
    return refuse(kForbidden, {"The old password is wrong.", true});
  }
  const std::string hash = hash_password(wanted);
  database_.write([&](sql::Writer& writer) { replace_password(writer, person.user, hash); });
  base::log::info("lok.password_changed", {{"user", person.user}});
  request.become(visits_.sign_in(request.visit(), person, request.now()));
  return show(request, 200,
              {.done = "Your password is changed. Everybody else who was signed in as you is signed out."});
}

net::HttpResponse AccountSite::end_sessions(PageRequest& request) const {
  const Person& person = *request.visit().person;
  const std::string which = request.field("session");
  if (which == "others") {
    database_.write([&](sql::Writer& writer) { end_other_sessions(writer, person.user, person.session); });
    return show(request, 200, {.done = "All other sessions are ended."});
  }
  bool ended = false;
  database_.write([&](sql::Writer& writer) { ended = end_session(writer, person.user, row_of(which)); });
  return ended ? show(request, 200, {.done = "The session is ended."})
               : show(request, kNotFound, {.problem = "That session had ended before."});
}

net::HttpResponse AccountSite::revoke(PageRequest& request) const {
  const Person& person = *request.visit().person;
  if (const std::string consent = request.field("consent"); !consent.empty()) {
    bool withdrawn = false;
    database_.write(
        [&](sql::Writer& writer) { withdrawn = withdraw_consent(writer, person.user, row_of(consent)); });
    return withdrawn ? show(request, 200, {.done = "Withdrawn. The program has to ask again."})
                     : show(request, kNotFound, {.problem = "You had withdrawn from that program before."});
  }
  const std::int64_t program = row_of(request.field("program"));
  bool revoked = false;
  database_.write([&](sql::Writer& writer) { revoked = revoke_program(writer, person.user, program); });
  if (!revoked) return show(request, kNotFound, {.problem = "That program is not connected any more."});
  base::log::info("lok.program_revoked", {{"client", program}, {"user", person.user}});
  return show(request, 200, {.done = "The program is revoked. It cannot renew its login any more."});
}

}  // namespace lok
