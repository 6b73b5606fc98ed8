#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include "base/error.h"
#include "jose/key_core.h"

namespace jose {
namespace {

bool set_padding(const Algorithm& algorithm, EVP_PKEY_CTX* context) {
  if (algorithm.scheme != Algorithm::Scheme::kRsaPss) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/// r and s at fixed length, as JOSE writes them, from OpenSSL's DER. Empty on
/// failure.
std::string raw_from_der(std::string_view der, std::size_t size) {
  const unsigned char* at = bytes_of(der);
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature) return {};
  std::string raw(2 * size, '\0');
  auto* target = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), target, static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), target + size, static_cast<int>(size));
  return raw;
}

std::string der_from_raw(std::string_view raw, std::size_t size) {
  if (raw.size() != 2 * size) return {};
  const EcdsaSignature signature(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes_of(raw), static_cast<int>(size), nullptr));
  Number s(BN_bin2bn(bytes_of(raw) + size, static_cast<int>(size), nullptr));
  if (!signature || !r || !s) return {};
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  unsigned char* encoded = nullptr;
  const int length = i2d_ECDSA_SIG(signature.get(), &encoded);
  if (length <= 0) return {};
  std::string der(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length));
  OPENSSL_free(encoded);
  return der;
}

}  // namespace

std::string Key::sign(std::string_view alg, std::string_view message) const {
  if (!is_private()) throw base::Error(base::code::kInternal, "Signing needs a private key.");
  const Algorithm* algorithm = find_algorithm(alg);
  if (algorithm == nullptr || !core_->accepts(*algorithm)) {
    throw base::Error(base::code::kInternal, "Algorithm {} does not fit the signing key.", alg);
  }
  const ErrorQueueGuard guard;
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;  // owned by `context`
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(core_->pointer.get()));
  std::string signature(size, '\0');
  auto* target = reinterpret_cast<unsigned char*>(signature.data());
  if (!context ||
      EVP_DigestSignInit(context.get(), &parameters, algorithm->md(), nullptr, core_->pointer.get()) != 1 ||
      !set_padding(*algorithm, parameters) ||
      EVP_DigestSign(context.get(), target, &size, bytes_of(message), message.size()) != 1) {
    throw base::Error(base::code::kInternal, "Signing failed.");
  }
  signature.resize(size);
  if (algorithm->scheme != Algorithm::Scheme::kEcdsa) return signature;
  return raw_from_der(signature, coordinate_size(core_->type));
}

bool Key::verify(std::string_view alg, std::string_view message, std::string_view signature) const {
  if (!core_) throw_empty_key();
  const Algorithm* algorithm = find_algorithm(alg);
  if (algorithm == nullptr || !core_->accepts(*algorithm)) return false;
  const ErrorQueueGuard guard;
  std::string der;
  if (algorithm->scheme == Algorithm::Scheme::kEcdsa) {
    der = der_from_raw(signature, coordinate_size(core_->type));
    if (der.empty()) return false;
    signature = der;
  }
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;  // owned by `context`
  return context &&
         EVP_DigestVerifyInit(context.get(), &parameters, algorithm->md(), nullptr, core_->pointer.get()) ==
             1 &&
         set_padding(*algorithm, parameters) &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

}  // namespace jose
