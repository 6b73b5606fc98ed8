#include "services/lok/login/device_login.h"

#include <algorithm>
#include <array>

#include "services/lok/login/oauth_error.h"
#include "services/lok/login/refresh.h"
#include "services/lok/people/password.h"

namespace lok {
namespace {

using base::Json;

constexpr std::int64_t kMostPending = 1'000;
constexpr std::int64_t kKeptAfterwards = 3'600 * 1'000'000LL;  // so that a late look at the page says why

constexpr std::array<std::string_view, 4> kStates{"pending", "approved", "declined", "collected"};

std::string text_of(DeviceLoginState state) {
  return std::string(kStates.at(static_cast<std::size_t>(state)));
}

DeviceLoginState state_of(std::string_view text) {
  const auto* const found = std::ranges::find(kStates, text);
  return static_cast<DeviceLoginState>(found - kStates.begin());
}

std::optional<DeviceLogin> find(sql::Reader& reader, std::string_view column, const std::string& value) {
  const sql::Rows rows = reader.query(
      fmt::format("select id, device_code_hash, user_code, client_id, kind, role, manifest, device_id, state,"
                  " expires_at from device_login where {} = $1",
                  column),
      {value});
  if (rows.empty()) return std::nullopt;
  DeviceLogin login;
  login.id = rows.integer(0, 0);
  login.device_code_hash = rows.text(0, 1);
  login.user_code = rows.text(0, 2);
  login.client_id = rows.text(0, 3);
  login.kind = rows.text(0, 4);
  login.role = rows.text(0, 5);
  login.manifest = Manifest::parse(rows.text(0, 6));
  login.manifest.device_id = rows.text(0, 7);
  login.state = state_of(rows.text(0, 8));
  login.expires_at = rows.integer(0, 9);
  return login;
}

struct Approved {
  Seat seat;
  std::vector<std::string> declined;
  std::string device_salt;
};

Approved read_approved(sql::Reader& reader, std::int64_t login) {
  const sql::Rows rows = reader.query(
      "select membership.organization_id, membership.user_id, membership.id, device_login.hub_id,"
      " device_login.declined, organization.device_salt, membership.blocked, user_account.active"
      " from device_login"
      " join membership on membership.id = device_login.membership_id"
      " join user_account on user_account.id = membership.user_id"
      " join organization on organization.id = membership.organization_id"
      " where device_login.id = $1",
      {login});
  if (rows.empty() || rows.integer(0, 6) != 0 || rows.integer(0, 7) == 0) {
    throw oauth_error("access_denied", "Who approved this is no member any more.");
  }
  Approved approved;
  approved.seat = {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2), rows.integer(0, 3)};
  for (const Json& key : Json::parse(rows.text(0, 4)).items()) approved.declined.push_back(key.as_string());
  approved.device_salt = rows.text(0, 5);
  return approved;
}

void delete_replaced(sql::Writer& writer, const Seat& seat, const Manifest& manifest,
                     const ClientIdentity& client) {
  writer.execute(
      "delete from client where mandate_id is null and organization_id = $1 and user_id = $2 and hub_id = $3"
      " and kind = $4 and role = $5 and device_key = $6 and client_id <> $7"
      " and release_id in (select release.id from release join app on app.id = release.app_id"
      "   where app.organization_id = $1 and app.identifier = $8 and release.version = $9)",
      {seat.organization, seat.user, seat.hub, client.kind, client.role, client.device, client.client_id,
       manifest.identifier, manifest.version});
}

}  // namespace

void stage_login(sql::Writer& writer, const DeviceLogin& login, std::int64_t now) {
  writer.execute("delete from device_login where expires_at < $1", {now - kKeptAfterwards});
  const sql::Rows waiting =
      writer.query("select count(*) from device_login where state = $1 and expires_at > $2",
                   {text_of(DeviceLoginState::kPending), now});
  if (waiting.integer(0, 0) >= kMostPending) {
    throw oauth_error("slow_down", "Too many apps are waiting for approval. Try again in a minute.");
  }
  writer.insert(
      "insert into device_login (device_code_hash, user_code, client_id, kind, role, manifest, device_id,"
      " state, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
      {login.device_code_hash, login.user_code, login.client_id, login.kind, login.role,
       login.manifest.document.dump(), login.manifest.device_id, text_of(DeviceLoginState::kPending), now,
       login.expires_at});
}

