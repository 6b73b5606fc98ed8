// In which task a caller acts: the second token that apps send while they run one. Source: contract,
// provenance token.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "net/http.h"
#include "service/auth_claims.h"
#include "service/auth_keys.h"
#include "service/authentikate_config.h"

namespace service {

/// What a verified token says of the task.
struct ActingTask {
  std::string issuer;
  std::string token_id;
  std::string task;
  std::optional<std::string> parent;
  std::string root;
  std::string caller_sub;    ///< who called: a person, or the agent of the task above
  std::string assigner_sub;  ///< the person at the root
  std::string agent_sub;     ///< who acts
  std::string agent_client;
  std::string arguments_hash;
  std::string arguments_hash_algorithm;
};

/// Verifies these tokens. Fails closed: what is sent and does not hold refuses the operation. Thread-safe.
class TaskVerifier {
 public:
  explicit TaskVerifier(ProvenanceConfig config, Fetch fetch = {}, Clock clock = &base::now_micros);
  ~TaskVerifier();

  /// The token in one of the headers, or members of a socket's first payload, that may carry it.
  std::optional<std::string> token_in(const net::Headers& headers) const;
  std::optional<std::string> token_in(const base::Json& init_payload) const;

  /// Throws PROVENANCE_INVALID, _MALFORMED, _AUDIENCE_MISMATCH, _ACTOR_MISMATCH, KEY_RETRIEVAL_FAILED. May
  /// block for a fetch of keys.
  ActingTask verify(std::string_view token, const Claims& caller) const;

 private:
  struct Issuer;

  const ProvenanceConfig config_;
  const Clock clock_;
  std::vector<std::unique_ptr<Issuer>> issuers_;
};

}  // namespace service
