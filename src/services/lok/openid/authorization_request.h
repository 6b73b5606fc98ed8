// What a relying party asks of a person, as it stands in the address it sent
// them to (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/lok/openid/relying_party.h"
#include "services/lok/pages/page_request.h"
#include "sql/database.h"

namespace lok {

/// The parameters that mean something here, in a fixed order.
using AuthorizationParameters = std::vector<std::pair<std::string, std::string>>;
AuthorizationParameters authorization_parameters(const PageRequest& request);
AuthorizationParameters authorization_parameters(std::string_view query);

/// As a query: nothing but these parameters, encoded.
std::string query_of(const AuthorizationParameters& parameters);
/// The same for somebody who has just signed in: what asks for that is left out.
std::string query_once_signed_in(const AuthorizationParameters& parameters);

/// Where the answer goes, and nothing before this is known to be right.
struct Recipient {
  RelyingParty party;
  std::string redirect_uri;
  std::string state;
};

/// Throws Error(kValidation), for the person and not for the address: an unknown
/// client, or an address that is not among those it registered.
Recipient recipient_of(sql::Reader& reader, const AuthorizationParameters& parameters);

struct AuthorizationRequest {
  std::vector<std::string> scopes;  ///< asked for, each once
  std::optional<std::string> code_challenge;
  std::optional<std::string> nonce;
  std::optional<std::int64_t> max_age;  ///< seconds since the person signed in
  std::string id_token_hint;
  bool silent = false;   ///< show no page
  bool sign_in = false;  ///< ask for the password in any case
  bool consent = false;  ///< ask for consent in any case
};

/// Throws the errors that are told to the recipient, as `oauth_error`.
AuthorizationRequest read_authorization_request(const RelyingParty& party,
                                                const AuthorizationParameters& parameters);

}  // namespace lok
