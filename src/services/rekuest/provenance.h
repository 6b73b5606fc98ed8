// Provenance tokens: what lets a data service record which task, on whose
// behalf, made a change. One per task, signed with the service's Ed25519 key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "jose/jose.h"

namespace rekuest {

/// Verifiers pin this name; it is not `EdDSA`.
inline constexpr std::string_view kProvenanceAlgorithm = "Ed25519";

struct ProvenanceClaims {
  std::string issuer = "rekuest";
  std::vector<std::string> audience;        ///< services that may see the task act
  std::string requester;                    ///< `sub` of who asked: the user, or the parent task's agent's
  std::string agent_user;                   ///< `sub` the executing agent acts as
  std::string agent_client;                 ///< its OAuth client id
  std::optional<std::string> agent_issuer;  ///< of the agent's access token
  std::int64_t issued_at = 0;               ///< Unix seconds
  std::int64_t lifetime = 0;                ///< seconds
  std::string token_id;                     ///< a UUID
  std::string task;
  std::optional<std::string> parent;
  std::string root;    ///< the task itself for a root
  std::string person;  ///< `sub` of the human at the root
  std::string arguments_hash;
};

base::Json provenance_payload(const ProvenanceClaims& claims);

/// The signed token. `key` is private; its id is the header's `kid`.
std::string sign_provenance(const jose::Key& key, const ProvenanceClaims& claims);

/// What `/.well-known/jwks.json` answers.
base::Json provenance_key_set(const jose::Key& key);

}  // namespace rekuest
