#include "services/lok/openid/authorization_code.h"

#include <algorithm>

#include "base/json.h"
#include "base/random.h"
#include "jose/jose.h"
#include "services/lok/login/oauth_error.h"
#include "services/lok/login/refresh.h"
#include "services/lok/openid/sign_in_consent.h"
#include "services/lok/stored_texts.h"
#include "sql/nullable.h"

namespace lok {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLifetime = 600 * kSecond;
constexpr std::int64_t kDay = 24 * 3'600 * kSecond;
// A code that comes again is known that long after it expired.
constexpr std::int64_t kKeptAfterwards = kDay;

struct Stored {
  std::int64_t party = 0;
  std::int64_t expires_at = 0;
  bool was_collected = false;
  std::optional<std::int64_t> client;
  AuthorizationCode code;
};

[[noreturn]] void refuse(std::string why) { throw oauth_error("invalid_grant", std::move(why)); }

Stored find(sql::Reader& reader, const std::string& code_hash) {
  const sql::Rows rows = reader.query(
      "select relying_party_id, expires_at, collected, client_id, membership_id, hub_id, scopes, "
      "redirect_uri,"
      " code_challenge, nonce, issuer, signed_in_at from authorization_code where code_hash = $1",
      {code_hash});
  if (rows.empty()) refuse("The code is unknown or has expired.");
  Stored stored;
  stored.party = rows.integer(0, 0);
  stored.expires_at = rows.integer(0, 1);
  stored.was_collected = rows.integer(0, 2) != 0;
  stored.client = sql::optional_integer(rows, 0, 3);
  stored.code = {rows.integer(0, 4),
                 rows.integer(0, 5),
                 texts_of(rows.text(0, 6)),
                 std::string(rows.text(0, 7)),
                 sql::optional_text(rows, 0, 8),
                 sql::optional_text(rows, 0, 9),
                 std::string(rows.text(0, 10)),
                 rows.integer(0, 11)};
  return stored;
}

// A verifier where there was no challenge was taken out of the first step by somebody (RFC 9700,
// section 4.8.2).
bool proves(const std::string& verifier, const std::optional<std::string>& challenge) {
  if (!challenge) return verifier.empty();
  return base::equal_in_constant_time(jose::base64url_encode(jose::sha256(verifier)), *challenge);
}

void check(const Stored& stored, const CodeRequest& request) {
  if (stored.party != request.party.id) refuse("The code belongs to another client.");
  if (stored.code.redirect_uri != request.redirect_uri) refuse("The 'redirect_uri' is not the code's.");
  if (!proves(request.verifier, stored.code.code_challenge)) {
    refuse("The 'code_verifier' does not fit the code's challenge.");
  }
}

void check_time(const Stored& stored, std::int64_t now) {
  if (stored.expires_at <= now) refuse("The code is unknown or has expired.");
}

Seat seat_of(sql::Reader& reader, const AuthorizationCode& code) {
  const sql::Rows rows = reader.query(
      "select membership.organization_id, membership.user_id from membership"
      " join user_account on user_account.id = membership.user_id"
      " where membership.id = $1 and membership.blocked = 0 and user_account.active = 1",
      {code.membership});
  if (rows.empty()) refuse("Who signed in is no member any more.");
  return {rows.integer(0, 0), rows.integer(0, 1), code.membership, code.hub};
}

// A relying party has no releases; it is one app that asks for this.
Manifest manifest_of(const RelyingParty& party, const std::vector<std::string>& scopes) {
  return Manifest::read(base::Json::object({{"identifier", party.client_id},
                                            {"version", "1"},
                                            {"scopes", base::Json::Array(scopes.begin(), scopes.end())}}));
}

// Sign-ins that have nothing left to be used: access tokens live for a day at most. A few at a time.
void forget_old(sql::Writer& writer, const RelyingParty& party, std::int64_t now) {
  writer.execute(
      "delete from client where id in (select client.id from client"
      " left join refresh_chain on refresh_chain.client_id = client.id"
      " where client.relying_party_id = $1 and client.created_at < $2"
      " and (refresh_chain.id is null or refresh_chain.rotated_at <= $3) order by client.id limit 50)",
      {party.id, now - kDay, now - kRefreshIdle});
}

}  // namespace

void store_code(sql::Writer& writer, const RelyingParty& party, const std::string& code_hash,
                const AuthorizationCode& code, std::int64_t now) {
  writer.execute("delete from authorization_code where expires_at < $1", {now - kKeptAfterwards});
  writer.execute(
      "insert into authorization_code (code_hash, relying_party_id, membership_id, hub_id, scopes,"
      " redirect_uri, code_challenge, nonce, issuer, signed_in_at, expires_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      {code_hash, party.id, code.membership, code.hub, stored_texts(code.scopes), code.redirect_uri,
       sql::nullable(code.code_challenge), sql::nullable(code.nonce), code.issuer, code.signed_in_at,
       now + kLifetime});
}

void check_code(sql::Reader& reader, const CodeRequest& request, std::int64_t now) {
  const Stored stored = find(reader, request.code_hash);
  check(stored, request);
  if (!stored.was_collected) check_time(stored, now);
}

std::optional<SignedIn> collect_code(sql::Writer& writer, const CodeRequest& request, std::int64_t now) {
  // Asked as a condition, so that of two requests, also at two processes, one collects it.
  const bool is_first =
      writer.execute("update authorization_code set collected = 1 where code_hash = $1 and collected = 0",
                     {request.code_hash}) == 1;
  const Stored stored = find(writer, request.code_hash);
  check(stored, request);
  if (!is_first) {
    if (stored.client) writer.execute("delete from client where id = $1", {*stored.client});
    return std::nullopt;
  }
  check_time(stored, now);

  const Seat seat = seat_of(writer, stored.code);
  const Manifest manifest = manifest_of(request.party, stored.code.scopes);
  const ClientIdentity identity{request.new_client_id, "RELYING_PARTY", "INTERFACE", "", {}};
  SignedIn signed_in{describe_login(writer, seat, manifest, identity, {}), stored.code,
                     std::ranges::find(stored.code.scopes, kOfflineAccess) != stored.code.scopes.end()};
  forget_old(writer, request.party, now);
  const std::int64_t client = write_login(writer, seat, manifest, identity, signed_in.login, now);
  writer.execute("update client set relying_party_id = $1, public = $2 where id = $3",
                 {request.party.id, sql::flag(request.party.is_public()), client});
  writer.execute("update authorization_code set client_id = $1 where code_hash = $2",
                 {client, request.code_hash});
  if (signed_in.has_refresh_token) start_chain(writer, client, request.refresh_hash, now);
  return signed_in;
}

}  // namespace lok
