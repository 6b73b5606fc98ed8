#include "jose/algorithm.h"

#include <array>

#include "jose/jose.h"

namespace jose {
namespace {

using Scheme = Algorithm::Scheme;

constexpr std::array<Algorithm, 12> kAlgorithms{{
    {"RS256", Scheme::kRsaPkcs1, 256},
    {"RS384", Scheme::kRsaPkcs1, 384},
    {"RS512", Scheme::kRsaPkcs1, 512},
    {"PS256", Scheme::kRsaPss, 256},
    {"PS384", Scheme::kRsaPss, 384},
    {"PS512", Scheme::kRsaPss, 512},
    {"ES256", Scheme::kEcdsa, 256},
    {"ES384", Scheme::kEcdsa, 384},
    {"ES512", Scheme::kEcdsa, 512},
    {"Ed25519", Scheme::kEdwards, 0},
    {"Ed448", Scheme::kEdwards, 0},
    {"EdDSA", Scheme::kEdwards, 0},
}};

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

const EVP_MD* Algorithm::md() const {
  // Fetching by name on every call costs more than hashing a token.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA384", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  switch (digest_bits) {
    case 256:
      return sha256;
    case 384:
      return sha384;
    case 512:
      return sha512;
    default:
      return nullptr;
  }
}

bool Algorithm::fits(KeyType type) const {
  switch (type) {
    case KeyType::kRsa:
      return scheme == Scheme::kRsaPkcs1 || scheme == Scheme::kRsaPss;
    case KeyType::kP256:
      return name == "ES256";
    case KeyType::kP384:
      return name == "ES384";
    case KeyType::kP521:
      return name == "ES512";
    case KeyType::kEd25519:
      return name == "Ed25519" || name == "EdDSA";
    case KeyType::kEd448:
      return name == "Ed448" || name == "EdDSA";
  }
  return false;
}

std::size_t coordinate_size(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return 32;
    case KeyType::kP384:
      return 48;
    case KeyType::kP521:
      return 66;
    default:
      return 0;
  }
}

const std::vector<std::string>& default_algorithms() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Algorithm& algorithm : kAlgorithms) all.emplace_back(algorithm.name);
    return all;
  }();
  return names;
}

}  // namespace jose
