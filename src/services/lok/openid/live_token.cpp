#include "services/lok/openid/live_token.h"

#include "base/error.h"
#include "sql/nullable.h"

namespace lok {
namespace {

std::optional<service::Claims> verified(const service::TokenVerifier& verifier, std::string_view token) {
  try {
    return verifier.verify(token);
  } catch (const base::Error& error) {
    if (error.code() == base::code::kUnauthenticated || error.code() == base::code::kPermissionDenied) {
      return std::nullopt;
    }
    throw;
  }
}

}  // namespace

std::optional<LiveToken> find_live_token(sql::Database& database, const service::TokenVerifier& verifier,
                                         std::string_view token) {
  std::optional<service::Claims> claims = verified(verifier, token);
  if (!claims) return std::nullopt;
  std::optional<LiveToken> found;
  database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query(
        "select client.organization_id, client.user_id, client.membership_id, relying_party.client_id"
        " from client join membership on membership.id = client.membership_id"
        " join user_account on user_account.id = client.user_id"
        " left join relying_party on relying_party.id = client.relying_party_id"
        " where client.client_id = $1 and membership.blocked = 0 and user_account.active = 1",
        {claims->client_id});
    if (rows.empty()) return;
    found.emplace(LiveToken{*claims, {}, sql::optional_text(rows, 0, 3).value_or("")});
    read_person(reader, {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2), 0}, found->person);
  });
  return found;
}

}  // namespace lok
