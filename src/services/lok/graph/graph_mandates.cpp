#include "services/lok/graph/graph_mandates.h"

#include <algorithm>

#include "base/error.h"
#include "services/lok/access.h"
#include "services/lok/login/mandate_issue.h"
#include "services/lok/people/password.h"
#include "services/lok/schema/client.h"
#include "services/lok/schema/mandate.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using DeviceSecret = std::function<std::string()>;
namespace code = base::code;

constexpr std::int64_t kLongestAgentDays = 365;
constexpr std::int64_t kLongestKeyDays = 30;

/// The calling client as far as it bounds what it may give.
struct Issuer {
  std::int64_t membership = 0;
  std::int64_t hub = 0;
  Json scopes;
  Json requirements;
  std::string app;
  std::optional<std::int64_t> device;
  std::string device_salt;
  std::optional<std::int64_t> ends_at;  ///< when its own mandate expires
};

Issuer issuer_of(sql::Reader& reader, const Call& call) {
  const sql::Rows rows = reader.query(
      "select client.membership_id, client.hub_id, client.scopes, coalesce(release.requirements, '[]'),"
      " coalesce(app.identifier, ''), client.node_id, organization.device_salt, mandate.expires_at"
      " from client left join mandate on mandate.id = client.mandate_id join organization on organization.id "
      "= client.organization_id"
      " left join release on release.id = client.release_id left join app on app.id = release.app_id"
      " where client.id = $1 and client.organization_id = $2",
      {call.client, call.organization});
  if (rows.empty() || rows.is_null(0, 0)) {
    throw Error(code::kPermissionDenied, std::string("The app that asks is not logged in any more."));
  }
  return {rows.integer(0, 0),           rows.is_null(0, 1) ? 0 : rows.integer(0, 1),
          Json::parse(rows.text(0, 2)), Json::parse(rows.text(0, 3)),
          std::string(rows.text(0, 4)), sql::optional_integer(rows, 0, 5),
          std::string(rows.text(0, 6)), sql::optional_integer(rows, 0, 7)};
}

std::int64_t expiry(std::int64_t days, std::int64_t longest, std::int64_t now) {
  if (days < 1 || days > longest) {
    throw Error(code::kValidation, "`expiresInDays` is 1 to {}, not {}.", longest, days);
  }
  return now + days * kDay;
}

// Nothing outlives the right it comes from.
std::optional<std::int64_t> earlier(const std::optional<std::int64_t>& a,
                                    const std::optional<std::int64_t>& b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

void check_max_clients(const std::optional<std::int64_t>& most) {
  if (most && *most < 1) throw Error(code::kValidation, std::string("`maxClients` is at least 1."));
}

void check_app(const std::string& identifier, std::string_view what) {
  if (!identifier.empty() && identifier.size() < 256 && identifier.find('/') == std::string::npos) return;
  throw Error(code::kValidation, "`{}` is an app's identifier: 1 to 255 characters without slashes.", what);
}

Json scopes_within(const schema::ManifestInput& manifest, const Issuer& issuer) {
  Json pinned = Json::array();
  for (const std::string& scope : manifest.scopes) {
    if (std::ranges::find(issuer.scopes.items(), Json(scope)) == issuer.scopes.items().end()) {
      throw Error(code::kValidation, "The scope '{}' is more than the app that asks has itself.", scope);
    }
    pinned.push_back(scope);
  }
  return pinned;
}

Json requirements_of(const schema::ManifestInput& manifest) {
  Json pinned = Json::array();
  for (const schema::RequirementInput& each : manifest.requirements) {
    pinned.push_back(Json::object({{"key", each.key}, {"service", each.service}}));
  }
  return pinned;
}

// The services count, not what an app calls them.
void check_requirements_within(const Json& pinned, const Issuer& issuer) {
  for (const Json& pin : pinned.items()) {
    const bool has = std::ranges::any_of(issuer.requirements.items(),
                                         [&](const Json& own) { return own["service"] == pin["service"]; });
    if (!has) {
      throw Error(code::kValidation, "The requirement '{}' ({}) is more than the app that asks has itself.",
                  pin["key"].as_string(), pin["service"].as_string());
    }
  }
}

/// What both kinds of mandate that a client issues have in common.
NewMandate issued_by(const Call& call, const Issuer& issuer, const schema::ManifestInput& manifest,
                     const std::optional<entity::Id>& hub) {
  check_app(manifest.identifier, "manifest.identifier");
  if (manifest.version.empty()) throw Error(code::kValidation, std::string("`manifest.version` is empty."));
  NewMandate mandate;
  mandate.organization = call.organization;
  mandate.hub = hub ? hub->row("hub") : issuer.hub;
  mandate.membership = issuer.membership;
  mandate.grantor = call.user;
  mandate.issuing_client = call.client;
  mandate.expires_at = issuer.ends_at;
  mandate.origin = "CLIENT";
  mandate.subject.set("identifier", manifest.identifier);
  mandate.subject.set("version", manifest.version);
  mandate.subject.set("scopes", scopes_within(manifest, issuer));
  mandate.subject.set("requirements", requirements_of(manifest));
  return mandate;
}

std::int64_t device_row(sql::Writer& writer, const Call& call, const Issuer& issuer,
                        const std::string& secret, const std::string& raw_id) {
  return writer.insert(
      "insert into device (organization_id, device_id) values ($1, $2)"
      " on conflict (organization_id, device_id) do update set device_id = excluded.device_id returning id",
      {call.organization, hash_device(secret, issuer.device_salt, raw_id)});
}

std::int64_t member_row(sql::Reader& reader, const Call& call, const entity::Id& id) {
  const std::int64_t user = id.row("user");
  const sql::Rows rows = reader.query("select 1 from membership where organization_id = $1 and user_id = $2",
                                      {call.organization, user});
  if (rows.empty()) throw Error(code::kNotFound, "No user with the id {}.", id.text);
  return user;
}

std::int64_t create(Call& call, const schema::CreateMandateInput& in, const DeviceSecret& secret) {
  check_app(in.agent, "agent");
  check_max_clients(in.max_clients);
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    const Issuer issuer = issuer_of(writer, call);
    NewMandate mandate = issued_by(call, issuer, in.manifest, in.hub);
    check_requirements_within(mandate.subject["requirements"], issuer);
    mandate.label = in.manifest.identifier;
    mandate.agent = in.agent;
    mandate.attestation = in.attestation.value_or("");
    mandate.max_clients = in.max_clients;
    if (in.expires_in_days) {
      mandate.expires_at =
          earlier(mandate.expires_at, expiry(*in.expires_in_days, kLongestAgentDays, call.now));
    }
    if (in.agent_device_id && !in.agent_device_id->empty()) {
      mandate.agent_device = device_row(writer, call, issuer, secret(), *in.agent_device_id);
    }
    if (in.agent_user) mandate.agent_user = member_row(writer, call, *in.agent_user);
    id = write_agent_mandate(writer, mandate, call.now);
  });
  return id;
}

