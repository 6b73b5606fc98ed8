// Tokens and verifiers for tests: one issuer with an Ed25519 key, a clock that stands still.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/json.h"
#include "jose/contract_vectors.h"
#include "jose/jose.h"
#include "jose/key_set.h"
#include "service/authentikate_config.h"

namespace service_testing {

constexpr std::int64_t kNow = 1'700'000'100'000'000;  ///< microseconds UTC
constexpr std::int64_t kSecond = 1'000'000;

inline const jose::Key& issuer_key() {
  static const jose::Key key = jose::Key::from_ed25519_seed(jose_testing::contract_seed(), "e1");
  return key;
}

/// The contract's claims; `exp` is far in the future.
inline base::Json claims() { return base::Json::parse(jose_testing::kPayload); }

inline base::Json claims_with(std::string_view claim, base::Json value) {
  base::Json all = claims();
  all.set(claim, std::move(value));
  return all;
}

inline base::Json claims_without(std::string_view claim) {
  base::Json all = claims();
  all.erase(claim);
  return all;
}

inline std::string token(const base::Json& payload, const jose::Key& key = issuer_key()) {
  return jose::sign_compact(key, "Ed25519", base::Json(), payload);
}

inline service::AuthentikateConfig config() {
  service::AuthentikateConfig config;
  config.audience = "mikro";
  config.issuers.push_back({.iss = "http://lab/lok", .keys = jose::KeySet({issuer_key()})});
  return config;
}

/// The reason (else the code) of the error an action throws.
std::string reason_of(const auto& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.reason().empty() ? error.code() : error.reason();
  }
  return "accepted";
}

}  // namespace service_testing
