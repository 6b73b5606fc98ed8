#include <sodium.h>

#include "base/error.h"
#include "jose/jose.h"
#include "jose/openssl.h"

namespace jose {
namespace {

constexpr int kUrl = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr int kStandard = sodium_base64_VARIANT_ORIGINAL;

std::string encode(std::string_view bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(), variant);
  out.pop_back();  // the terminating zero
  return out;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrl); }

std::string base64_encode(std::string_view bytes) { return encode(bytes, kStandard); }

std::string base64url_decode(std::string_view text) {
  std::string out(text.size() / 4 * 3 + 3, '\0');
  std::size_t length = 0;
  auto* target = reinterpret_cast<unsigned char*>(out.data());
  if (sodium_base642bin(target, out.size(), text.data(), text.size(), nullptr, &length, nullptr, kUrl) != 0) {
    throw base::Error(base::code::kValidation, "Not base64url without padding.");
  }
  out.resize(length);
  return out;
}

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(32, '\0');
  auto* target = reinterpret_cast<unsigned char*>(digest.data());
  if (EVP_Digest(bytes.data(), bytes.size(), target, nullptr, md, nullptr) != 1) {
    throw base::Error(base::code::kInternal, "SHA-256 failed.");
  }
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  const std::string digest = sha256(bytes);
  std::string hex(2 * digest.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes_of(digest), digest.size());
  hex.pop_back();
  return hex;
}

std::string thumbprint(const base::Json& jwk) {
  base::Json members = base::Json::object();
  for (const std::string_view name : {"crv", "e", "kty", "n", "x", "y"}) {
    if (const base::Json* member = jwk.find(name)) members.set(name, *member);
  }
  return base64url_encode(sha256(members.dump()));
}

}  // namespace jose
