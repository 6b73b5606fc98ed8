#include "services/lok/people/invites.h"

#include "base/error.h"
#include "base/random.h"
#include "services/lok/people/organizations.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Error;
namespace code = base::code;

constexpr std::size_t kLongestReason = 2000;

struct Invite {
  std::int64_t id = 0;
  std::int64_t organization = 0;
  std::int64_t uses_left = 0;
  bool is_for_several = false;
};

// Holds the row, so that of two answers to one invite the second finds the first.
Invite take_pending(sql::Writer& writer, const std::string& token, std::int64_t now) {
  writer.execute("update invite set uses = uses where token = $1", {token});
  const sql::Rows rows = writer.query(
      "select id, organization_id, status, expires_at, coalesce(max_uses, 1), uses from invite"
      " where token = $1",
      {token});
  if (rows.empty()) throw Error(code::kNotFound, std::string("Invalid invite token"));
  const std::string_view status = rows.text(0, 2);
  if (status != "pending") {
    throw Error(code::kValidation, "This invite has {}been {}", status == "accepted" ? "already " : "",
                status);
  }
  if (!rows.is_null(0, 3) && rows.integer(0, 3) <= now) {
    throw Error(code::kValidation, std::string("This invite has expired"));
  }
  return {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 4) - rows.integer(0, 5),
          rows.integer(0, 4) > 1};
}

void answer(sql::Writer& writer, std::int64_t invite, const std::string& status, std::string_view who,
            std::int64_t user, std::int64_t now) {
  writer.execute(fmt::format("update invite set status = $2, {} = $3, responded_at = $4 where id = $1", who),
                 {invite, status, user, now});
}

}  // namespace

std::int64_t write_invite(sql::Writer& writer, const NewInvite& wanted, std::int64_t now) {
  if (wanted.max_uses && (*wanted.max_uses < 1 || *wanted.max_uses > kMostUses)) {
    throw Error(code::kValidation, "An invite is for 1 to {} people.", kMostUses);
  }
  const sql::Ids roles = role_ids(writer, wanted.organization, wanted.roles);
  const std::int64_t id = writer.insert(
      "insert into invite (organization_id, token, created_by_id, created_at, expires_at, status, mesh,"
      " max_uses) values ($1, $2, $3, $4, $5, 'pending', $6, $7) returning id",
      {wanted.organization, base::uuid4(), wanted.created_by, now, sql::nullable(wanted.expires_at),
       sql::flag(wanted.allow_mesh), sql::nullable(wanted.max_uses)});
  for (const std::int64_t role : roles.values) {
    writer.execute("insert into invite_role (invite_id, role_id) values ($1, $2) on conflict do nothing",
                   {id, role});
  }
  return id;
}

std::optional<InviteState> find_invite(sql::Reader& reader, const std::string& token) {
  const sql::Rows rows = reader.query(
      "select organization.name, organization.id, user_account.username, invite.status, invite.expires_at,"
      " invite.max_uses, invite.id from invite"
      " join organization on organization.id = invite.organization_id"
      " join user_account on user_account.id = invite.created_by_id where invite.token = $1",
      {token});
  if (rows.empty()) return std::nullopt;
  InviteState invite;
  invite.organization = rows.text(0, 0);
  invite.organization_id = rows.integer(0, 1);
  invite.inviter = rows.text(0, 2);
  invite.status = rows.text(0, 3);
  invite.expires_at = sql::optional_integer(rows, 0, 4);
  invite.max_uses = sql::optional_integer(rows, 0, 5);
  const sql::Rows roles = reader.query(
      "select role.identifier from invite_role join role on role.id = invite_role.role_id"
      " where invite_role.invite_id = $1 order by role.identifier",
      {rows.integer(0, 6)});
  for (std::size_t row = 0; row < roles.size(); ++row) invite.roles.emplace_back(roles.text(row, 0));
  return invite;
}

std::int64_t accept_invite(sql::Writer& writer, const std::string& token, std::int64_t user,
                           std::int64_t now) {
  const Invite invite = take_pending(writer, token, now);
  const sql::Rows member = writer.query(
      "select id from membership where organization_id = $1 and user_id = $2", {invite.organization, user});
  if (!member.empty() && invite.is_for_several) return member.integer(0, 0);
  answer(writer, invite.id, invite.uses_left > 1 ? "pending" : "accepted", "accepted_by_id", user, now);
  writer.execute("update invite set uses = uses + 1 where id = $1", {invite.id});
  if (!member.empty()) return member.integer(0, 0);
  const std::int64_t membership = ensure_membership(writer, invite.organization, user);
  writer.execute("update membership set created_through_id = $2 where id = $1", {membership, invite.id});
  writer.execute(
      "insert into membership_role (membership_id, role_id) select $1, role_id from invite_role"
      " where invite_id = $2 on conflict do nothing",
      {membership, invite.id});
  return membership;
}

std::int64_t decline_invite(sql::Writer& writer, const std::string& token, std::int64_t user,
                            std::int64_t now) {
  const Invite invite = take_pending(writer, token, now);
  answer(writer, invite.id, invite.is_for_several ? "pending" : "declined", "declined_by_id", user, now);
  return invite.id;
}

void cancel_invite(sql::Writer& writer, std::int64_t invite, std::int64_t now) {
  const std::int64_t changed = writer.execute(
      "update invite set status = 'cancelled', responded_at = $2 where id = $1 and status = 'pending'",
      {invite, now});
  if (changed == 0) throw Error(code::kValidation, std::string("Only a pending invite can be cancelled"));
}

void request_membership(sql::Writer& writer, std::int64_t organization, std::int64_t user,
                        const std::optional<std::string>& reason, std::int64_t now) {
  if (reason && reason->size() > kLongestReason) {
    throw Error(code::kValidation, "`reason` is longer than {} characters.", kLongestReason);
  }
  if (writer.query("select 1 from organization where id = $1", {organization}).empty()) {
    throw Error(code::kNotFound, "No organization with the id {}.", organization);
  }
  if (!writer
           .query("select 1 from membership where organization_id = $1 and user_id = $2",
                  {organization, user})
           .empty()) {
    throw Error(code::kValidation, std::string("You are a member of the organization already."));
  }
  writer.execute(
      "insert into membership_request (organization_id, user_id, reason, status, created_at)"
      " values ($1, $2, $3, 'pending', $4)"
      " on conflict (user_id, organization_id) do update set reason = excluded.reason, status = 'pending',"
      " created_at = excluded.created_at, resolved_by_id = null, responded_at = null"
      " where membership_request.status <> 'pending'",
      {organization, user, sql::nullable(reason), now});
}

}  // namespace lok
