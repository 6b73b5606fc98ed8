#include "services/lok/login/mandate_issue.h"

#include "base/error.h"
#include "base/random.h"
#include "services/lok/login/mandate.h"
#include "sql/nullable.h"

namespace lok {
namespace {

std::int64_t write_mandate(sql::Writer& writer, const NewMandate& wanted, std::string_view claimant,
                           const std::string& key, std::int64_t now) {
  const sql::Rows hub = writer.query("select 1 from hub where id = $1 and organization_id = $2",
                                     {wanted.hub, wanted.organization});
  if (hub.empty()) {
    throw base::Error(base::code::kValidation, std::string("The hub is not one of the organization's."));
  }
  const bool has_key = !key.empty();
  return writer.insert(
      "insert into mandate (organization_id, hub_id, membership_id, grantor_id, claimant, origin, label,"
      " key_prefix, key_hash, subject, any_app, max_clients, allow_mesh, created_at, expires_at, parent_id,"
      " issuing_client_id, agent_identifier, agent_device_id, agent_user_id, attestation)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
      " $21) returning id",
      {wanted.organization,
       wanted.hub,
       wanted.membership,
       wanted.grantor,
       std::string(claimant),
       wanted.origin,
       wanted.label,
       key.substr(0, kShownPrefix),
       has_key ? sql::Value(hash_key(key)) : sql::Value(),
       wanted.subject.dump(),
       sql::flag(wanted.any_app),
       sql::nullable(wanted.max_clients),
       sql::flag(wanted.allow_mesh),
       now,
       sql::nullable(wanted.expires_at),
       sql::nullable(wanted.parent),
       sql::nullable(wanted.issuing_client),
       has_key ? sql::Value() : sql::Value(wanted.agent),
       sql::nullable(wanted.agent_device),
       sql::nullable(wanted.agent_user),
       wanted.attestation});
}

void end(sql::Writer& writer, std::int64_t mandate, std::string_view reason, std::int64_t now) {
  writer.execute(
      "update mandate set revoked_at = $2, revocation_reason = $3 where id = $1 and revoked_at is null",
      {mandate, now, std::string(reason)});
  writer.execute("delete from client where mandate_id = $1", {mandate});
}

}  // namespace

std::int64_t write_agent_mandate(sql::Writer& writer, const NewMandate& wanted, std::int64_t now) {
  return write_mandate(writer, wanted, "AGENT", "", now);
}

IssuedKey write_keyed_mandate(sql::Writer& writer, const NewMandate& wanted, std::int64_t now) {
  std::string key = base::random_token();
  const std::int64_t mandate = write_mandate(writer, wanted, "KEY", key, now);
  return {mandate, std::move(key)};
}

void revoke_mandate(sql::Writer& writer, std::int64_t mandate, std::string_view reason, std::int64_t now) {
  end(writer, mandate, reason, now);
  // What its clients had issued went with them.
  const sql::Rows children = writer.query("select id from mandate where parent_id = $1", {mandate});
  for (std::size_t row = 0; row < children.size(); ++row) {
    revoke_mandate(writer, children.integer(row, 0), "PARENT_REVOKED", now);
  }
}

}  // namespace lok
