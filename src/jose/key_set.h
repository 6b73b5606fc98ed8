// A JSON Web Key Set: the keys one issuer publishes.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "jose/jose.h"

namespace jose {

/// The keys of one issuer, found by `kid`. Never merged with another issuer's.
/// Immutable, thread-safe.
class KeySet {
 public:
  KeySet() = default;
  /// Throws Error(kValidation) on a `kid` that appears twice.
  explicit KeySet(std::vector<Key> keys);
  /// `{"keys": [...]}`. Keys that cannot verify signatures (encryption keys,
  /// unknown types) are left out, as RFC 7517 asks. Throws Error(kValidation)
  /// on anything else that is wrong: a key without `kid` or one that is broken.
  static KeySet from_json(const base::Json& document);

  /// Null if there is none of that name.
  const Key* find(std::string_view kid) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Key> keys_;
};

}  // namespace jose
