// Verifying and signing tokens, each beside the bare OpenSSL call that limits it.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "jose/contract_vectors.h"
#include "jose/jose.h"

namespace {

using KeyPointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const jose::Key& rsa_key() {
  static const jose::Key key = jose::Key::generate_rsa2048("r");
  return key;
}

const jose::Key& ed25519_key() {
  static const jose::Key key = jose::Key::generate_ed25519("e");
  return key;
}

const jose::Key& key_for(bool rsa) { return rsa ? rsa_key() : ed25519_key(); }
const char* algorithm_for(bool rsa) { return rsa ? "RS256" : "Ed25519"; }

std::string token_for(bool rsa) {
  return jose::sign_compact(key_for(rsa), algorithm_for(rsa), {}, base::Json::parse(jose_testing::kPayload));
}

KeyPointer bare_key(bool rsa) {
  const std::string pem = key_for(rsa).private_pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  KeyPointer key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr), &EVP_PKEY_free);
  BIO_free(bio);
  return key;
}

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void verify_token(benchmark::State& state, bool rsa) {
  const std::string token = token_for(rsa);
  for (auto _ : state) {
    const jose::Jws jws = jose::Jws::parse(token);
    if (!key_for(rsa).verify(algorithm_for(rsa), jws.signing_input, jws.signature))
      state.SkipWithError("refused");
  }
}

void verify_bare(benchmark::State& state, bool rsa) {
  const jose::Jws jws = jose::Jws::parse(token_for(rsa));
  const KeyPointer key = bare_key(rsa);
  const EVP_MD* md = rsa ? EVP_sha256() : nullptr;
  for (auto _ : state) {
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, key.get());
    if (EVP_DigestVerify(context.get(), bytes(jws.signature), jws.signature.size(), bytes(jws.signing_input),
                         jws.signing_input.size()) != 1) {
      state.SkipWithError("refused");
    }
  }
}

void sign_token(benchmark::State& state, bool rsa) {
  const base::Json payload = base::Json::parse(jose_testing::kPayload);
  for (auto _ : state) {
    benchmark::DoNotOptimize(jose::sign_compact(key_for(rsa), algorithm_for(rsa), {}, payload));
  }
}

void sign_bare(benchmark::State& state, bool rsa) {
  const std::string message = jose::Jws::parse(token_for(rsa)).signing_input;
  const KeyPointer key = bare_key(rsa);
  const EVP_MD* md = rsa ? EVP_sha256() : nullptr;
  unsigned char signature[256];
  for (auto _ : state) {
    const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = sizeof(signature);
    EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key.get());
    EVP_DigestSign(context.get(), signature, &size, bytes(message), message.size());
    benchmark::DoNotOptimize(signature);
  }
}

void hash_token(benchmark::State& state) {
  const std::string token = token_for(true);
  for (auto _ : state) benchmark::DoNotOptimize(jose::sha256(token));
}

BENCHMARK_CAPTURE(verify_token, rs256, true);
BENCHMARK_CAPTURE(verify_bare, rs256, true);
BENCHMARK_CAPTURE(verify_token, ed25519, false);
BENCHMARK_CAPTURE(verify_bare, ed25519, false);
BENCHMARK_CAPTURE(sign_token, rs256, true);
BENCHMARK_CAPTURE(sign_bare, rs256, true);
BENCHMARK_CAPTURE(sign_token, ed25519, false);
BENCHMARK_CAPTURE(sign_bare, ed25519, false);
BENCHMARK(hash_token);

}  // namespace

BENCHMARK_MAIN();
