#include "services/lok/provisioning/provisioning.h"

#include <map>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "services/lok/people/accounts.h"
#include "services/lok/people/organizations.h"
#include "services/lok/people/password.h"
#include "services/lok/provisioning/provisioning_hub.h"
#include "services/lok/provisioning/provisioning_mandate.h"
#include "services/lok/provisioning/provisioning_relying_party.h"
#include "sql/advisory_lock.h"
#include "sql/nullable.h"

namespace lok {
namespace {

// Argon2 is slow on purpose, too slow to check every listed password at every
// start. The mark tells that the list has not changed; it is keyed by a secret
// of the same file the passwords stand in, so it gives nothing away that the
// file's reader does not have.
std::string mark_of(const Configuration& configuration, const Account& account) {
  if (configuration.secret.empty()) return "";
  return keyed_hash(configuration.secret, account.username + ":" + account.password);
}

std::map<std::string, NewPassword> new_passwords(sql::Database& database,
                                                 const Configuration& configuration) {
  std::map<std::string, NewPassword> passwords;
  for (const Account& account : configuration.users) {
    std::optional<std::string> hash;
    std::optional<std::string> mark;
    database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      const sql::Rows rows = reader.query(
          "select password_hash, password_mark from user_account where username = $1", {account.username});
      if (rows.empty()) return;
      hash = sql::optional_text(rows, 0, 0);
      mark = sql::optional_text(rows, 0, 1);
    });
    const std::string wanted_mark = mark_of(configuration, account);
    const bool same = hash && (wanted_mark.empty() ? password_matches(account.password, *hash)
                                                   : mark == std::optional(wanted_mark));
    if (!same) passwords[account.username] = {hash_password(account.password), wanted_mark};
  }
  return passwords;
}

std::int64_t role_id(sql::Writer& writer, std::int64_t organization, const std::string& identifier) {
  write_role(writer, organization, {identifier, ""}, false);
  return writer
      .query("select id from role where organization_id = $1 and identifier = $2", {organization, identifier})
      .integer(0, 0);
}

// Roles are added: what an administrator gave besides stays.
void write_membership(sql::Writer& writer, std::int64_t organization, std::int64_t user,
                      const std::vector<std::string>& roles) {
  const std::int64_t membership = ensure_membership(writer, organization, user);
  for (const std::string& role : roles) {
    writer.execute(
        "insert into membership_role (membership_id, role_id) values ($1, $2) on conflict do nothing",
        {membership, role_id(writer, organization, role)});
  }
}

std::int64_t id_of(const Ids& ids, const std::string& name, std::string_view what) {
  const auto found = ids.find(name);
  if (found == ids.end()) {
    throw base::Error(base::code::kValidation, "The configuration names the {} '{}' but does not list it.",
                      what, name);
  }
  return found->second;
}

std::int64_t write_organization(sql::Writer& writer, const OrganizationSettings& organization,
                                const Ids& users) {
  const sql::Value owner =
      organization.owner.empty() ? sql::Value() : sql::Value(id_of(users, organization.owner, "user"));
  // What somebody changed since stays as long as the configuration says the same as before.
  const std::string mark = keyed_hash(organization.name, organization.description);
  const std::int64_t id = writer.insert(
      "insert into organization (slug, name, description, owner_id, device_salt, config_mark)"
      " values ($1, $2, $3, $4, $5, $6)"
      " on conflict (slug) do update set"
      " name = case when organization.config_mark = excluded.config_mark then organization.name"
      "   else excluded.name end,"
      " description = case when organization.config_mark = excluded.config_mark"
      "   then organization.description else excluded.description end,"
      " config_mark = excluded.config_mark,"
      " owner_id = coalesce(excluded.owner_id, organization.owner_id) returning id",
      {organization.identifier, organization.name, organization.description, owner, make_device_salt(),
       mark});
  write_standard_roles_and_scopes(writer, id);
  if (!organization.owner.empty()) {
    write_membership(writer, id, id_of(users, organization.owner, "user"), {"admin"});
  }
  return id;
}

}  // namespace

void provision(sql::Database& database, const Configuration& configuration) {
  const std::map<std::string, NewPassword> passwords = new_passwords(database, configuration);
  const std::int64_t now = base::now_micros();
  database.write([&](sql::Writer& writer) {
    sql::lock(writer, sql::Alone::kProvisioning);
    Ids users;
    for (const Account& account : configuration.users) {
      const std::int64_t user = provision_account(writer, account, now);
      if (const auto changed = passwords.find(account.username); changed != passwords.end()) {
        provision_password(writer, user, changed->second);
      }
      users[account.username] = user;
    }
    Ids organizations;
    for (const OrganizationSettings& organization : configuration.organizations) {
      organizations[organization.identifier] = write_organization(writer, organization, users);
    }
    for (const MembershipSettings& membership : configuration.memberships) {
      write_membership(writer, id_of(organizations, membership.organization, "organization"),
                       id_of(users, membership.user, "user"), membership.roles);
    }
    for (const HubSettings& hub : configuration.hubs) {
      write_hub(writer, id_of(organizations, hub.organization, "organization"), hub);
    }
    const sql::Rows founded = writer.query("select id from organization where config_mark is null");
    for (std::size_t row = 0; row < founded.size(); ++row) {
      write_home_hub(writer, founded.integer(row, 0), configuration);
    }
    write_mandate_keys(writer, configuration, users, organizations, now);
    write_relying_parties(writer, configuration, organizations, now);
  });
}

}  // namespace lok
