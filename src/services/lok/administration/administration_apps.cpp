#include "base/clock.h"
#include "base/error.h"
#include "services/lok/administration/administration_rows.h"
#include "services/lok/login/mandate_issue.h"
#include "sql/nullable.h"

namespace lok::administration {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

// --- mandate -------------------------------------------------------------------

constexpr const char* kMandates =
    "select mandate.id, mandate.label, user_account.username, organization.slug, hub.identifier,"
    " mandate.claimant, mandate.origin, mandate.key_prefix, mandate.created_at, mandate.expires_at,"
    " mandate.revoked_at, mandate.last_used_at,"
    " (select count(*) from client where client.mandate_id = mandate.id)"
    " from mandate join user_account on user_account.id = mandate.grantor_id"
    " join organization on organization.id = mandate.organization_id join hub on hub.id = mandate.hub_id";
const std::vector<std::string_view> kMandateNames{
    "id",     "label",       "user",        "organization", "hub",           "claimant", "origin",
    "prefix", "@created_at", "@expires_at", "@revoked_at",  "@last_used_at", "clients"};

Json mandate_add(const Parts& parts, const Json& in) {
  const std::int64_t now = base::now_micros();
  NewMandate wanted;
  wanted.origin = "MEMBER";
  const std::string app = text(in, "app");
  wanted.any_app = flag(in, "any_app");
  if (wanted.any_app && !app.empty()) {
    throw Error(code::kValidation, std::string("Give either --app or --any-app."));
  }
  if (!app.empty()) wanted.subject.set("identifier", app);
  if (const std::string version = text(in, "version"); !version.empty())
    wanted.subject.set("version", version);
  wanted.label = text(in, "label");
  wanted.max_clients = whole_number(in, "devices");
  if (const auto span = time_span(in, "expires")) wanted.expires_at = now + *span;
  IssuedKey issued;
  parts.database.write([&](sql::Writer& writer) {
    wanted.grantor = find_user(writer, required(in, "user"));
    wanted.organization = find_organization(writer, required(in, "organization"));
    wanted.membership = find_membership(writer, wanted.grantor, wanted.organization);
    wanted.hub = find_hub(writer, wanted.organization, text(in, "hub"));
    issued = write_keyed_mandate(writer, wanted, now);
  });
  return Json::object({{"key", issued.key}, {"id", std::to_string(issued.mandate)}});
}

std::int64_t mandate_id(sql::Reader& reader, const Json& in) {
  const std::int64_t id = whole_number(in, "id").value_or(0);
  if (reader.query("select 1 from mandate where id = $1", {id}).empty()) {
    throw Error(code::kNotFound, "There is no mandate {}. `arkitektd mandate list` shows which there are.",
                id);
  }
  return id;
}

Json mandate_show(const Parts& parts, const Json& in) {
  Json answer;
  parts.database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const std::int64_t id = mandate_id(reader, in);
    answer = objects(reader.query(std::string(kMandates) + " where mandate.id = $1", {id}), kMandateNames)
                 .items()
                 .front();
    const sql::Rows more =
        reader.query("select subject, max_clients, revocation_reason from mandate where id = $1", {id});
    answer.set("subject", Json::parse(more.text(0, 0)));
    answer.set("devices", sql::json_or_null(sql::optional_integer(more, 0, 1)));
    answer.set("revocation_reason", sql::json_or_null(sql::optional_text(more, 0, 2)));
  });
  return answer;
}

// The row stays, so that what the key did can still be told.
Json mandate_remove(const Parts& parts, const Json& in) {
  std::int64_t id = 0;
  parts.database.write([&](sql::Writer& writer) {
    id = mandate_id(writer, in);
    revoke_mandate(writer, id, "REVOKED", base::now_micros());
  });
  return Json::object({{"revoked", std::to_string(id)}});
}

// --- client ----------------------------------------------------------------------

constexpr const char* kClients =
    "select client.client_id, app.identifier, release.version, user_account.username, organization.slug,"
    " device.name, client.kind, client.role, client.functional, client.created_at, client.last_reported_at"
    " from client join organization on organization.id = client.organization_id"
    " left join release on release.id = client.release_id left join app on app.id = release.app_id"
    " left join user_account on user_account.id = client.user_id"
    " left join device on device.id = client.node_id";
const std::vector<std::string_view> kClientNames{
    "client_id", "app",  "version",     "user",        "organization",     "device",
    "kind",      "role", "?functional", "@created_at", "@last_reported_at"};

Json client_show(const Parts& parts, const Json& in) {
  const std::string client_id = required(in, "client");
  const Json rows =
      listed(parts, std::string(kClients) + " where client.client_id = $1", {client_id}, kClientNames);
  if (rows.items().empty()) {
    throw Error(code::kNotFound, "There is no client '{}'. `arkitektd client list` shows which there are.",
                client_id);
  }
  return rows.items().front();
}

// Its tokens end with it; an app with a live key may log in again, a program that the person signed in to
// has to ask again.
Json client_remove(const Parts& parts, const Json& in) {
  const Json client = client_show(parts, in);
  parts.database.write([&](sql::Writer& writer) {
    const std::string client_id = client["client_id"].as_string();
    writer.execute(
        "delete from sign_in_consent where exists (select 1 from client where client.client_id = $1"
        " and client.relying_party_id = sign_in_consent.relying_party_id"
        " and client.membership_id = sign_in_consent.membership_id)",
        {client_id});
    writer.execute("delete from client where client_id = $1", {client_id});
  });
  return Json::object({{"removed", client["client_id"]}});
}

}  // namespace

void add_app_commands(Commands& commands, const Parts& parts) {
  const auto add = [&](const char* name, Json (*run)(const Parts&, const Json&)) {
    commands[name] = [parts, run](const Json& in) { return run(parts, in); };
  };
  add("mandate add", mandate_add);
  add("mandate list", [](const Parts& all, const Json& in) {
    return list_within(all, in, kMandates, "mandate", kMandateNames);
  });
  add("mandate show", mandate_show);
  add("mandate remove", mandate_remove);
  add("client list", [](const Parts& all, const Json& in) {
    return list_within(all, in, kClients, "client", kClientNames);
  });
  add("client show", client_show);
  add("client remove", client_remove);
}

}  // namespace lok::administration
