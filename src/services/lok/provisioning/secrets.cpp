#include "services/lok/provisioning/secrets.h"

#include <functional>

#include "base/error.h"
#include "base/random.h"

namespace lok {
namespace {

constexpr const char* kSigningKey = "signing_key";
constexpr const char* kDeviceSecret = "device_secret";

std::string stored(sql::Database& database, const std::string& name) {
  std::string value;
  database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    const sql::Rows rows = reader.query("select value from setting where name = $1", {name});
    if (!rows.empty()) value = rows.text(0, 0);
  });
  return value;
}

std::string stored_or_made(sql::Database& database, const std::string& name,
                           const std::function<std::string()>& make) {
  if (std::string value = stored(database, name); !value.empty()) return value;
  const std::string made = make();
  database.write([&](sql::Writer& writer) {
    writer.execute("insert into setting (name, value) values ($1, $2) on conflict (name) do nothing",
                   {name, made});
  });
  return stored(database, name);
}

jose::Key signing_key(sql::Database& database, const Configuration& configuration) {
  const std::string& kid = configuration.key_id;
  if (configuration.private_key) {
    jose::Key key = jose::Key::from_pem(*configuration.private_key, kid);
    if (!key.is_private() || key.public_jwk("RS256")["kty"] != base::Json("RSA")) {
      throw base::Error(base::code::kValidation,
                        std::string("'private_key' must be a private RSA key in PEM."));
    }
    return key;
  }
  const std::string pem =
      stored_or_made(database, kSigningKey, [&] { return jose::Key::generate_rsa2048(kid).private_pem(); });
  return jose::Key::from_pem(pem, kid);
}

// Services that were told the public key would refuse every token of another.
void check_public_key(const Configuration& configuration, const jose::Key& signing_key) {
  if (!configuration.public_key) return;
  const jose::Key told = jose::Key::from_pem(*configuration.public_key, configuration.key_id);
  if (told.public_pem() == signing_key.public_pem()) return;
  throw base::Error(
      base::code::kValidation,
      std::string("'lok.public_key' does not belong to 'private_key'. Give both of one pair, or "
                  "leave 'lok.public_key' out."));
}

}  // namespace

Secrets load_secrets(sql::Database& database, const Configuration& configuration) {
  std::string device_secret = configuration.secret;
  if (device_secret.empty()) {
    device_secret = stored_or_made(database, kDeviceSecret, [] { return base::random_token(); });
  }
  Secrets secrets{signing_key(database, configuration), std::move(device_secret)};
  check_public_key(configuration, secrets.signing_key);
  return secrets;
}

}  // namespace lok
