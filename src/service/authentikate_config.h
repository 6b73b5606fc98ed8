// The `authentikate` block of a service's configuration: whose tokens it takes.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/config.h"
#include "base/json.h"
#include "jose/key_set.h"

namespace service {

/// An issuer's keys are fetched from a URL when first needed.
struct KeyUri {
  std::string uri;
  std::chrono::seconds min_refresh_interval{10};  ///< between two fetches
  std::chrono::milliseconds request_timeout{5000};
};

/// The issuer runs in this process and gives its current keys when asked.
/// Called from any thread for every unknown `kid`, so it answers from memory.
using KeyFunction = std::function<jose::KeySet()>;

struct IssuerConfig {
  std::string iss;  ///< compared byte for byte with the claim
  std::variant<jose::KeySet, KeyUri, KeyFunction> keys;
  std::string revocation_uri = "";  ///< empty: tokens of this issuer are not revoked
  std::chrono::seconds revocation_refresh_interval{60};
  std::chrono::milliseconds revocation_request_timeout{5000};
};

/// Whose word counts for the task that a caller acts in.
struct ProvenanceConfig {
  std::string audience;  ///< must be in the token's `aud`; `*` takes any
  std::vector<std::string> algorithms{"Ed25519"};
  std::vector<IssuerConfig> issuers;
  std::vector<std::string> headers{"Rekuest-Task", "X-Rekuest-Task", "Provenance-Token",
                                   "X-Provenance-Token"};
};

struct AuthentikateConfig {
  std::string audience;            ///< must be in the token's `aud`; `*` takes any
  std::optional<std::string> hub;  ///< must equal the token's `hub`
  std::vector<std::string> algorithms = jose::default_algorithms();
  std::optional<std::vector<std::string>> allowed_organizations;
  /// What guests' tokens meet. Nothing here filters by collaboration yet, so
  /// each of the three refuses them.
  enum class ScopedTokens { kAuto, kReject, kSelf };
  ScopedTokens scoped_tokens = ScopedTokens::kAuto;
  std::vector<std::string> authorization_headers{"Authorization", "X-Authorization"};
  /// Bearer strings that are taken without a signature, with their claims. For
  /// tests: refused unless `allow_static_tokens`.
  std::map<std::string, base::Json, std::less<>> static_tokens;
  bool allow_static_tokens = false;
  std::vector<IssuerConfig> issuers;
  std::optional<ProvenanceConfig> provenance;  ///< none: nobody's word counts, and none is asked

  /// Reads the `authentikate` block and declares all its keys. `debug` allows
  /// static tokens. Throws Error(kValidation) naming file and line, also for
  /// keys that cannot be read; files are read here, URLs later.
  static AuthentikateConfig from_config(const base::Config& block, bool debug);

  /// Throws Error(kValidation) naming the key that cannot work: blank audience,
  /// no or unusable algorithms, an issuer named twice, static tokens that are
  /// not allowed.
  void check() const;
};

}  // namespace service
