// What a relying party collects after somebody signed in to it (RFC 6749,
// section 4.1): a code, for ten minutes, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/lok/login/login_rows.h"
#include "services/lok/openid/relying_party.h"
#include "sql/database.h"

namespace lok {

struct AuthorizationCode {
  std::int64_t membership = 0;
  std::int64_t hub = 0;
  std::vector<std::string> scopes;  ///< granted
  std::string redirect_uri;
  std::optional<std::string> code_challenge;  ///< S256
  std::optional<std::string> nonce;
  std::string issuer;             ///< the address the person was at, for the id token
  std::int64_t signed_in_at = 0;  ///< microseconds UTC
};

/// Stores it under the hash of a new code, and forgets those that are long over.
void store_code(sql::Writer& writer, const RelyingParty& party, const std::string& code_hash,
                const AuthorizationCode& code, std::int64_t now);

/// What the relying party presents at the token endpoint, having proved who it is.
struct CodeRequest {
  const RelyingParty& party;
  std::string code_hash;
  std::string redirect_uri;
  std::string verifier;       ///< empty: it sent none
  std::string new_client_id;  ///< of the sign-in, as a client
  std::string refresh_hash;   ///< of the refresh token that it gets if it may go on offline
};

struct SignedIn {
  Login login;
  AuthorizationCode code;
  bool has_refresh_token = false;
};

/// Throws invalid_grant for a code that is unknown, expired or another's, comes with another address than it
/// went to, or without the verifier of its challenge. So that guesses never reach the writer.
void check_code(sql::Reader& reader, const CodeRequest& request, std::int64_t now);

/// Makes a client of the sign-in and, with `offline_access`, its refresh chain. Throws as `check_code`, and
/// invalid_grant for somebody who is no member any more. Null for a code that was collected before: whoever
/// it was, what that gave is deleted, so the caller commits this and refuses (RFC 6749, section 4.1.2). May
/// run again in a new transaction.
std::optional<SignedIn> collect_code(sql::Writer& writer, const CodeRequest& request, std::int64_t now);

}  // namespace lok
