// Which signature algorithm goes with which key: the one table. Internal to this folder.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <string_view>

namespace jose {

enum class KeyType { kRsa, kP256, kP384, kP521, kEd25519, kEd448 };

struct Algorithm {
  enum class Scheme { kRsaPkcs1, kRsaPss, kEcdsa, kEdwards };
  std::string_view name;
  Scheme scheme;
  int digest_bits;  ///< SHA-2; 0: the scheme hashes by itself

  /// The digest, fetched once a process; null for Edwards curves.
  const EVP_MD* md() const;
  bool fits(KeyType type) const;
};

/// Null for anything that is not an asymmetric signature algorithm we know,
/// `none` and HS* included.
const Algorithm* find_algorithm(std::string_view name);

/// Bytes of one coordinate (or of r and s) of an EC key; 0 for other keys.
std::size_t coordinate_size(KeyType type);

}  // namespace jose
