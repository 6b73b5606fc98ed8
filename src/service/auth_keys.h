// Where an issuer's keys come from, and which of its tokens are revoked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "jose/key_set.h"
#include "service/auth_claims.h"
#include "service/authentikate_config.h"

namespace service {

/// Microseconds UTC.
using Clock = std::function<std::int64_t()>;

/// The body of a successful GET; throws otherwise. Blocks at most for the timeout.
using Fetch = std::function<std::string(const std::string& url, std::chrono::milliseconds timeout)>;

/// The keys of one issuer. An unknown `kid` loads them again, at most once an
/// interval, so that a rotation needs no restart and nonsense costs no fetches.
/// Thread-safe; one thread loads, the others wait for it only if they miss a key.
class IssuerKeys {
 public:
  IssuerKeys(const IssuerConfig& config, const Fetch& fetch, Clock clock);

  /// nullopt: the issuer has no such key. Throws KEY_RETRIEVAL_FAILED if it
  /// cannot be known because the last load failed.
  std::optional<jose::Key> find(std::string_view kid);

 private:
  std::optional<jose::Key> known(std::string_view kid);
  void load();

  const std::string iss_;
  const Clock clock_;
  std::function<jose::KeySet()> source_;  ///< empty: the keys never change
  std::int64_t interval_ = 0;             ///< microseconds

  std::mutex loading_;  ///< held while loading; taken before `state_`
  std::mutex state_;
  jose::KeySet keys_;
  std::optional<std::int64_t> last_load_;
  bool failed_ = false;
};

/// The tokens that one issuer takes back, by `jti`. Fails open: while the list
/// is away, the last one that was read counts. Thread-safe.
class RevocationList {
 public:
  RevocationList(const IssuerConfig& config, Fetch fetch, Clock clock);
  bool exists() const { return !uri_.empty(); }
  bool contains(const std::string& jti);

 private:
  void load();

  const std::string uri_;
  const std::int64_t interval_;  ///< microseconds
  const std::chrono::milliseconds timeout_;
  const Fetch fetch_;
  const Clock clock_;

  std::mutex loading_;  ///< taken before `state_`
  std::mutex state_;
  std::unordered_set<std::string> revoked_;
  std::optional<std::int64_t> last_load_;
};

}  // namespace service
