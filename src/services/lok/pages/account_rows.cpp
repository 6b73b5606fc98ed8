#include "services/lok/pages/account_rows.h"

#include <fmt/format.h>

namespace lok {
namespace {

// Enough for anybody; a page must not grow without end.
constexpr std::int64_t kMostRows = 200;

std::string text(const sql::Rows& rows, std::size_t row, std::size_t column) {
  return rows.is_null(row, column) ? "" : std::string(rows.text(row, column));
}

void read_user(sql::Reader& reader, std::int64_t user, pages::Account& account) {
  const sql::Rows rows = reader.query(
      "select username, email, (select min(name) from profile where profile.user_id = user_account.id)"
      " from user_account where id = $1",
      {user});
  if (rows.empty()) return;
  account.username = text(rows, 0, 0);
  account.email = text(rows, 0, 1);
  account.name = text(rows, 0, 2);
  if (account.name == account.username) account.name.clear();
}

std::vector<pages::Member> memberships_of(sql::Reader& reader, std::int64_t user) {
  const sql::Rows rows = reader.query(
      "select membership.id, organization.name, membership.blocked, role.identifier from membership"
      " join organization on organization.id = membership.organization_id"
      " left join membership_role on membership_role.membership_id = membership.id"
      " left join role on role.id = membership_role.role_id"
      " where membership.user_id = $1 order by organization.name, membership.id, role.identifier",
      {user});
  std::vector<pages::Member> all;
  std::int64_t last = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (all.empty() || rows.integer(row, 0) != last) {
      last = rows.integer(row, 0);
      all.push_back({text(rows, row, 1), {}, rows.integer(row, 2) != 0});
    }
    if (!rows.is_null(row, 3)) all.back().roles.push_back(text(rows, row, 3));
  }
  return all;
}

// What a person approved has no mandate and lives on refresh tokens.
std::vector<pages::Program> programs_of(sql::Reader& reader, std::int64_t user) {
  const sql::Rows rows = reader.query(
      "select client.id, app.identifier, release.version, organization.name, device.name, client.created_at,"
      " refresh_chain.rotated_at from client"
      " join refresh_chain on refresh_chain.client_id = client.id"
      " join organization on organization.id = client.organization_id"
      " left join release on release.id = client.release_id left join app on app.id = release.app_id"
      " left join device on device.id = client.node_id"
      " where client.user_id = $1 and client.mandate_id is null and client.relying_party_id is null"
      " order by refresh_chain.rotated_at desc, client.id limit $2",
      {user, kMostRows});
  std::vector<pages::Program> all;
  all.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    all.push_back({rows.integer(row, 0), text(rows, row, 1), text(rows, row, 2), text(rows, row, 3),
                   text(rows, row, 4), rows.integer(row, 5), rows.integer(row, 6)});
  }
  return all;
}

std::vector<pages::SignInElsewhere> sign_ins_of(sql::Reader& reader, std::int64_t user) {
  const sql::Rows rows = reader.query(
      "select sign_in_consent.id, relying_party.name, organization.name, sign_in_consent.given_at"
      " from sign_in_consent join relying_party on relying_party.id = sign_in_consent.relying_party_id"
      " join membership on membership.id = sign_in_consent.membership_id"
      " join organization on organization.id = membership.organization_id"
      " where membership.user_id = $1 order by sign_in_consent.given_at desc, sign_in_consent.id limit $2",
      {user, kMostRows});
  std::vector<pages::SignInElsewhere> all;
  all.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    all.push_back({rows.integer(row, 0), text(rows, row, 1), text(rows, row, 2), rows.integer(row, 3)});
  }
  return all;
}

std::vector<pages::Session> sessions_of(sql::Reader& reader, std::int64_t user, std::int64_t session,
                                        std::int64_t now) {
  const sql::Rows rows = reader.query(
      "select id, created_at, expires_at from web_session where user_id = $1 and expires_at > $2"
      " order by case when id = $3 then 0 else 1 end, created_at desc, id limit $4",
      {user, now, session, kMostRows});
  std::vector<pages::Session> all;
  all.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    all.push_back(
        {rows.integer(row, 0), rows.integer(row, 1), rows.integer(row, 2), rows.integer(row, 0) == session});
  }
  return all;
}

}  // namespace

pages::Account account_of(sql::Reader& reader, std::int64_t user, std::int64_t session, std::int64_t now) {
  pages::Account account;
  read_user(reader, user, account);
  account.organizations = memberships_of(reader, user);
  account.programs = programs_of(reader, user);
  account.sign_ins = sign_ins_of(reader, user);
  account.sessions = sessions_of(reader, user, session, now);
  return account;
}

bool end_session(sql::Writer& writer, std::int64_t user, std::int64_t session) {
  return writer.execute("delete from web_session where id = $1 and user_id = $2", {session, user}) == 1;
}

void end_other_sessions(sql::Writer& writer, std::int64_t user, std::int64_t session) {
  writer.execute("delete from web_session where user_id = $1 and id <> $2", {user, session});
}

bool revoke_program(sql::Writer& writer, std::int64_t user, std::int64_t client) {
  return writer.execute("delete from client where id = $1 and user_id = $2 and mandate_id is null",
                        {client, user}) == 1;
}

bool withdraw_consent(sql::Writer& writer, std::int64_t user, std::int64_t consent) {
  const sql::Rows rows = writer.query(
      "select sign_in_consent.relying_party_id, sign_in_consent.membership_id from sign_in_consent"
      " join membership on membership.id = sign_in_consent.membership_id"
      " where sign_in_consent.id = $1 and membership.user_id = $2",
      {consent, user});
  if (rows.empty()) return false;
  for (const char* table : {"authorization_code", "client", "sign_in_consent"}) {
    writer.execute(fmt::format("delete from {} where relying_party_id = $1 and membership_id = $2", table),
                   {rows.integer(0, 0), rows.integer(0, 1)});
  }
  return true;
}

}  // namespace lok
