// JSON Web Keys and Tokens (RFC 7515, 7517, 7518, 8037) on OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace jose {

std::string base64url_encode(std::string_view bytes);  ///< no padding
/// Throws Error(kValidation) on anything but the canonical unpadded form.
std::string base64url_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);  ///< standard alphabet, padded
std::string sha256_hex(std::string_view bytes);
std::string sha256(std::string_view bytes);
/// RFC 7638: the same for the same public key everywhere, so it can be its `kid`.
std::string thumbprint(const base::Json& jwk);

/// A signature key, public or private: RSA, EC P-256/384/521, Ed25519, Ed448.
/// Immutable, cheap to copy, thread-safe.
class Key {
 public:
  /// PEM: PKCS#8 private or SPKI public. Throws Error(kValidation).
  static Key from_pem(std::string_view pem, std::string kid);
  static Key from_jwk(const base::Json& jwk);
  static Key from_ed25519_seed(std::string_view seed32, std::string kid);
  static Key generate_rsa2048(std::string kid);
  static Key generate_ed25519(std::string kid);

  const std::string& kid() const { return kid_; }
  bool is_private() const;
  std::string private_pem() const;  ///< PKCS#8
  std::string public_pem() const;   ///< SPKI
  /// Public members only: kty, n/e or crv/x(/y), kid, use=sig, alg.
  base::Json public_jwk(std::string_view alg) const;
  /// The 32 raw bytes of an Ed25519 public key.
  std::string raw_public() const;

  /// JWS signature bytes; `alg` must fit the key.
  std::string sign(std::string_view alg, std::string_view message) const;
  bool verify(std::string_view alg, std::string_view message, std::string_view signature) const;

  struct Core;

 private:
  std::shared_ptr<const Core> core_;
  std::string kid_;
};

/// A compact JWS taken apart; nothing is verified yet.
struct Jws {
  base::Json header;
  base::Json payload;
  std::string signing_input;
  std::string signature;
  /// Throws Error(kUnauthenticated, reason TOKEN_MALFORMED). At most 16 KiB.
  static Jws parse(std::string_view token);
};

/// `{"alg":alg,"typ":typ,"kid":kid}` in that order unless `header` is given.
std::string sign_compact(const Key& key, std::string_view alg, const base::Json& header,
                         const base::Json& payload);

/// Algorithms a verifier accepts by default: asymmetric ones only.
const std::vector<std::string>& default_algorithms();

}  // namespace jose
