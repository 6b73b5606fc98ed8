#include "services/lok/provisioning/provisioning_relying_party.h"

#include "base/error.h"
#include "services/lok/openid/relying_party.h"
#include "services/lok/stored_texts.h"

namespace lok {
namespace {

sql::Value organization_of(const RelyingPartySettings& party, const Ids& organizations) {
  if (party.organization.empty()) return {};
  const auto found = organizations.find(party.organization);
  if (found == organizations.end()) {
    throw base::Error(
        base::code::kValidation,
        "The openid_app '{}' is for the organization '{}', which the configuration does not list.",
        party.client_id, party.organization);
  }
  return found->second;
}

void write(sql::Writer& writer, const RelyingPartySettings& party, const sql::Value& organization,
           std::int64_t now) {
  const std::int64_t row = writer.insert(
      "insert into relying_party (client_id, name, secret_hash, redirect_uris, post_logout_redirect_uris,"
      " organization_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)"
      " on conflict (client_id) do update set name = excluded.name, secret_hash = excluded.secret_hash,"
      " redirect_uris = excluded.redirect_uris,"
      " post_logout_redirect_uris = excluded.post_logout_redirect_uris,"
      " organization_id = excluded.organization_id returning id",
      {party.client_id, party.name,
       party.secret ? sql::Value(hash_client_secret(*party.secret)) : sql::Value(),
       stored_texts(party.redirect_uris), stored_texts(party.post_logout_redirect_uris), organization, now});
  if (party.organization.empty()) return;
  // Who came from elsewhere before it was for one organization alone.
  for (const char* table : {"authorization_code", "sign_in_consent", "client"}) {
    writer.execute(fmt::format("delete from {} where relying_party_id = $1 and membership_id in"
                               " (select id from membership where organization_id <> $2)",
                               table),
                   {row, organization});
  }
}

}  // namespace

void write_relying_parties(sql::Writer& writer, const Configuration& configuration, const Ids& organizations,
                           std::int64_t now) {
  sql::Texts listed;
  for (const RelyingPartySettings& party : configuration.relying_parties) {
    write(writer, party, organization_of(party, organizations), now);
    listed.values.push_back(party.client_id);
  }
  writer.execute("delete from relying_party where client_id not in_texts($1)", {listed});
}

}  // namespace lok
