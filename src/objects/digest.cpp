#include "objects/digest.h"

#include <openssl/evp.h>

#include <array>

#include "base/error.h"

namespace objects {
namespace {

// Fetched once: a look-up by name costs more than a small object's digest.
const EVP_MD* algorithm(Digest::Kind kind) {
  static const std::array<EVP_MD*, 3> kAll{EVP_MD_fetch(nullptr, "MD5", nullptr),
                                           EVP_MD_fetch(nullptr, "SHA1", nullptr),
                                           EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  return kAll[static_cast<std::size_t>(kind)];
}

void check(int result) {
  if (result != 1) throw base::Error(base::code::kInternal, "The cryptographic library gave no digest.");
}

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new()) {
  check(EVP_DigestInit_ex(context_.get(), algorithm(kind), nullptr));
}

void Digest::update(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(context_.get(), out.data(), &size));
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string Digest::of(Kind kind, std::string_view bytes) {
  Digest digest(kind);
  digest.update(bytes);
  return digest.finish();
}

}  // namespace objects
