#include "services/lok/openid/relying_party.h"

#include <algorithm>

#include "jose/jose.h"
#include "services/lok/openid/redirect_uri.h"
#include "services/lok/stored_texts.h"
#include "sql/nullable.h"

namespace lok {
namespace {

bool is_one_of(std::string_view uri, const std::vector<std::string>& registered, bool any_loopback_port) {
  return std::ranges::any_of(
      registered, [&](const std::string& each) { return is_registered_uri(uri, each, any_loopback_port); });
}

}  // namespace

bool RelyingParty::may_redirect(std::string_view uri) const {
  return is_one_of(uri, redirect_uris, is_public());
}

bool RelyingParty::may_redirect_after_logout(std::string_view uri) const {
  return is_one_of(uri, post_logout_redirect_uris, is_public());
}

std::optional<RelyingParty> find_relying_party(sql::Reader& reader, const std::string& client_id) {
  const sql::Rows rows = reader.query(
      "select id, client_id, name, secret_hash, redirect_uris, post_logout_redirect_uris, organization_id"
      " from relying_party where client_id = $1",
      {client_id});
  if (rows.empty()) return std::nullopt;
  RelyingParty party;
  party.id = rows.integer(0, 0);
  party.client_id = rows.text(0, 1);
  party.name = rows.text(0, 2);
  party.secret_hash = sql::optional_text(rows, 0, 3);
  party.redirect_uris = texts_of(rows.text(0, 4));
  party.post_logout_redirect_uris = texts_of(rows.text(0, 5));
  party.organization = sql::optional_integer(rows, 0, 6);
  return party;
}

std::string hash_client_secret(std::string_view secret) { return jose::sha256_hex(secret); }

}  // namespace lok
