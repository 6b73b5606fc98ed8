#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>

#include "base/error.h"
#include "jose/key_core.h"

namespace jose {
namespace {

constexpr int kMinimumRsaBits = 2048;
constexpr int kMaximumRsaBits = 8192;  // larger ones only cost the verifier time

[[noreturn]] void refuse(std::string message) {
  throw base::Error(base::code::kValidation, std::move(message));
}

void check_kid(std::string_view kid) {
  if (kid.empty()) refuse("A key needs a non-empty `kid`.");
}

Number number_parameter(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return Number(number);
}

std::string number_bytes(const BIGNUM* number, std::size_t size) {
  std::string bytes(size, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  return bytes;
}

KeyType curve_type(const EVP_PKEY* key) {
  std::array<char, 64> group{};
  EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
  const std::string_view name = group.data();
  if (name == "prime256v1" || name == "P-256") return KeyType::kP256;
  if (name == "secp384r1" || name == "P-384") return KeyType::kP384;
  if (name == "secp521r1" || name == "P-521") return KeyType::kP521;
  refuse("Only the curves P-256, P-384 and P-521 are supported.");
}

void check_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinimumRsaBits || bits > kMaximumRsaBits) {
    refuse(
        fmt::format("An RSA key must have {} to {} bits, not {}.", kMinimumRsaBits, kMaximumRsaBits, bits));
  }
  const Number exponent = number_parameter(key, OSSL_PKEY_PARAM_RSA_E);
  if (!exponent || !BN_is_odd(exponent.get()) || BN_is_one(exponent.get()) ||
      BN_num_bits(exponent.get()) > 64) {
    refuse("The RSA key's public exponent is not usable.");
  }
}

KeyType checked_type(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") != 0) {
    check_rsa(key);
    return KeyType::kRsa;
  }
  if (EVP_PKEY_is_a(key, "ED25519") != 0) return KeyType::kEd25519;
  if (EVP_PKEY_is_a(key, "ED448") != 0) return KeyType::kEd448;
  if (EVP_PKEY_is_a(key, "EC") == 0) refuse("Only RSA, EC, Ed25519 and Ed448 keys are supported.");
  const KeyType type = curve_type(key);
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_public_check(context.get()) != 1)
    refuse("The EC key's point is not on its curve.");
  return type;
}

std::shared_ptr<const Key::Core> make_core(KeyPointer key, bool is_private, std::string only_algorithm = {}) {
  const KeyType type = checked_type(key.get());
  return std::make_shared<const Key::Core>(
      Key::Core{std::move(key), type, is_private, std::move(only_algorithm)});
}

const std::string& text_member(const base::Json& jwk, std::string_view name) {
  const base::Json& member = jwk[name];
  if (!member.is_string() || member.as_string().empty()) {
    refuse(fmt::format("The JWK's member `{}` is missing or no text.", name));
  }
  return member.as_string();
}

KeyPointer from_parameters(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    refuse("The JWK's numbers are not a key of its type.");
  }
  return KeyPointer(key);
}

KeyPointer rsa_from_jwk(const base::Json& jwk) {
  const std::string n = base64url_decode(text_member(jwk, "n"));
  const std::string e = base64url_decode(text_member(jwk, "e"));
  if (n.size() > kMaximumRsaBits / 8 + 1 || e.size() > 9) refuse("The RSA key is too large.");
  const Number modulus(BN_bin2bn(bytes_of(n), static_cast<int>(n.size()), nullptr));
  const Number exponent(BN_bin2bn(bytes_of(e), static_cast<int>(e.size()), nullptr));
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return from_parameters("RSA", builder.get());
}

