#include "services/lok/login/login_rows.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <set>
#include <utility>

#include "sql/nullable.h"

namespace lok {
namespace {

using base::Json;

Json list_of(const std::vector<std::string>& texts) { return Json::Array(texts.begin(), texts.end()); }

void read_place(sql::Reader& reader, const Seat& seat, const Manifest& manifest, Login& login) {
  const sql::Rows hub = reader.query("select uid, tls_certificate from hub where id = $1", {seat.hub});
  login.hub_uid = hub.text(0, 0);
  login.tls_certificate = sql::optional_text(hub, 0, 1);
  const sql::Rows offered =
      reader.query("select value from scope where organization_id = $1", {seat.organization});
  std::set<std::string, std::less<>> known;
  for (std::size_t row = 0; row < offered.size(); ++row) known.emplace(offered.text(row, 0));
  for (const std::string& scope : manifest.scopes) {
    if (known.contains(scope)) login.scopes.push_back(scope);
  }
}

Json requirements_of(const Manifest& manifest) {
  const Json requirements = manifest.document["requirements"];
  return requirements.is_array() ? requirements : Json::array();
}

bool has_mappings(sql::Reader& reader, std::int64_t client, const Composition& composition) {
  std::set<std::pair<std::string, std::int64_t>> wanted;
  for (const Composition::Filled& filled : composition.filled) {
    wanted.emplace(filled.key, composition.instances[filled.instance].id);
  }
  const sql::Rows rows =
      reader.query("select key, instance_id from service_instance_mapping where client_id = $1", {client});
  std::set<std::pair<std::string, std::int64_t>> stored;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    stored.emplace(std::string(rows.text(row, 0)), rows.integer(row, 1));
  }
  return wanted == stored;
}

std::int64_t write_release(sql::Writer& writer, std::int64_t organization, const Manifest& manifest) {
  const std::int64_t app = writer.insert(
      "insert into app (organization_id, identifier, name) values ($1, $2, $2)"
      " on conflict (organization_id, identifier) do update set identifier = excluded.identifier"
      " returning id",
      {organization, manifest.identifier});
  return writer.insert(
      "insert into release (app_id, version, name, scopes, requirements) values ($1, $2, $3, $4, $5)"
      " on conflict (app_id, version) do update"
      " set scopes = excluded.scopes, requirements = excluded.requirements returning id",
      {app, manifest.version, fmt::format("{}:{}", manifest.identifier, manifest.version),
       list_of(manifest.scopes).dump(), requirements_of(manifest).dump()});
}

sql::Value write_device(sql::Writer& writer, std::int64_t organization, const std::string& device) {
  if (device.empty()) return {};
  return writer.insert(
      "insert into device (organization_id, device_id) values ($1, $2)"
      " on conflict (organization_id, device_id) do update set device_id = excluded.device_id returning id",
      {organization, device});
}

}  // namespace

void read_person(sql::Reader& reader, const Seat& seat, Login& login) {
  const sql::Rows user = reader.query(
      "select username, first_name, last_name, email from user_account where id = $1", {seat.user});
  login.user = seat.user;
  login.organization = seat.organization;
  login.username = user.text(0, 0);
  login.first_name = sql::optional_text(user, 0, 1).value_or("");
  login.last_name = sql::optional_text(user, 0, 2).value_or("");
  login.email = sql::optional_text(user, 0, 3).value_or("");
  const sql::Rows roles = reader.query(
      "select role.identifier from membership_role join role on role.id = membership_role.role_id"
      " where membership_role.membership_id = $1 order by role.identifier",
      {seat.membership});
  for (std::size_t row = 0; row < roles.size(); ++row) login.roles.emplace_back(roles.text(row, 0));
}

Login describe_login(sql::Reader& reader, const Seat& seat, const Manifest& manifest,
                     const ClientIdentity& client, const std::vector<std::string>& declined) {
  Login login;
  read_person(reader, seat, login);
  read_place(reader, seat, manifest, login);
  login.composition = compose(reader, seat.hub, seat.user, manifest.requirements, declined);
  login.client_id = client.client_id;
  login.app = manifest.identifier;
  login.version = manifest.version;
  login.device = client.device;
  login.client_role = client.role == "AGENT" ? "agent" : "interface";
  return login;
}

std::int64_t write_login(sql::Writer& writer, const Seat& seat, const Manifest& manifest,
                         const ClientIdentity& client, Login& login, std::int64_t now) {
  // Without a mandate nothing conflicts: unique keys hold for what is not null.
  const sql::Rows rows = writer.query(
      "insert into client (organization_id, client_id, kind, role, release_id, node_id, device_key,"
      " mandate_id, user_id, membership_id, hub_id, public_sources, manifest, statuses, scopes, created_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
      " on conflict (mandate_id, device_key) do update"
      " set kind = excluded.kind, role = excluded.role, release_id = excluded.release_id,"
      " node_id = excluded.node_id, public_sources = excluded.public_sources, manifest = excluded.manifest,"
      " statuses = excluded.statuses, scopes = excluded.scopes"
      " returning id, client_id",
      {seat.organization, client.client_id, client.kind, client.role,
       write_release(writer, seat.organization, manifest),
       write_device(writer, seat.organization, client.device), client.device, client.mandate, seat.user,
       seat.membership, seat.hub, manifest.public_sources.dump(), manifest.document.dump(),
       login.composition.statuses().dump(), list_of(login.scopes).dump(), now});
  const std::int64_t row = rows.integer(0, 0);
  login.client_id = rows.text(0, 1);
  write_mappings(writer, row, login.composition);
  writer.execute(
      "insert into login_context (organization_id, user_id, hub_id, client_id) values ($1, $2, $3, $4)"
      " on conflict (client_id) do nothing",
      {seat.organization, seat.user, seat.hub, row});
  return row;
}

bool is_written(sql::Reader& reader, const Manifest& manifest, const ClientIdentity& client, Login& login) {
  const sql::Rows rows = reader.query(
      "select client.id, client.client_id, client.kind, client.role, client.public_sources, client.manifest,"
      " client.statuses, client.scopes, release.version, release.scopes, release.requirements, app.identifier"
      " from client join release on release.id = client.release_id join app on app.id = release.app_id"
      " where client.mandate_id = $1 and client.device_key = $2",
      {client.mandate, client.device});
  if (rows.empty()) return false;
  const std::array<std::string, 10> wanted{client.kind,
                                           client.role,
                                           manifest.public_sources.dump(),
                                           manifest.document.dump(),
                                           login.composition.statuses().dump(),
                                           list_of(login.scopes).dump(),
                                           manifest.version,
                                           list_of(manifest.scopes).dump(),
                                           requirements_of(manifest).dump(),
                                           manifest.identifier};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (rows.text(0, i + 2) != wanted[i]) return false;
  }
  login.client_id = rows.text(0, 1);
  return has_mappings(reader, rows.integer(0, 0), login.composition);
}

// Most logins change nothing here, so the rows are compared first.
void write_mappings(sql::Writer& writer, std::int64_t client, const Composition& composition) {
  if (has_mappings(writer, client, composition)) return;
  writer.execute("delete from service_instance_mapping where client_id = $1", {client});
  for (const Composition::Filled& filled : composition.filled) {
    writer.execute(
        "insert into service_instance_mapping (client_id, instance_id, key, optional) values ($1, $2, $3, "
        "$4)",
        {client, composition.instances[filled.instance].id, filled.key, sql::flag(filled.optional)});
  }
}

}  // namespace lok
