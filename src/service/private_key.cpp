#include "service/private_key.h"

#include "base/error.h"

namespace service {

std::optional<jose::Key> ed25519_from_pem(const std::string& pem, const std::string& kid) {
  try {
    jose::Key key = jose::Key::from_pem(pem, kid);
    if (key.is_private() && key.public_jwk("Ed25519")["crv"] == base::Json("Ed25519")) return key;
  } catch (const base::Error&) {
    // What it says may quote the secret.
  }
  return std::nullopt;
}

std::optional<jose::Key> read_ed25519_key(const base::Config& config, std::string_view path,
                                          const std::string& kid) {
  const std::optional<std::string> pem = config.secret(path);
  if (!pem) return std::nullopt;
  if (auto key = ed25519_from_pem(*pem, kid)) return key;
  config.fail(path, "must be a private Ed25519 key in PEM (`openssl genpkey -algorithm ed25519`)");
}

std::optional<jose::Key> read_instance_key(const base::Config& config) {
  return read_ed25519_key(config, "instance.private_key", "instance");
}

}  // namespace service