KeyPointer ec_from_jwk(const base::Json& jwk) {
  const std::string& curve = text_member(jwk, "crv");
  const KeyType type = curve == "P-256"   ? KeyType::kP256
                       : curve == "P-384" ? KeyType::kP384
                       : curve == "P-521" ? KeyType::kP521
                                          : KeyType::kRsa;
  const std::size_t size = coordinate_size(type);
  if (size == 0) refuse("Only the curves P-256, P-384 and P-521 are supported.");
  const std::string x = base64url_decode(text_member(jwk, "x"));
  const std::string y = base64url_decode(text_member(jwk, "y"));
  if (x.size() != size || y.size() != size) refuse("The EC key's coordinates have the wrong length.");
  const std::string point = '\x04' + x + y;
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return from_parameters("EC", builder.get());
}

KeyPointer edwards_from_jwk(const base::Json& jwk) {
  const std::string& curve = text_member(jwk, "crv");
  if (curve != "Ed25519" && curve != "Ed448") refuse("Only the curves Ed25519 and Ed448 can sign.");
  const std::string x = base64url_decode(text_member(jwk, "x"));
  KeyPointer key(EVP_PKEY_new_raw_public_key_ex(nullptr, curve.c_str(), nullptr, bytes_of(x), x.size()));
  if (!key) refuse(fmt::format("The {} key has the wrong length.", curve));
  return key;
}

/// A key that its owner reserved for something else must not verify tokens.
void check_purpose(const base::Json& jwk) {
  if (const base::Json* use = jwk.find("use"); use && *use != base::Json("sig")) {
    refuse("The JWK is not for signatures (`use`).");
  }
  const base::Json* operations = jwk.find("key_ops");
  if (operations == nullptr) return;
  for (const base::Json& operation : operations->items()) {
    if (operation == base::Json("verify")) return;
  }
  refuse("The JWK is not for signatures (`key_ops`).");
}

std::string algorithm_of(const base::Json& jwk) {
  const base::Json* algorithm = jwk.find("alg");
  return algorithm && !algorithm->is_null() ? algorithm->as_string() : std::string();
}

/// Encrypted PEM is refused; without this OpenSSL would ask on the terminal.
int no_password(char*, int, int, void*) { return -1; }

std::string pem_text(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

KeyPointer generated(EVP_PKEY* key) {
  if (key == nullptr) throw base::Error(base::code::kInternal, "Generating a key failed.");
  return KeyPointer(key);
}

}  // namespace

void throw_empty_key() { throw base::Error(base::code::kInternal, "A key was used before it was set."); }

bool Key::Core::accepts(const Algorithm& algorithm) const {
  if (!algorithm.fits(type)) return false;
  if (only_algorithm.empty() || only_algorithm == algorithm.name) return true;
  // Ed25519 and Ed448 are the newer names of what `EdDSA` means for the key.
  return algorithm.scheme == Algorithm::Scheme::kEdwards;
}

Key Key::from_pem(std::string_view pem, std::string kid) {
  const ErrorQueueGuard guard;
  check_kid(kid);
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const bool is_private = pem.find("PRIVATE KEY-----") != std::string_view::npos;
  KeyPointer pointer(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr)
                                : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
  if (!pointer) refuse("Not a PEM key (unencrypted PKCS#8 private, or SPKI public).");
  Key key;
  key.core_ = make_core(std::move(pointer), is_private);
  key.kid_ = std::move(kid);
  return key;
}

Key Key::from_jwk(const base::Json& jwk) {
  const ErrorQueueGuard guard;
  const std::string& kid = text_member(jwk, "kid");
  const std::string& type = text_member(jwk, "kty");
  check_purpose(jwk);
  KeyPointer pointer = type == "RSA"   ? rsa_from_jwk(jwk)
                       : type == "EC"  ? ec_from_jwk(jwk)
                       : type == "OKP" ? edwards_from_jwk(jwk)
                                       : nullptr;
  if (!pointer) refuse(fmt::format("A JWK of type `{}` cannot verify signatures.", type));
  Key key;
  key.core_ = make_core(std::move(pointer), false, algorithm_of(jwk));
  key.kid_ = kid;
  const std::string& only = key.core_->only_algorithm;
  const Algorithm* algorithm = find_algorithm(only);
  if (!only.empty() && (algorithm == nullptr || !algorithm->fits(key.core_->type))) {
    refuse(fmt::format("The JWK's algorithm `{}` does not fit its key.", only));
  }
  return key;
}

