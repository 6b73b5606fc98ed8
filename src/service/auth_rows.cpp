#include "service/auth_rows.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "jose/jose.h"
#include "service/auth_errors.h"
#include "sql/nullable.h"

namespace service {
namespace {

using base::Json;
using sql::Value;

Json list_of(const std::vector<std::string>& texts) { return Json::Array(texts.begin(), texts.end()); }

std::vector<std::string> texts_of(std::string_view json) {
  std::vector<std::string> texts;
  const Json list = Json::parse(json);
  for (const Json& item : list.items()) texts.push_back(item.as_string());
  return texts;
}

Value reference(std::int64_t id) { return id != 0 ? Value(id) : Value(); }

/// What a token asks to be stored, computed once for the read and the write.
struct Wanted {
  explicit Wanted(const Claims& token)
      : claims(token),
        organization(token.org.value_or("")),
        fingerprint(profile_fingerprint(token)),
        roles(list_of(token.roles).dump()),
        has_release(token.client_app && token.client_release),
        has_device(token.client_device.has_value()) {}

  const Claims& claims;
  const std::string organization;
  const std::string fingerprint;
  const std::string roles;
  const bool has_release;
  const bool has_device;
};

/// What is stored. Ids are 0 where there is no row.
struct Stored {
  IdentityRows rows;
  bool client_has_release = false;
  bool client_has_device = false;
  std::string fingerprint;
  std::string roles;
  bool blocked = false;

