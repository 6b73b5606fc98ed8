#include "services/lok/provisioning/provisioning_mandate.h"

#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "services/lok/login/mandate.h"
#include "sql/nullable.h"

namespace lok {
namespace {

struct Listed {
  std::string name;
  std::string key;
  std::string user;
  std::string organization;
  std::string hub;
  std::string app;  ///< pinned from the start; empty: the first one
  bool any_app = false;
};

std::vector<Listed> listed_keys(const Configuration& configuration) {
  std::vector<Listed> all;
  for (const MandateKeySettings& key : configuration.mandate_keys) {
    all.push_back({key.name, key.key, key.user, key.organization, key.hub, "", key.any_app});
  }
  // Apps a hub declares act for the owner of its organization.
  for (const HubSettings& hub : configuration.hubs) {
    for (const DeclaredClient& client : hub.clients) {
      if (client.key.empty()) continue;
      std::string owner;
      for (const OrganizationSettings& organization : configuration.organizations) {
        if (organization.identifier == hub.organization) owner = organization.owner;
      }
      all.push_back({client.name, client.key, owner, hub.organization, hub.identifier, client.app, false});
    }
  }
  return all;
}

std::int64_t single_id(sql::Writer& writer, std::string_view sql, std::vector<sql::Value> parameters,
                       const std::string& problem) {
  const sql::Rows rows = writer.query(sql, std::move(parameters));
  if (rows.empty()) throw base::Error(base::code::kValidation, problem);
  return rows.integer(0, 0);
}

std::int64_t known(const Ids& ids, const std::string& name) {
  const auto found = ids.find(name);
  return found == ids.end() ? 0 : found->second;
}

void write_key(sql::Writer& writer, const Listed& listed, const Ids& users, const Ids& organizations,
               std::int64_t now) {
  const std::int64_t organization = known(organizations, listed.organization);
  const std::int64_t user = known(users, listed.user);
  const std::int64_t membership = single_id(
      writer, "select id from membership where organization_id = $1 and user_id = $2", {organization, user},
      fmt::format("The mandate key '{}' acts for '{}', who is no member of '{}'.", listed.name, listed.user,
                  listed.organization));
  const std::int64_t hub = single_id(
      writer, "select id from hub where organization_id = $1 and identifier = $2", {organization, listed.hub},
      fmt::format("The mandate key '{}' names no known hub.", listed.name));
  base::Json subject = base::Json::object();
  if (!listed.app.empty()) subject.set("identifier", listed.app);
  // The pin of a key that is in use stays: its first app keeps it.
  writer.execute(
      "insert into mandate (organization_id, hub_id, membership_id, grantor_id, claimant, origin, label,"
      " config_name, key_prefix, key_hash, subject, any_app, created_at)"
      " values ($1, $2, $3, $4, 'KEY', 'CONFIG', $5, $5, $6, $7, $8, $9, $10)"
      " on conflict (key_hash) do update set hub_id = excluded.hub_id, membership_id = "
      "excluded.membership_id,"
      " grantor_id = excluded.grantor_id, organization_id = excluded.organization_id,"
      " label = excluded.label, config_name = excluded.config_name, any_app = excluded.any_app",
      {organization, hub, membership, user, listed.name, listed.key.substr(0, kShownPrefix),
       hash_key(listed.key), subject.dump(), sql::flag(listed.any_app), now});
}

void revoke_unlisted(sql::Writer& writer, const sql::Texts& listed, std::int64_t now) {
  writer.execute(
      "update mandate set revoked_at = $1, revocation_reason = 'REMOVED_FROM_CONFIG'"
      " where origin = 'CONFIG' and revoked_at is null and key_hash not in_texts($2)",
      {now, listed});
  writer.execute(
      "update mandate set revoked_at = null, revocation_reason = null"
      " where origin = 'CONFIG' and revocation_reason = 'REMOVED_FROM_CONFIG' and key_hash in_texts($1)",
      {listed});
  writer.execute(
      "delete from client where mandate_id in"
      " (select id from mandate where revocation_reason = 'REMOVED_FROM_CONFIG')");
}

}  // namespace

void write_mandate_keys(sql::Writer& writer, const Configuration& configuration, const Ids& users,
                        const Ids& organizations, std::int64_t now) {
  sql::Texts hashes;
  for (const Listed& listed : listed_keys(configuration)) {
    write_key(writer, listed, users, organizations, now);
    hashes.values.push_back(hash_key(listed.key));
  }
  revoke_unlisted(writer, hashes, now);
}

}  // namespace lok
