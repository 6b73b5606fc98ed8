#include "services/lok/identities.h"

#include <charconv>

#include "service/auth_errors.h"

namespace lok {
namespace {

using service::Refusal;

// Our own tokens carry our own row ids; anything else never came from here.
std::int64_t own_id(const std::string& text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? id : 0;
}

std::vector<std::string> roles_of(sql::Reader& reader, std::int64_t membership) {
  const sql::Rows rows = reader.query(
      "select role.identifier from membership_role join role on role.id = membership_role.role_id"
      " where membership_role.membership_id = $1",
      {membership});
  std::vector<std::string> roles;
  for (std::size_t row = 0; row < rows.size(); ++row) roles.emplace_back(rows.text(row, 0));
  return roles;
}

}  // namespace

service::IdentityRows Identities::expand(const service::Claims& claims) {
  if (!claims.org || claims.org->empty()) throw service::refusal(Refusal::kMissingActiveOrganization);
  service::IdentityRows found;
  bool blocked = false;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        "select client.id, client.organization_id, client.user_id, client.membership_id, client.release_id,"
        " client.node_id, membership.blocked, user_account.active"
        " from client"
        " join membership on membership.id = client.membership_id"
        " join user_account on user_account.id = client.user_id"
        " where client.client_id = $1 and client.organization_id = $2 and client.user_id = $3",
        {claims.client_id, own_id(*claims.org), own_id(claims.sub)});
    if (rows.empty()) return;
    found.client = rows.integer(0, 0);
    found.organization = rows.integer(0, 1);
    found.user = rows.integer(0, 2);
    found.membership = rows.integer(0, 3);
    found.release = rows.is_null(0, 4) ? 0 : rows.integer(0, 4);
    found.device = rows.is_null(0, 5) ? 0 : rows.integer(0, 5);
    blocked = rows.integer(0, 6) != 0 || rows.integer(0, 7) == 0;
    found.organization_roles = roles_of(reader, found.membership);
  });
  // A client that is gone was withdrawn together with its mandate or member.
  if (found.client == 0) throw service::refusal(Refusal::kTokenRevoked);
  if (blocked) throw service::refusal(Refusal::kMembershipBlocked);
  return found;
}

bool Identities::refresh(service::IdentityRows& rows) {
  bool there = false;
  bool blocked = false;
  database_.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const sql::Rows membership = reader.query(
        "select membership.blocked, user_account.active from membership"
        " join user_account on user_account.id = membership.user_id"
        " join client on client.membership_id = membership.id"
        " where membership.id = $1 and client.id = $2",
        {rows.membership, rows.client});
    there = !membership.empty();
    if (!there) return;
    blocked = membership.integer(0, 0) != 0 || membership.integer(0, 1) == 0;
    rows.organization_roles = roles_of(reader, rows.membership);
  });
  if (blocked) throw service::refusal(Refusal::kMembershipBlocked);
  return there;
}

}  // namespace lok
