#include "services/lok/pages/invite_site.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "services/lok/people/accounts.h"
#include "services/lok/people/password.h"
#include "services/lok/people/password_rules.h"

namespace lok {
namespace {

constexpr int kBadRequest = 400;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kGone = 410;

constexpr std::size_t kLongestToken = 100;
constexpr std::size_t kLongestShown = 150;

net::HttpResponse over(const PageRequest& request, const InviteState& invite) {
  const std::string again = "Ask " + invite.inviter + " for another one if you still want to join.";
  if (invite.status == "accepted") {
    const bool several = invite.max_uses.value_or(1) > 1;
    return request.notice(kGone, several ? "This invitation is used up" : "Already accepted",
                          (several ? "As many people as it was for have joined. "
                                   : "Somebody has joined with this invitation. ") +
                              again);
  }
  if (invite.status == "declined") return request.notice(kGone, "Already declined", again);
  if (invite.status == "cancelled") return request.notice(kGone, "This invitation was withdrawn", again);
  return request.notice(kGone, "This invitation has expired", again);
}

pages::Invitation invitation(const PageRequest& request, const InviteState& invite) {
  return {request.field("token"), invite.organization, invite.inviter, invite.roles,
          invite.expires_at.value_or(0)};
}

net::HttpResponse joined(const PageRequest& request, const InviteState& invite) {
  return request.notice(200, "Welcome to " + invite.organization,
                        "You are a member now. Programs that you approve can work there.");
}

}  // namespace

InviteSite::InviteSite(PageRouter& router, sql::Database& database, const Visits& visits)
    : database_(database), visits_(visits) {
  router.add("GET", "/invite", [this](PageRequest& request) { return show(request); });
  router.add("POST", "/invite", [this](PageRequest& request) { return decide(request); });
  router.add(
      "POST", "/invite/account", [this](PageRequest& request) { return create_account(request); },
      PageRouter::Cost::kPassword);
}

std::optional<InviteState> InviteSite::find_open(const PageRequest& request, net::HttpResponse& failure) {
  const std::string network = network_of(request.http().client);
  if (!wrong_tokens_.take(network, base::monotonic_micros())) {
    failure = request.too_often();
    return std::nullopt;
  }
  const std::string token = request.field("token");
  std::optional<InviteState> invite;
  if (token.size() <= kLongestToken && token.find_first_not_of("0123456789abcdef-") == std::string::npos) {
    database_.read(sql::Database::Snapshot::kConsistent,
                   [&](sql::Reader& reader) { invite = find_invite(reader, token); });
  }
  if (!invite) {
    failure =
        request.notice(kNotFound, "No such invitation",
                       "The link is not complete, or the invitation was deleted. Open it once more as it"
                       " was sent to you.");
    return std::nullopt;
  }
  wrong_tokens_.give_back(network);
  if (invite->status != "pending" || invite->expires_at.value_or(request.now() + 1) <= request.now()) {
    failure = over(request, *invite);
    return std::nullopt;
  }
  return invite;
}

bool InviteSite::is_member(const PageRequest& request, const InviteState& invite) const {
  bool found = false;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    found = !reader
                 .query("select 1 from membership where organization_id = $1 and user_id = $2",
                        {invite.organization_id, request.visit().person->user})
                 .empty();
  });
  return found;
}

net::HttpResponse InviteSite::show(PageRequest& request) {
  net::HttpResponse failure;
  const std::optional<InviteState> invite = find_open(request, failure);
  if (!invite) return failure;
  const pages::Invitation shown = invitation(request, *invite);
  if (request.visit().person) {
    if (is_member(request, *invite)) {
      return request.notice(200, "You are a member already",
                            "You belong to " + invite->organization + "; the invitation is left for others.");
    }
    return net::HttpResponse::html(200, pages::answer_invitation(request.frame(), shown));
  }
  if (request.field("new") == "1") {
    return net::HttpResponse::html(200, pages::create_account(request.frame(), shown, {}));
  }
  return request.ask_to_sign_in(
      {"/invite", "token=" + shown.token},
      {pages::who_invites(shown), "", pages::no_account_yet(request.frame(), shown)});
}

net::HttpResponse InviteSite::decide(PageRequest& request) {
  if (!request.is_own_form()) return request.forged();
  const std::string decision = request.field("decision");
  if (!request.visit().person || (decision != "accept" && decision != "decline")) return show(request);
  net::HttpResponse failure;
  const std::optional<InviteState> invite = find_open(request, failure);
  if (!invite) return failure;
  const std::int64_t user = request.visit().person->user;
  const std::string token = request.field("token");
  try {
    database_.write([&](sql::Writer& writer) {
      if (decision == "accept") {
        accept_invite(writer, token, user, request.now());
      } else {
        decline_invite(writer, token, user, request.now());
      }
    });
  } catch (const base::Error& error) {
    // Somebody else was faster; the page says what they did.
    if (error.code() == base::code::kValidation || error.code() == base::code::kNotFound)
      return show(request);
    throw;
  }
  base::log::info("lok.invite_answered", {{"user", user}, {"answer", decision}});
  if (decision == "accept") return joined(request, *invite);
  return request.notice(200, "Declined",
                        "You did not join " + invite->organization + ". You can close this page.");
}

net::HttpResponse InviteSite::create_account(PageRequest& request) {
  if (!request.is_own_form()) return request.forged();
  if (request.visit().person) return show(request);
  net::HttpResponse failure;
  const std::optional<InviteState> invite = find_open(request, failure);
  if (!invite) return failure;
  const std::string network = network_of(request.http().client);
  if (!new_accounts_.take(network, base::monotonic_micros())) return request.too_often();

  const std::string password = request.field("new-password");
  NewAccount account;
  account.username = request.field("username");
  Person person{0, account.username, 0, 0};
  bool is_name_wrong = true;  // until it has been found right
  const auto refuse = [&](int status, const std::string& problem) {
    const pages::NewAccountForm form{account.username.substr(0, kLongestShown), problem, is_name_wrong};
    return net::HttpResponse::html(
        status, pages::create_account(request.frame(), invitation(request, *invite), form));
  };
  try {
    check_username(account.username);
    is_name_wrong = false;
    if (password != request.field("new-password-again")) {
      return refuse(kBadRequest, "The password was not typed the same twice. Type it again.");
    }
    check_password(password, account.username);
    account.password_hash = hash_password(password);
    database_.write([&](sql::Writer& writer) {
      person.user = write_account(writer, account, request.now());
      accept_invite(writer, request.field("token"), person.user, request.now());
    });
  } catch (const base::Error& error) {
    is_name_wrong = is_name_wrong || error.code() == base::code::kConflict;
    if (error.code() == base::code::kConflict)
      return refuse(kConflict, "This user name is taken. Choose another.");
    if (error.code() == base::code::kValidation) return refuse(kBadRequest, error.message());
    if (error.code() == base::code::kNotFound) return show(request);
    throw;
  }
  base::log::info("lok.account_made_by_invite", {{"user", person.user}});
  request.become(visits_.sign_in(request.visit(), person, request.now()));
  return joined(request, *invite);
}

}  // namespace lok
