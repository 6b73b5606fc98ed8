#include "services/lok/people/password.h"

#include <fmt/format.h>
#include <sodium.h>

#include "base/error.h"

namespace lok {

std::string hash_password(std::string_view password) {
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (sodium_init() < 0 ||
      crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw base::Error(base::code::kUnavailable,
                      std::string("There is not enough memory to hash a password."));
  }
  hash.resize(hash.find('\0'));
  return hash;
}

bool password_matches(std::string_view password, const std::string& hash) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

const std::string& decoy_hash() {
  static const std::string hash =
      "$argon2id$v=19$m=65536,t=2,p=1$3ATQOgJNdpph02XjSxapyg$JrSEPQEbWmYS5duxL+awCcupN7TO/ZaUW7Rsk/GIW1c";
  return hash;
}

std::string keyed_hash(std::string_view key, std::string_view message) {
  crypto_auth_hmacsha256_state state;
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(message.data()),
                                message.size());
  crypto_auth_hmacsha256_final(&state, mac);
  std::string hex;
  for (const unsigned char byte : mac) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::string hash_device(std::string_view secret, std::string_view organization_salt,
                        std::string_view raw_id) {
  return keyed_hash(fmt::format("{}:{}", secret, organization_salt), raw_id);
}

}  // namespace lok