std::optional<DeviceLogin> find_login_by_user_code(sql::Reader& reader, const std::string& user_code) {
  return find(reader, "user_code", user_code);
}

std::optional<DeviceLogin> find_login_by_device_code(sql::Reader& reader,
                                                     const std::string& device_code_hash) {
  return find(reader, "device_code_hash", device_code_hash);
}

bool approve_login(sql::Writer& writer, const Approval& approval, std::int64_t now) {
  const Json declined = Json::Array(approval.declined.begin(), approval.declined.end());
  return writer.execute(
             "update device_login set state = $1, membership_id = $2, hub_id = $3, declined = $4"
             " where id = $5 and state = $6 and expires_at > $7",
             {text_of(DeviceLoginState::kApproved), approval.membership, approval.hub, declined.dump(),
              approval.login, text_of(DeviceLoginState::kPending), now}) == 1;
}

bool decline_login(sql::Writer& writer, std::int64_t login, std::int64_t now) {
  return writer.execute(
             "update device_login set state = $1, device_id = '' where id = $2 and state = $3"
             " and expires_at > $4",
             {text_of(DeviceLoginState::kDeclined), login, text_of(DeviceLoginState::kPending), now}) == 1;
}

void check_collectable(const std::optional<DeviceLogin>& login, const std::string& client_id,
                       std::int64_t now) {
  if (!login) throw oauth_error("expired_token", "The device code is unknown or has expired.");
  if (login->client_id != client_id) {
    throw oauth_error("invalid_client", "The device code belongs to another client.");
  }
  switch (login->state) {
    case DeviceLoginState::kPending:
      if (login->expires_at > now) throw oauth_error("authorization_pending", "Nobody has decided yet.");
      throw oauth_error("expired_token", "Nobody approved the app in time.");
    case DeviceLoginState::kApproved:
      if (login->expires_at + kCollectWithin > now) return;
      throw oauth_error("expired_token", "The approval was not collected in time.");
    case DeviceLoginState::kDeclined:
      throw oauth_error("access_denied", "The person declined.");
    case DeviceLoginState::kCollected:
      throw oauth_error("invalid_grant", "The device code was used before.");
  }
}

Login collect_login(sql::Writer& writer, const std::string& device_code_hash, const std::string& client_id,
                    const std::string& secret, const std::string& refresh_hash, std::int64_t now) {
  // Takes the row first, so that of two polls, also of two processes, one finds it collected.
  const std::int64_t taken = writer.execute(
      "update device_login set state = $1 where device_code_hash = $2 and state = $3",
      {text_of(DeviceLoginState::kCollected), device_code_hash, text_of(DeviceLoginState::kApproved)});
  std::optional<DeviceLogin> login = find_login_by_device_code(writer, device_code_hash);
  if (login && taken == 1) login->state = DeviceLoginState::kApproved;
  check_collectable(login, client_id, now);
  writer.execute("update device_login set device_id = '' where id = $1", {login->id});

  // Holds the row, so that what two apps collect for one person takes turns, and the later replaces the
  // earlier.
  writer.execute(
      "update membership set blocked = blocked where id = (select membership_id from device_login where id = "
      "$1)",
      {login->id});
  const Approved approved = read_approved(writer, login->id);
  const std::string& raw_device = login->manifest.device_id;
  const ClientIdentity client{login->client_id,
                              login->kind,
                              login->role,
                              raw_device.empty() ? "" : hash_device(secret, approved.device_salt, raw_device),
                              {}};
  delete_replaced(writer, approved.seat, login->manifest, client);
  Login granted = describe_login(writer, approved.seat, login->manifest, client, approved.declined);
  start_chain(writer, write_login(writer, approved.seat, login->manifest, client, granted, now), refresh_hash,
              now);
  return granted;
}

}  // namespace lok
