#include "services/lok/openid/sign_in_consent.h"

#include <algorithm>

#include "services/lok/pages/consent.h"
#include "services/lok/stored_texts.h"

namespace lok {
namespace {

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

std::vector<std::string> agreed_scopes(sql::Reader& reader, const RelyingParty& party,
                                       const pages::Place& place) {
  const sql::Rows rows =
      reader.query("select scopes from sign_in_consent where relying_party_id = $1 and membership_id = $2",
                   {party.id, place.membership});
  return rows.empty() ? std::vector<std::string>{} : texts_of(rows.text(0, 0));
}

}  // namespace

std::vector<pages::Place> places_for(sql::Reader& reader, const RelyingParty& party, std::int64_t user) {
  std::vector<pages::Place> places;
  for (pages::Place& place : places_of(reader, user)) {
    const bool is_new =
        std::ranges::find(places, place.membership, &pages::Place::membership) == places.end();
    if (is_new) places.push_back(std::move(place));
  }
  if (!party.organization) return places;
  const sql::Rows own = reader.query("select id from membership where organization_id = $1 and user_id = $2",
                                     {*party.organization, user});
  std::erase_if(places, [&](const pages::Place& place) {
    return own.empty() || place.membership != own.integer(0, 0);
  });
  return places;
}

std::vector<std::string> offered_scopes(sql::Reader& reader, const pages::Place& place,
                                        const std::vector<std::string>& asked) {
  const sql::Rows rows = reader.query(
      "select scope.value from scope join membership on membership.organization_id = scope.organization_id"
      " where membership.id = $1 and scope.value in_texts($2)",
      {place.membership, sql::Texts{asked}});
  std::vector<std::string> known{std::string(kOfflineAccess)};
  for (std::size_t row = 0; row < rows.size(); ++row) known.emplace_back(rows.text(row, 0));
  std::vector<std::string> offered;
  std::ranges::copy_if(asked, std::back_inserter(offered),
                       [&](const std::string& scope) { return contains(known, scope); });
  return offered;
}

std::vector<pages::OfferedScope> described_scopes(sql::Reader& reader,
                                                  const std::vector<pages::Place>& places,
                                                  const std::vector<std::string>& asked) {
  sql::Ids memberships;
  for (const pages::Place& place : places) memberships.values.push_back(place.membership);
  const sql::Rows rows = reader.query(
      "select min(scope.label), min(scope.description) from scope"
      " join membership on membership.organization_id = scope.organization_id"
      " where membership.id in_ids($1) and scope.value in_texts($2)"
      " group by scope.value order by min(scope.id)",
      {memberships, sql::Texts{asked}});
  std::vector<pages::OfferedScope> scopes;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    scopes.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
  }
  if (contains(asked, kOfflineAccess)) scopes.push_back({"Stay signed in", "Go on when you are not there"});
  return scopes;
}

std::optional<pages::Place> agreed_place(sql::Reader& reader, const RelyingParty& party,
                                         const std::vector<pages::Place>& places,
                                         const std::vector<std::string>& asked) {
  sql::Ids memberships;
  for (const pages::Place& place : places) memberships.values.push_back(place.membership);
  const sql::Rows rows = reader.query(
      "select membership_id, scopes from sign_in_consent"
      " where relying_party_id = $1 and membership_id in_ids($2) order by given_at desc, id desc",
      {party.id, memberships});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto place = std::ranges::find(places, rows.integer(row, 0), &pages::Place::membership);
    const std::vector<std::string> agreed = texts_of(rows.text(row, 1));
    const std::vector<std::string> wanted = offered_scopes(reader, *place, asked);
    if (std::ranges::all_of(wanted, [&](const std::string& scope) { return contains(agreed, scope); })) {
      return *place;
    }
  }
  return std::nullopt;
}

void remember_consent(sql::Writer& writer, const RelyingParty& party, const pages::Place& place,
                      const std::vector<std::string>& scopes, std::int64_t now) {
  std::vector<std::string> all = agreed_scopes(writer, party, place);
  std::ranges::copy_if(scopes, std::back_inserter(all),
                       [&](const std::string& scope) { return !contains(all, scope); });
  writer.execute(
      "insert into sign_in_consent (relying_party_id, membership_id, scopes, given_at)"
      " values ($1, $2, $3, $4) on conflict (relying_party_id, membership_id) do update"
      " set scopes = excluded.scopes, given_at = excluded.given_at",
      {party.id, place.membership, stored_texts(all), now});
}

}  // namespace lok
