#include "services/lok/openid/authorization_site.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/refresh.h"
#include "services/lok/openid/authorization_code.h"
#include "services/lok/openid/id_token.h"
#include "services/lok/openid/openid_discovery.h"
#include "services/lok/openid/pages_authorization.h"
#include "services/lok/openid/redirect_uri.h"
#include "services/lok/openid/sign_in_consent.h"

namespace lok {
namespace {

constexpr int kSeeOther = 303;
constexpr std::int64_t kSecond = 1'000'000;

std::string issuer_of(const PageRequest& request) {
  return issuer_address(request.http(), request.frame().prefix);
}

// `iss` tells programs that use several servers which one answers (RFC 9207).
net::HttpResponse send_on(const PageRequest& request, const Recipient& recipient,
                          std::vector<std::pair<std::string_view, std::string>> parameters) {
  parameters.emplace_back("state", recipient.state);
  parameters.emplace_back("iss", issuer_of(request));
  net::HttpResponse response;
  response.status = kSeeOther;
  response.headers.set("Location", with_parameters(recipient.redirect_uri, parameters));
  return response;
}

// Any program of a machine can pass for one that has no secret and is reached on that machine, so a person is
// asked each time (RFC 8252, section 8.6).
bool can_be_impersonated(const Recipient& recipient) {
  return recipient.party.is_public() && !recipient.redirect_uri.starts_with("https:");
}

net::HttpResponse send_error(const PageRequest& request, const Recipient& recipient,
                             const base::Error& error) {
  return send_on(request, recipient,
                 {{"error", std::string(error.reason())}, {"error_description", error.message()}});
}

}  // namespace

AuthorizationSite::AuthorizationSite(PageRouter& router, sql::Database& database, const Signer& signer)
    : database_(database), keys_(signer.keys()) {
  router.add("GET", "/o/authorize", [this](PageRequest& request) { return show(request); });
  router.add("POST", "/o/authorize", [this](PageRequest& request) { return decide(request); });
}

template <class Next>
net::HttpResponse AuthorizationSite::answer(const PageRequest& request,
                                            const AuthorizationParameters& parameters, Next next) const {
  std::optional<Recipient> recipient;
  database_.read(sql::Database::Snapshot::kSingle,
                 [&](sql::Reader& reader) { recipient = recipient_of(reader, parameters); });
  try {
    net::HttpResponse response =
        next(Asked{parameters, *recipient, read_authorization_request(recipient->party, parameters)});
    allow_form_target(response, policy_source(recipient->redirect_uri));
    return response;
  } catch (const base::Error& error) {
    if (error.reason().empty()) throw;
    return send_error(request, *recipient, error);
  }
}

bool AuthorizationSite::must_sign_in(const PageRequest& request, const AuthorizationRequest& asked) const {
  const std::optional<Person>& person = request.visit().person;
  if (!person || asked.sign_in) return true;
  if (asked.max_age && person->signed_in_at + *asked.max_age * kSecond < request.now()) return true;
  if (asked.id_token_hint.empty()) return false;
  const std::optional<IdTokenHint> hint = read_id_token_hint(keys_, asked.id_token_hint);
  return hint && hint->user != std::to_string(person->user);
}

net::HttpResponse AuthorizationSite::ask_to_sign_in(const PageRequest& request, const Asked& asked) const {
  return request.ask_to_sign_in({"/o/authorize", query_once_signed_in(asked.parameters)},
                                {pages::who_signs_in(asked.recipient.party.name), "", ""});
}

net::HttpResponse AuthorizationSite::show(PageRequest& request) const {
  const AuthorizationParameters parameters = authorization_parameters(request);
  return answer(request, parameters, [&](const Asked& asked) {
    const RelyingParty& party = asked.recipient.party;
    if (must_sign_in(request, asked.request)) {
      if (asked.request.silent) throw oauth_error("login_required", "Nobody is signed in.");
      return ask_to_sign_in(request, asked);
    }
    std::vector<pages::Place> places;
    std::optional<pages::Place> agreed;
    std::vector<pages::OfferedScope> scopes;
    database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      places = places_for(reader, party, request.visit().person->user);
      if (places.empty()) return;
      agreed = agreed_place(reader, party, places, asked.request.scopes);
      scopes = described_scopes(reader, places, asked.request.scopes);
    });
    if (places.empty()) {
      throw oauth_error("access_denied", "The person is in no organization that this program is for.");
    }
    const bool must_ask = asked.request.consent || can_be_impersonated(asked.recipient);
    if (agreed && !must_ask) return grant(request, asked, *agreed, false);
    if (asked.request.silent) throw oauth_error("consent_required", "The person has not agreed yet.");
    return net::HttpResponse::html(
        200, pages::sign_in_consent(request.frame(), {party.name, policy_source(asked.recipient.redirect_uri),
                                                      query_of(parameters), places, scopes}));
  });
}

net::HttpResponse AuthorizationSite::decide(PageRequest& request) const {
  // A relying party may post its request, too. Without our cookie, which other sites' forms do not bring,
  // nobody is known, so the browser comes again with a link.
  if (request.field("authorization").empty()) {
    return request.go_to({"/o/authorize", query_of(authorization_parameters(request))});
  }
  if (!request.is_own_form()) return request.forged();
  const AuthorizationParameters parameters = authorization_parameters(request.field("authorization"));
  return answer(request, parameters, [&](const Asked& asked) {
    if (!request.visit().person) return ask_to_sign_in(request, asked);
    if (request.field("decision") != "allow") throw oauth_error("access_denied", "The person declined.");
    std::vector<pages::Place> places;
    database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      places = places_for(reader, asked.recipient.party, request.visit().person->user);
    });
    const auto place = std::ranges::find_if(places, [&](const pages::Place& each) {
      return std::to_string(each.membership) == request.field("membership");
    });
    if (place == places.end()) throw oauth_error("access_denied", "The person is no member there any more.");
    return grant(request, asked, *place, true);
  });
}

net::HttpResponse AuthorizationSite::grant(const PageRequest& request, const Asked& asked,
                                           const pages::Place& place, bool is_new_consent) const {
  const RelyingParty& party = asked.recipient.party;
  const std::string code = base::random_token();
  AuthorizationCode granted{place.membership,
                            place.hub,
                            {},
                            asked.recipient.redirect_uri,
                            asked.request.code_challenge,
                            asked.request.nonce,
                            issuer_of(request),
                            request.visit().person->signed_in_at};
  database_.write([&](sql::Writer& writer) {
    granted.scopes = offered_scopes(writer, place, asked.request.scopes);
    if (is_new_consent) remember_consent(writer, party, place, granted.scopes, request.now());
    store_code(writer, party, hash_token(code), granted, request.now());
  });
  base::log::info("lok.signed_in_to", {{"client", party.client_id}, {"user", request.visit().person->user}});
  return send_on(request, asked.recipient, {{"code", code}});
}

}  // namespace lok