  bool matches(const Wanted& wanted) const {
    return rows.organization != 0 && rows.user != 0 && rows.client != 0 && rows.membership != 0 &&
           fingerprint == wanted.fingerprint && roles == wanted.roles &&
           (!wanted.has_release || (rows.release != 0 && client_has_release)) &&
           (!wanted.has_device || (rows.device != 0 && client_has_device));
  }
};

Stored find(sql::Reader& reader, const Wanted& wanted) {
  const Claims& claims = wanted.claims;
  const sql::Rows found = reader.query(
      "select organization.id, user_account.id, client.id, membership.id, release.id, device.id,"
      " client.release_id, client.device_id, user_account.fingerprint, membership.roles, membership.blocked"
      " from (select 1 as one) as token"
      " left join organization on organization.slug = $1"
      " left join user_account on user_account.sub = $2 and user_account.iss = $3"
      " left join client on client.client_id = $4 and client.iss = $3"
      " left join membership on membership.user_id = user_account.id"
      " and membership.organization_id = organization.id"
      " left join app on app.identifier = $5"
      " left join release on release.app_id = app.id and release.version = $6"
      " left join device on device.device_id = $7",
      {wanted.organization, claims.sub, claims.iss, claims.client_id, claims.client_app.value_or(""),
       claims.client_release.value_or(""), claims.client_device.value_or("")});
  const auto id = [&](std::size_t column) { return found.is_null(0, column) ? 0 : found.integer(0, column); };
  const auto text = [&](std::size_t column) {
    return found.is_null(0, column) ? std::string() : std::string(found.text(0, column));
  };
  Stored stored;
  stored.rows.organization = id(0);
  stored.rows.user = id(1);
  stored.rows.client = id(2);
  stored.rows.membership = id(3);
  stored.rows.release = wanted.has_release ? id(4) : 0;
  stored.rows.device = wanted.has_device ? id(5) : 0;
  stored.client_has_release = id(6) != 0;
  stored.client_has_device = id(7) != 0;
  stored.fingerprint = text(8);
  stored.roles = text(9);
  stored.blocked = id(10) != 0;
  return stored;
}

/// The id of the row that `select` finds with these parameters, after `insert`
/// with the same ones if there was none. Another process may insert it first.
std::int64_t get_or_create(sql::Writer& writer, std::string_view select, std::string_view insert,
                           const std::vector<Value>& parameters) {
  for (const std::string_view statement : {select, insert, select}) {
    const sql::Rows rows = writer.query(statement, parameters);
    if (!rows.empty()) return rows.integer(0, 0);
  }
  throw base::Error(base::code::kConflict, "A row of the caller was deleted while it was made. Try again.");
}

std::int64_t write_user(sql::Writer& writer, const Wanted& wanted, std::int64_t organization) {
  const Claims& claims = wanted.claims;
  const std::int64_t user =
      get_or_create(writer, "select id from user_account where sub = $1 and iss = $2",
                    "insert into user_account (sub, iss) values ($1, $2) on conflict do nothing returning id",
                    {claims.sub, claims.iss});
  writer.execute(
      "update user_account set preferred_username = $1, name = $2, given_name = $3, family_name = $4,"
      " nickname = $5, email = $6, email_verified = $7, picture = $8, locale = $9, zoneinfo = $10,"
      " active_organization_id = $11, fingerprint = $12"
      " where id = $13 and (fingerprint is null or fingerprint <> $12)",
      {claims.preferred_username, sql::nullable(claims.name), sql::nullable(claims.given_name),
       sql::nullable(claims.family_name), sql::nullable(claims.nickname), sql::nullable(claims.email),
       claims.email_verified ? Value(std::int64_t{*claims.email_verified}) : Value(),
       sql::nullable(claims.picture), sql::nullable(claims.locale), sql::nullable(claims.zoneinfo),
       organization, wanted.fingerprint, user});
  return user;
}

std::int64_t write_release(sql::Writer& writer, const Wanted& wanted) {
  if (!wanted.has_release) return 0;
  const std::int64_t app =
      get_or_create(writer, "select id from app where identifier = $1",
                    "insert into app (identifier) values ($1) on conflict do nothing returning id",
                    {*wanted.claims.client_app});
  return get_or_create(
      writer, "select id from release where app_id = $1 and version = $2",
      "insert into release (app_id, version) values ($1, $2) on conflict do nothing returning id",
      {app, *wanted.claims.client_release});
}

std::int64_t write_device(sql::Writer& writer, const Wanted& wanted) {
  if (!wanted.has_device) return 0;
  return get_or_create(writer, "select id from device where device_id = $1",
                       "insert into device (device_id) values ($1) on conflict do nothing returning id",
                       {*wanted.claims.client_device});
}

/// A client keeps the release and device it was first seen with.
std::int64_t write_client(sql::Writer& writer, const Wanted& wanted, const IdentityRows& rows) {
  const std::int64_t client =
      get_or_create(writer, "select id from client where client_id = $1 and iss = $2",
                    "insert into client (client_id, iss) values ($1, $2) on conflict do nothing returning id",
                    {wanted.claims.client_id, wanted.claims.iss});
  writer.execute(
      "update client set release_id = coalesce(release_id, $1), device_id = coalesce(device_id, $2)"
      " where id = $3 and (release_id is null or device_id is null)",
      {reference(rows.release), reference(rows.device), client});
  return client;
}

std::int64_t write_membership(sql::Writer& writer, const Wanted& wanted, const IdentityRows& rows) {
  const std::int64_t membership = get_or_create(
      writer, "select id from membership where user_id = $1 and organization_id = $2",
      "insert into membership (user_id, organization_id) values ($1, $2) on conflict do nothing returning id",
      {rows.user, rows.organization});
  writer.execute("update membership set roles = $1 where id = $2 and roles <> $1",
                 {wanted.roles, membership});
  return membership;
}

// The order of the tables is the lock order of every process that runs this.
IdentityRows write(sql::Writer& writer, const Wanted& wanted) {
  IdentityRows rows;
  rows.organization =
      get_or_create(writer, "select id from organization where slug = $1",
                    "insert into organization (slug) values ($1) on conflict do nothing returning id",
                    {wanted.organization});
  rows.user = write_user(writer, wanted, rows.organization);
  rows.release = write_release(writer, wanted);
  rows.device = write_device(writer, wanted);
  rows.client = write_client(writer, wanted, rows);
  rows.membership = write_membership(writer, wanted, rows);
  return rows;
}

}  // namespace

IdentityRows MirroredIdentities::expand(const Claims& claims) {
  if (!claims.org || claims.org->empty()) throw refusal(Refusal::kMissingActiveOrganization);
  const Wanted wanted(claims);
  Stored stored;
  database_.read(sql::Database::Snapshot::kSingle,
                 [&](sql::Reader& reader) { stored = find(reader, wanted); });
  if (stored.blocked) throw refusal(Refusal::kMembershipBlocked);
  if (!stored.matches(wanted)) {
    database_.write([&](sql::Writer& writer) { stored.rows = write(writer, wanted); });
  }
  stored.rows.organization_roles = claims.roles;
  return stored.rows;
}

bool MirroredIdentities::refresh(IdentityRows& rows) {
  bool found = false;
  bool blocked = false;
  database_.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows membership =
        reader.query("select blocked, roles from membership where id = $1", {rows.membership});
    found = !membership.empty();
    if (!found) return;
    blocked = membership.integer(0, 0) != 0;
    rows.organization_roles = texts_of(membership.text(0, 1));
  });
  if (blocked) throw refusal(Refusal::kMembershipBlocked);
  return found;
}

std::string profile_fingerprint(const Claims& claims) {
  std::vector<std::string> roles = claims.roles;
  std::sort(roles.begin(), roles.end());
  const Json profile = Json::object({
      {"name", sql::json_or_null(claims.name)},
      {"given_name", sql::json_or_null(claims.given_name)},
      {"family_name", sql::json_or_null(claims.family_name)},
      {"nickname", sql::json_or_null(claims.nickname)},
      {"email", sql::json_or_null(claims.email)},
      {"email_verified", claims.email_verified ? Json(*claims.email_verified) : Json()},
      {"picture", sql::json_or_null(claims.picture)},
      {"locale", sql::json_or_null(claims.locale)},
      {"zoneinfo", sql::json_or_null(claims.zoneinfo)},
  });
  const Json all = Json::array(
      {claims.sub, claims.preferred_username, list_of(roles), sql::json_or_null(claims.org), profile});
  return jose::sha256_hex(all.dump());
}

}  // namespace service
