#include "services/lok/login.h"

#include <algorithm>
#include <set>

#include "services/lok/oauth_error.h"
#include "services/lok/password.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Json;

Json list_of(const std::vector<std::string>& texts) { return Json::Array(texts.begin(), texts.end()); }

std::string device_of(const Mandate& mandate, const MandateLogin& wanted) {
  const std::string& raw = wanted.manifest.device_id;
  return raw.empty() ? "" : hash_device(wanted.secret, mandate.device_salt, raw);
}

Mandate usable_mandate(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now) {
  const std::optional<Mandate> mandate = find_mandate(reader, wanted.key_hash);
  if (!mandate) throw oauth_error("invalid_grant", "The key is unknown.");
  check_live(*mandate, now);
  check_pin(*mandate, wanted.manifest, device_of(*mandate, wanted));
  return *mandate;
}

// Two apps may race for a key that takes the first one: the row decides.
void fix_app(sql::Writer& writer, const Mandate& mandate, const Manifest& manifest) {
  if (!takes_first_app(mandate)) return;
  Json subject = mandate.subject;
  subject.set("identifier", manifest.identifier);
  const std::int64_t changed =
      writer.execute("update mandate set subject = $1 where id = $2 and subject = $3",
                     {subject.dump(), mandate.id, mandate.subject.dump()});
  if (changed == 0) throw oauth_error("invalid_grant", "Another app took the key at the same moment.");
}

std::int64_t write_release(sql::Writer& writer, std::int64_t organization, const Manifest& manifest) {
  const std::int64_t app = writer.insert(
      "insert into app (organization_id, identifier, name) values ($1, $2, $2)"
      " on conflict (organization_id, identifier) do update set identifier = excluded.identifier"
      " returning id",
      {organization, manifest.identifier});
  const Json requirements = manifest.document["requirements"];
  return writer.insert(
      "insert into release (app_id, version, name, scopes, requirements) values ($1, $2, $3, $4, $5)"
      " on conflict (app_id, version) do update"
      " set scopes = excluded.scopes, requirements = excluded.requirements returning id",
      {app, manifest.version, fmt::format("{}:{}", manifest.identifier, manifest.version),
       list_of(manifest.scopes).dump(), requirements.is_array() ? requirements.dump() : "[]"});
}

sql::Value write_device(sql::Writer& writer, std::int64_t organization, const std::string& device) {
  if (device.empty()) return {};
  return writer.insert(
      "insert into device (organization_id, device_id) values ($1, $2)"
      " on conflict (organization_id, device_id) do update set device_id = excluded.device_id returning id",
      {organization, device});
}

void check_room_for_device(sql::Reader& reader, const Mandate& mandate, const std::string& device) {
  if (!mandate.max_clients) return;
  const sql::Rows others = reader.query(
      "select count(*) from client where mandate_id = $1 and device_key <> $2", {mandate.id, device});
  if (others.integer(0, 0) >= *mandate.max_clients) {
    throw oauth_error("invalid_grant",
                      fmt::format("The key is already in use on {} devices.", *mandate.max_clients));
  }
}

struct ClientRow {
  std::int64_t id;
  std::string client_id;
};

ClientRow write_client(sql::Writer& writer, const Mandate& mandate, const MandateLogin& wanted,
                       const std::string& device, const Login& login, std::int64_t now) {
  const Json statuses = [&] {
    Json all = Json::object();
    for (const Composition::Filled& filled : login.composition.filled) all.set(filled.key, "granted");
    for (const std::string& key : login.composition.unavailable) all.set(key, "unavailable");
    return all;
  }();
  const sql::Rows rows = writer.query(
      "insert into client (organization_id, client_id, kind, role, release_id, node_id, device_key,"
      " mandate_id, user_id, membership_id, hub_id, public_sources, manifest, statuses, scopes, created_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
      " on conflict (mandate_id, device_key) do update"
      " set kind = excluded.kind, role = excluded.role, release_id = excluded.release_id,"
      " node_id = excluded.node_id, public_sources = excluded.public_sources, manifest = excluded.manifest,"
      " statuses = excluded.statuses, scopes = excluded.scopes"
      " returning id, client_id",
      {mandate.organization, wanted.new_client_id, wanted.kind, wanted.role,
       write_release(writer, mandate.organization, wanted.manifest),
       write_device(writer, mandate.organization, device), device, mandate.id, mandate.grantor,
       mandate.membership, mandate.hub, wanted.manifest.public_sources.dump(),
       wanted.manifest.document.dump(), statuses.dump(), list_of(login.scopes).dump(), now});
  return {rows.integer(0, 0), std::string(rows.text(0, 1))};
}