Key Key::from_ed25519_seed(std::string_view seed32, std::string kid) {
  const ErrorQueueGuard guard;
  check_kid(kid);
  if (seed32.size() != 32) refuse("An Ed25519 seed has 32 bytes.");
  KeyPointer pointer(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, bytes_of(seed32), seed32.size()));
  Key key;
  key.core_ = make_core(generated(pointer.release()), true);
  key.kid_ = std::move(kid);
  return key;
}

Key Key::generate_rsa2048(std::string kid) {
  const ErrorQueueGuard guard;
  check_kid(kid);
  Key key;
  key.core_ = make_core(generated(EVP_RSA_gen(2048U)), true);
  key.kid_ = std::move(kid);
  return key;
}

Key Key::generate_ed25519(std::string kid) {
  const ErrorQueueGuard guard;
  check_kid(kid);
  Key key;
  key.core_ = make_core(generated(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), true);
  key.kid_ = std::move(kid);
  return key;
}

bool Key::is_private() const { return core_ && core_->is_private; }

std::string Key::private_pem() const {
  if (!is_private()) throw base::Error(base::code::kInternal, "A public key has no private part to export.");
  const ErrorQueueGuard guard;
  const Bio bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), core_->pointer.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return pem_text(bio);
}

std::string Key::public_pem() const {
  if (!core_) throw_empty_key();
  const ErrorQueueGuard guard;
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), core_->pointer.get());
  return pem_text(bio);
}

std::string Key::raw_public() const {
  if (!core_) throw_empty_key();
  const ErrorQueueGuard guard;
  std::size_t size = 0;
  if (EVP_PKEY_get_raw_public_key(core_->pointer.get(), nullptr, &size) != 1) {
    throw base::Error(base::code::kInternal, "Only Ed25519 and Ed448 keys have raw bytes.");
  }
  std::string raw(size, '\0');
  EVP_PKEY_get_raw_public_key(core_->pointer.get(), reinterpret_cast<unsigned char*>(raw.data()), &size);
  return raw;
}

base::Json Key::public_jwk(std::string_view alg) const {
  if (!core_) throw_empty_key();
  const ErrorQueueGuard guard;
  const Algorithm* algorithm = find_algorithm(alg);
  if (algorithm == nullptr || !core_->accepts(*algorithm)) {
    throw base::Error(base::code::kInternal, "Algorithm {} does not fit the key.", alg);
  }
  const auto encoded = [this](const char* name, std::size_t size) {
    const Number number = number_parameter(core_->pointer.get(), name);
    return base64url_encode(
        number_bytes(number.get(), size != 0 ? size : static_cast<std::size_t>(BN_num_bytes(number.get()))));
  };
  base::Json jwk = base::Json::object();
  switch (core_->type) {
    case KeyType::kRsa:
      jwk.set("kty", "RSA");
      jwk.set("n", encoded(OSSL_PKEY_PARAM_RSA_N, 0));
      jwk.set("e", encoded(OSSL_PKEY_PARAM_RSA_E, 0));
      break;
    case KeyType::kEd25519:
    case KeyType::kEd448:
      jwk.set("kty", "OKP");
      jwk.set("crv", core_->type == KeyType::kEd25519 ? "Ed25519" : "Ed448");
      jwk.set("x", base64url_encode(raw_public()));
      break;
    case KeyType::kP256:
    case KeyType::kP384:
    case KeyType::kP521: {
      const std::size_t size = coordinate_size(core_->type);
      jwk.set("kty", "EC");
      jwk.set("crv", size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521");
      jwk.set("x", encoded(OSSL_PKEY_PARAM_EC_PUB_X, size));
      jwk.set("y", encoded(OSSL_PKEY_PARAM_EC_PUB_Y, size));
      break;
    }
  }
  jwk.set("kid", kid_);
  jwk.set("use", "sig");
  jwk.set("alg", alg);
  return jwk;
}

}  // namespace jose