Json answer(const IssuedKey& issued) {
  return Json::object({{"mandate", issued.mandate}, {"key", issued.key}});
}

Json issue(Call& call, const schema::IssueMandateKeyInput& in, const DeviceSecret& secret) {
  check_max_clients(in.max_clients);
  const std::int64_t expires_at = expiry(in.expires_in_days, kLongestKeyDays, call.now);
  IssuedKey issued;
  call.database->write([&](sql::Writer& writer) {
    const Issuer issuer = issuer_of(writer, call);
    NewMandate mandate = issued_by(call, issuer, in.manifest, in.hub);
    const std::optional<std::string>& device =
        in.manifest.device_id ? in.manifest.device_id : in.manifest.node_id;
    if (in.any_version) mandate.subject.erase("version");
    if (device && !device->empty()) {
      mandate.subject.set("device_id", hash_device(secret(), issuer.device_salt, *device));
    }
    mandate.label = in.label.value_or(in.manifest.identifier);
    mandate.max_clients = in.max_clients;
    mandate.allow_mesh = in.allow_mesh;
    mandate.expires_at = earlier(mandate.expires_at, expires_at);
    issued = write_keyed_mandate(writer, mandate, call.now);
  });
  return answer(issued);
}

/// An agent mandate under which the caller may issue keys.
struct AgentMandate {
  NewMandate child;
  std::optional<std::int64_t> most_keys;
};

