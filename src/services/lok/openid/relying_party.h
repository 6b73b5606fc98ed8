// Programs that let people sign in with Lok: rows, and what they may.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/database.h"

namespace lok {

struct RelyingParty {
  std::int64_t id = 0;
  std::string client_id;
  std::string name;
  std::optional<std::string> secret_hash;  ///< absent: a public client, which proves itself by PKCE alone
  std::vector<std::string> redirect_uris;
  std::vector<std::string> post_logout_redirect_uris;
  std::optional<std::int64_t> organization;  ///< whose members alone may sign in

  bool is_public() const { return !secret_hash; }
  /// Whether people may be sent there with a code, and after signing out.
  bool may_redirect(std::string_view uri) const;
  bool may_redirect_after_logout(std::string_view uri) const;
};

std::optional<RelyingParty> find_relying_party(sql::Reader& reader, const std::string& client_id);

/// What is stored of a client secret.
std::string hash_client_secret(std::string_view secret);

}  // namespace lok