// Most logins change nothing here, so the rows are compared first.
void write_mappings(sql::Writer& writer, std::int64_t client, const Composition& composition) {
  std::set<std::pair<std::string, std::int64_t>> wanted;
  for (const Composition::Filled& filled : composition.filled) {
    wanted.emplace(filled.key, composition.instances[filled.instance].id);
  }
  const sql::Rows rows =
      writer.query("select key, instance_id from service_instance_mapping where client_id = $1", {client});
  std::set<std::pair<std::string, std::int64_t>> stored;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    stored.emplace(std::string(rows.text(row, 0)), rows.integer(row, 1));
  }
  if (wanted == stored) return;
  writer.execute("delete from service_instance_mapping where client_id = $1", {client});
  for (const Composition::Filled& filled : composition.filled) {
    writer.execute(
        "insert into service_instance_mapping (client_id, instance_id, key, optional) values ($1, $2, $3, "
        "$4)",
        {client, composition.instances[filled.instance].id, filled.key, sql::flag(filled.optional)});
  }
}

void read_person(sql::Reader& reader, const Mandate& mandate, Login& login) {
  const sql::Rows user = reader.query(
      "select username, first_name, last_name, email from user_account where id = $1", {mandate.grantor});
  login.user = mandate.grantor;
  login.organization = mandate.organization;
  login.username = user.text(0, 0);
  login.first_name = sql::optional_text(user, 0, 1).value_or("");
  login.last_name = sql::optional_text(user, 0, 2).value_or("");
  login.email = sql::optional_text(user, 0, 3).value_or("");
  const sql::Rows roles = reader.query(
      "select role.identifier from membership_role join role on role.id = membership_role.role_id"
      " where membership_role.membership_id = $1 order by role.identifier",
      {mandate.membership});
  for (std::size_t row = 0; row < roles.size(); ++row) login.roles.emplace_back(roles.text(row, 0));
}

void read_place(sql::Reader& reader, const Mandate& mandate, const Manifest& manifest, Login& login) {
  const sql::Rows hub = reader.query("select uid, tls_certificate from hub where id = $1", {mandate.hub});
  login.hub_uid = hub.text(0, 0);
  login.tls_certificate = sql::optional_text(hub, 0, 1);
  const sql::Rows offered =
      reader.query("select value from scope where organization_id = $1", {mandate.organization});
  std::set<std::string, std::less<>> known;
  for (std::size_t row = 0; row < offered.size(); ++row) known.emplace(offered.text(row, 0));
  for (const std::string& scope : manifest.scopes) {
    if (known.contains(scope)) login.scopes.push_back(scope);
  }
}

}  // namespace

void check_mandate(sql::Reader& reader, const MandateLogin& wanted, std::int64_t now) {
  usable_mandate(reader, wanted, now);
}

Login log_in(sql::Writer& writer, const MandateLogin& wanted, std::int64_t now) {
  // Holds the row, so that logins with one key take turns, also in several processes.
  writer.execute("update mandate set last_used_at = $1 where key_hash = $2", {now, wanted.key_hash});
  const Mandate mandate = usable_mandate(writer, wanted, now);
  const std::string device = device_of(mandate, wanted);
  check_room_for_device(writer, mandate, device);
  fix_app(writer, mandate, wanted.manifest);

  Login login;
  read_person(writer, mandate, login);
  read_place(writer, mandate, wanted.manifest, login);
  login.composition = compose(writer, mandate.hub, mandate.grantor, wanted.manifest.requirements);
  login.app = wanted.manifest.identifier;
  login.version = wanted.manifest.version;
  login.device = device;
  login.client_role = wanted.role == "AGENT" ? "agent" : "interface";

  const ClientRow client = write_client(writer, mandate, wanted, device, login, now);
  login.client_id = client.client_id;
  write_mappings(writer, client.id, login.composition);
  writer.execute(
      "insert into login_context (organization_id, user_id, hub_id, client_id) values ($1, $2, $3, $4)"
      " on conflict (client_id) do nothing",
      {mandate.organization, mandate.grantor, mandate.hub, client.id});
  return login;
}

}  // namespace lok