AgentMandate find_agent_mandate(sql::Writer& writer, const Call& call, const entity::Id& id,
                                const Issuer& issuer) {
  const std::int64_t parent = id.row("mandate");
  // Two keys at the same moment take turns, so that there are never too many.
  writer.execute("update mandate set last_used_at = $3 where id = $1 and organization_id = $2",
                 {parent, call.organization, call.now});
  const sql::Rows rows = writer.query(
      "select hub_id, mandate.membership_id, grantor_id, subject, mandate.max_clients, allow_mesh, "
      "expires_at,"
      " revoked_at, agent_device_id, agent_user_id, membership.blocked, user_account.active, label"
      " from mandate join membership on membership.id = mandate.membership_id"
      " join user_account on user_account.id = mandate.grantor_id"
      " where mandate.id = $1 and mandate.organization_id = $2 and claimant = 'AGENT'"
      " and agent_identifier = $3",
      {parent, call.organization, issuer.app});
  const auto is_another = [&](std::size_t column, const std::optional<std::int64_t>& own) {
    return !rows.is_null(0, column) && own != std::optional(rows.integer(0, column));
  };
  if (rows.empty() || is_another(8, issuer.device) || is_another(9, call.user)) {
    throw Error(code::kNotFound, "No mandate with the id {} under which this app may issue keys.", id.text);
  }
  if (!rows.is_null(0, 7)) throw Error(code::kValidation, std::string("The mandate was revoked."));
  if (!rows.is_null(0, 6) && rows.integer(0, 6) <= call.now) {
    throw Error(code::kValidation, std::string("The mandate has expired."));
  }
  if (rows.integer(0, 10) != 0 || rows.integer(0, 11) == 0) {
    throw Error(code::kValidation, std::string("The person the mandate acts for is blocked."));
  }
  AgentMandate found;
  found.child.organization = call.organization;
  found.child.hub = rows.integer(0, 0);
  found.child.membership = rows.integer(0, 1);
  found.child.grantor = rows.integer(0, 2);
  found.child.subject = Json::parse(rows.text(0, 3));
  found.child.allow_mesh = rows.integer(0, 5) != 0;
  found.child.expires_at = sql::optional_integer(rows, 0, 6);
  found.child.origin = "AGENT";
  found.child.label = rows.text(0, 12);
  found.child.parent = parent;
  found.most_keys = sql::optional_integer(rows, 0, 4);
  return found;
}

// A device has one key: a newer one takes its place.
void make_room(sql::Writer& writer, const AgentMandate& under, std::int64_t now) {
  const sql::Rows live = writer.query(
      "select id, subject from mandate where parent_id = $1 and revoked_at is null"
      " and (expires_at is null or expires_at > $2)",
      {*under.child.parent, now});
  std::size_t others = live.size();
  for (std::size_t row = 0; row < live.size(); ++row) {
    if (Json::parse(live.text(row, 1))["device_id"] != under.child.subject["device_id"]) continue;
    revoke_mandate(writer, live.integer(row, 0), "SUPERSEDED", now);
    --others;
  }
  if (under.most_keys && others >= static_cast<std::size_t>(*under.most_keys)) {
    throw Error(code::kValidation, "There are {} live keys under the mandate, which allows no more.", others);
  }
}

Json issue_child(Call& call, const schema::IssueChildMandateKeyInput& in, const DeviceSecret& secret) {
  if (in.device_id.empty()) throw Error(code::kValidation, std::string("`deviceId` is empty."));
  IssuedKey issued;
  call.database->write([&](sql::Writer& writer) {
    const Issuer issuer = issuer_of(writer, call);
    AgentMandate under = find_agent_mandate(writer, call, in.mandate, issuer);
    NewMandate& child = under.child;
    child.subject.set("device_id", hash_device(secret(), issuer.device_salt, in.device_id));
    if (in.label) child.label = *in.label;
    if (in.expires_in_days) {
      child.expires_at = earlier(child.expires_at, expiry(*in.expires_in_days, kLongestAgentDays, call.now));
    }
    make_room(writer, under, call.now);
    issued = write_keyed_mandate(writer, child, call.now);
  });
  return answer(issued);
}

std::int64_t revoke(Call& call, const schema::RevokeMandateInput& in) {
  const std::int64_t id = in.id.row("mandate");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows rows = writer.query(
        "select mandate.grantor_id, client.user_id from mandate"
        " left join client on client.id = mandate.issuing_client_id"
        " where mandate.id = $1 and mandate.organization_id = $2",
        {id, call.organization});
    const bool concerns = !rows.empty() && (rows.integer(0, 0) == call.user ||
                                            sql::optional_integer(rows, 0, 1) == std::optional(call.user));
    if (rows.empty() || (!concerns && !administers(writer, call.user, call.organization))) {
      throw Error(code::kNotFound, "No mandate with the id {} that you may revoke.", in.id.text);
    }
    revoke_mandate(writer, id, "REVOKED", call.now);
  });
  return id;
}

}  // namespace

void add_mandates(entity::Registry& registry, const DeviceSecret& secret) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateMandate, [secret](Call& call, const schema::CreateMandateInput& in) {
    return create(call, in, secret);
  });
  registry.on(mutation::kIssueMandateKey, [secret](Call& call, const schema::IssueMandateKeyInput& in) {
    return issue(call, in, secret);
  });
  registry.on(mutation::kIssueChildMandateKey,
              [secret](Call& call, const schema::IssueChildMandateKeyInput& in) {
                return issue_child(call, in, secret);
              });
  registry.on(mutation::kRevokeMandate, revoke);
}

}  // namespace lok
