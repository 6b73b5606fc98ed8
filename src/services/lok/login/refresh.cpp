#include "services/lok/login/refresh.h"

#include <optional>

#include "base/log.h"
#include "base/random.h"
#include "jose/jose.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/people/password.h"
#include "sql/nullable.h"

namespace lok {
namespace {

using base::Json;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 24 * 3'600 * kSecond;
constexpr std::int64_t kGrace = 60 * kSecond;
constexpr std::int64_t kLongestChain = 180 * kDay;

struct Chain {
  std::int64_t client = 0;
  Seat seat;
  ClientIdentity identity;
  std::string manifest;
  std::string statuses;
  bool blocked = false;
  std::string current_hash;
  std::string previous_hash;
  std::int64_t started_at = 0;
  std::int64_t rotated_at = 0;
};

[[noreturn]] void refuse(std::string why) { throw oauth_error("invalid_grant", std::move(why)); }

// What a relying party got is refreshed by it alone, after it proved who it is.
Chain find_chain(sql::Reader& reader, const RefreshRequest& request) {
  const sql::Rows rows = reader.query(
      "select client.id, client.organization_id, client.user_id, client.membership_id, client.hub_id,"
      " client.kind, client.role, client.device_key, client.manifest, client.statuses,"
      " membership.blocked, user_account.active,"
      " refresh_chain.current_hash, refresh_chain.previous_hash, refresh_chain.started_at,"
      " refresh_chain.rotated_at"
      " from client"
      " join membership on membership.id = client.membership_id"
      " join user_account on user_account.id = client.user_id"
      " left join refresh_chain on refresh_chain.client_id = client.id"
      " where client.client_id = $1 and coalesce(client.relying_party_id, 0) = $2",
      {request.client_id, request.relying_party});
  if (rows.empty()) throw oauth_error("invalid_client", "The client is unknown, or another took its place.");
  if (rows.is_null(0, 12)) refuse("The refresh token was revoked.");
  Chain chain;
  chain.client = rows.integer(0, 0);
  chain.seat = {rows.integer(0, 1), rows.integer(0, 2), rows.integer(0, 3), rows.integer(0, 4)};
  chain.identity = {request.client_id,
                    std::string(rows.text(0, 5)),
                    std::string(rows.text(0, 6)),
                    std::string(rows.text(0, 7)),
                    {}};
  chain.manifest = rows.text(0, 8);
  chain.statuses = rows.text(0, 9);
  chain.blocked = rows.integer(0, 10) != 0 || rows.integer(0, 11) == 0;
  chain.current_hash = rows.text(0, 12);
  chain.previous_hash = sql::optional_text(rows, 0, 13).value_or("");
  chain.started_at = rows.integer(0, 14);
  chain.rotated_at = rows.integer(0, 15);
  return chain;
}

// Not random, so that it can be said again though only its hash is stored.
std::string successor_of(const RefreshRequest& request) {
  return keyed_hash(request.secret, "refresh token after " + request.token);
}

bool is_current(const Chain& chain, const RefreshRequest& request) {
  return base::equal_in_constant_time(hash_token(request.token), chain.current_hash);
}

void check(const Chain& chain, const RefreshRequest& request, std::int64_t now) {
  if (chain.blocked) refuse("The person who approved the app is blocked.");
  const bool was_current = base::equal_in_constant_time(hash_token(request.token), chain.previous_hash);
  if (was_current && chain.rotated_at + kGrace <= now) {
    base::log::warning("lok.refresh_token_reused", {{"client", request.client_id}});
  }
  const bool in_grace = was_current && chain.rotated_at + kGrace > now &&
                        hash_token(successor_of(request)) == chain.current_hash;
  if (!in_grace && !is_current(chain, request)) refuse("The refresh token is unknown or was used before.");
  if (chain.rotated_at + kRefreshIdle <= now) refuse("The refresh token was not used for 30 days.");
  if (chain.started_at + kLongestChain <= now) refuse("The approval is older than 180 days.");
}

}  // namespace

std::string hash_token(std::string_view token) { return jose::sha256_hex(token); }

void check_refresh(sql::Reader& reader, const RefreshRequest& request, std::int64_t now) {
  check(find_chain(reader, request), request, now);
}

Refreshed refresh(sql::Writer& writer, const RefreshRequest& request, std::int64_t now) {
  Refreshed refreshed;
  refreshed.token = successor_of(request);
  // Asked as a condition, so that of two programs with one token, also at two processes, one changes it.
  writer.execute(
      "update refresh_chain set previous_hash = current_hash, current_hash = $1, rotated_at = $2"
      " where current_hash = $3 and client_id = (select id from client where client_id = $4)"
      " and rotated_at > $5 and started_at > $6",
      {hash_token(refreshed.token), now, hash_token(request.token), request.client_id, now - kRefreshIdle,
       now - kLongestChain});
  const Chain chain = find_chain(writer, request);
  check(chain, request, now);

  const Manifest manifest = Manifest::parse(chain.manifest);
  refreshed.login =
      describe_login(writer, chain.seat, manifest, chain.identity, declined_in(Json::parse(chain.statuses)));
  write_mappings(writer, chain.client, refreshed.login.composition);
  if (std::string statuses = refreshed.login.composition.statuses().dump(); statuses != chain.statuses) {
    writer.execute("update client set statuses = $1 where id = $2", {std::move(statuses), chain.client});
  }
  return refreshed;
}

void start_chain(sql::Writer& writer, std::int64_t client, const std::string& token_hash, std::int64_t now) {
  writer.execute(
      "insert into refresh_chain (client_id, current_hash, started_at, rotated_at) values ($1, $2, $3, $3)",
      {client, token_hash, now});
}

std::string find_relying_client(sql::Reader& reader, std::int64_t relying_party, const std::string& token) {
  const sql::Rows rows = reader.query(
      "select client.client_id from client join refresh_chain on refresh_chain.client_id = client.id"
      " where client.relying_party_id = $1 and (current_hash = $2 or previous_hash = $2)",
      {relying_party, hash_token(token)});
  return rows.empty() ? "" : std::string(rows.text(0, 0));
}

void revoke_chain(sql::Writer& writer, const std::string& client_id, const std::string& token) {
  writer.execute(
      "delete from refresh_chain where client_id = (select id from client where client_id = $1)"
      " and (current_hash = $2 or previous_hash = $2)",
      {client_id, hash_token(token)});
}

}  // namespace lok
