#include "jose/key_set.h"

#include <algorithm>

#include "base/error.h"

namespace jose {
namespace {

bool is_for_signatures(const base::Json& jwk) {
  const base::Json* use = jwk.find("use");
  if (use != nullptr && *use != base::Json("sig")) return false;
  const base::Json& type = jwk["kty"];
  if (type == base::Json("OKP"))
    return jwk["crv"] == base::Json("Ed25519") || jwk["crv"] == base::Json("Ed448");
  return type == base::Json("RSA") || type == base::Json("EC");
}

}  // namespace

KeySet::KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {
  for (auto key = keys_.begin(); key != keys_.end(); ++key) {
    const auto same = [&](const Key& other) { return other.kid() == key->kid(); };
    if (std::any_of(keys_.begin(), key, same)) {
      throw base::Error(base::code::kValidation, "Two keys of one issuer are called `{}`.", key->kid());
    }
  }
}

KeySet KeySet::from_json(const base::Json& document) {
  std::vector<Key> keys;
  for (const base::Json& jwk : document["keys"].items()) {
    if (!jwk["kid"].is_string())
      throw base::Error(base::code::kValidation, "A key of the JWKS has no `kid`.");
    if (is_for_signatures(jwk)) keys.push_back(Key::from_jwk(jwk));
  }
  return KeySet(std::move(keys));
}

const Key* KeySet::find(std::string_view kid) const {
  for (const Key& key : keys_) {
    if (key.kid() == kid) return &key;
  }
  return nullptr;
}

}  // namespace jose
