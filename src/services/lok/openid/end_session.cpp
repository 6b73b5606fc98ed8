#include "services/lok/openid/end_session.h"

#include <array>
#include <optional>
#include <string>

#include "base/error.h"
#include "services/lok/openid/id_token.h"
#include "services/lok/openid/pages_authorization.h"
#include "services/lok/openid/redirect_uri.h"

namespace lok {
namespace {

constexpr int kSeeOther = 303;
constexpr std::array<std::string_view, 4> kNames{"id_token_hint", "client_id", "post_logout_redirect_uri",
                                                 "state"};

/// The parameters that mean something here, encoded, and whatever else came along left out.
std::string query_of(const PageRequest& request) {
  std::string query;
  for (const std::string_view name : kNames) {
    const std::string value = request.field(name);
    if (value.empty()) continue;
    query += fmt::format("{}{}={}", query.empty() ? "" : "&", name, net::percent_encode(value));
  }
  return query;
}

/// What a relying party asks for, as far as it can be believed.
struct Ending {
  std::optional<IdTokenHint> hint;
  std::optional<RelyingParty> party;
  std::string redirect_uri;  ///< empty: nowhere
  std::string state;

  bool is_of(const Person& person) const { return hint && hint->user == std::to_string(person.user); }
};

Ending read_ending(sql::Database& database, const jose::KeySet& keys, std::string_view query) {
  std::string token, client_id, redirect_uri;
  Ending ending;
  for (auto& [name, value] : net::parse_form(query)) {
    if (name == "id_token_hint")
      token = std::move(value);
    else if (name == "client_id")
      client_id = std::move(value);
    else if (name == "post_logout_redirect_uri")
      redirect_uri = std::move(value);
    else if (name == "state")
      ending.state = std::move(value);
  }
  if (!token.empty()) ending.hint = read_id_token_hint(keys, token);
  if (ending.hint && client_id.empty()) client_id = ending.hint->client_id;
  if (ending.hint && client_id != ending.hint->client_id) {
    throw base::Error(
        base::code::kValidation,
        std::string("The program that sent you here names itself in two ways. Nothing was done."));
  }
  if (!may_be_client_id(client_id)) return ending;
  database.read(sql::Database::Snapshot::kSingle,
                [&](sql::Reader& reader) { ending.party = find_relying_party(reader, client_id); });
  if (ending.party && ending.party->may_redirect_after_logout(redirect_uri)) {
    ending.redirect_uri = std::move(redirect_uri);
  }
  return ending;
}

net::HttpResponse signed_out(const PageRequest& request, const Ending& ending) {
  if (ending.redirect_uri.empty()) return request.notice(200, "Signed out", "You can close this page.");
  net::HttpResponse response;
  response.status = kSeeOther;
  response.headers.set("Location", with_parameters(ending.redirect_uri, {{"state", ending.state}}));
  return response;
}

}  // namespace

EndSessionSite::EndSessionSite(PageRouter& router, const Visits& visits, sql::Database& database,
                               const Signer& signer)
    : visits_(visits), database_(database), keys_(signer.keys()) {
  router.add("GET", "/o/logout", [this](PageRequest& request) { return show(request); });
  router.add("POST", "/o/logout", [this](PageRequest& request) { return decide(request); });
}

net::HttpResponse EndSessionSite::show(PageRequest& request) const {
  const Ending ending = read_ending(database_, keys_, query_of(request));
  const std::optional<Person>& person = request.visit().person;
  if (person && ending.is_of(*person)) request.become(visits_.sign_out(request.visit()));
  if (!request.visit().person) return signed_out(request, ending);
  net::HttpResponse response = net::HttpResponse::html(
      200, pages::end_session(request.frame(), {ending.party ? ending.party->name : "", query_of(request)}));
  if (!ending.redirect_uri.empty()) allow_form_target(response, policy_source(ending.redirect_uri));
  return response;
}

net::HttpResponse EndSessionSite::decide(PageRequest& request) const {
  // What a relying party posts comes without our cookie: the browser comes again with a link.
  if (request.field("decision").empty()) return request.go_to({"/o/logout", query_of(request)});
  if (!request.is_own_form()) return request.forged();
  const Ending ending = read_ending(database_, keys_, request.field("ending"));
  if (request.field("decision") != "sign_out") {
    return request.notice(200, "Still signed in", "You can close this page.");
  }
  request.become(visits_.sign_out(request.visit()));
  return signed_out(request, ending);
}

}  // namespace lok
