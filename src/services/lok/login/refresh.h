// What keeps an approved app in: a refresh token that changes with every use.
//
// A client has one chain of them. Programs of one app share a file with the
// newest token and race for it, and an answer may be lost on its way: for a
// minute the token before the newest is answered with the newest again. Whoever
// comes later is refused and finds the newest in the file, so the chain is not
// ended by an old token: that would log out every program of the app.
#pragma once

#include <cstdint>
#include <string>

#include "services/lok/login/login_rows.h"
#include "sql/database.h"

namespace lok {

/// Microseconds after which a refresh token that was not used has ended. What the official client assumes; it
/// asks its person again then.
inline constexpr std::int64_t kRefreshIdle = 30LL * 24 * 3'600 * 1'000'000;

struct RefreshRequest {
  std::string client_id;
  std::string token;
  std::string secret;              ///< keys the successors of tokens
  std::int64_t relying_party = 0;  ///< row of the one that asks and has proved who it is; 0: an app
};

struct Refreshed {
  Login login;        ///< as things are now: roles, services and addresses may have changed
  std::string token;  ///< the newest
};

/// Throws invalid_client for a client that is gone or was replaced, and
/// invalid_grant for a token that is none, is used up or too old. So that
/// guesses never reach the writer.
void check_refresh(sql::Reader& reader, const RefreshRequest& request, std::int64_t now);

/// Changes the token and brings the client's mappings up to date. Throws as
/// `check_refresh`. May run again in a new transaction.
Refreshed refresh(sql::Writer& writer, const RefreshRequest& request, std::int64_t now);

/// Stores the first token of a new client's chain.
void start_chain(sql::Writer& writer, std::int64_t client, const std::string& token_hash, std::int64_t now);

/// Of the sign-ins to a relying party the one whose chain the token belongs to, as `client_id`; empty if
/// none.
std::string find_relying_client(sql::Reader& reader, std::int64_t relying_party, const std::string& token);

/// Ends the chain the token belongs to, if it is this client's.
void revoke_chain(sql::Writer& writer, const std::string& client_id, const std::string& token);

/// What is stored of a refresh token or device code.
std::string hash_token(std::string_view token);

}  // namespace lok
