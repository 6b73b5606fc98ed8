#include "jose/jose.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>

#include "base/error.h"
#include "jose/contract_vectors.h"
#include "jose/foreign_vectors.h"
#include "jose/key_set.h"

namespace jose {
namespace {

using base::Json;
using jose_testing::contract_seed;

std::string code_of(const auto& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error.reason().empty() ? error.code() : error.reason();
  }
  return "no error";
}

bool verifies(const Key& key, std::string_view algorithm, std::string_view token) {
  const Jws jws = Jws::parse(token);
  return key.verify(algorithm, jws.signing_input, jws.signature);
}

/// A fresh private key as PEM, for the types that `Key` cannot generate.
std::string generated_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free_all(bio);
  EVP_PKEY_free(key);
  return pem;
}

Key generated_key(std::string_view algorithm) {
  if (algorithm == "ES256") return Key::from_pem(generated_pem(EVP_EC_gen("P-256")), "k");
  if (algorithm == "ES384") return Key::from_pem(generated_pem(EVP_EC_gen("P-384")), "k");
  if (algorithm == "ES512") return Key::from_pem(generated_pem(EVP_EC_gen("P-521")), "k");
  if (algorithm == "Ed448") {
    return Key::from_pem(generated_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")), "k");
  }
  if (algorithm == "Ed25519" || algorithm == "EdDSA") return Key::generate_ed25519("k");
  static const Key rsa = Key::generate_rsa2048("k");
  return rsa;
}

TEST(Base64, WritesWithoutPaddingAndReadsBack) {
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64, RefusesEverythingButTheCanonicalForm) {
  for (const char* text : {"-_8=", "+/8", "-_9", "A", "AA A", "AAA\n", "AA.A", "\xc3\xa4"}) {
    EXPECT_EQ(code_of([&] { base64url_decode(text); }), base::code::kValidation) << text;
  }
}

TEST(Sha256, MatchesTheContractsArgumentHashes) {
  constexpr base::PythonStyle canonical{.spaces = false, .ascii_only = false};
  const auto hash = [&](const char* text) {
    return sha256_hex(dump_like_python(Json::parse(text), canonical));
  };
  EXPECT_EQ(hash("{}"), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  EXPECT_EQ(hash(R"({"b":2,"a":1})"), "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777");
  EXPECT_EQ(hash(R"({"x":1.0,"s":"ä","n":{"z":1,"y":2},"l":[1,null,true]})"),
            "79854c4463803c7d1c22417241b952d1d03de06bb90c7f5172ce8aaa35d5976f");
  EXPECT_EQ(hash(R"({"b":1,"a":[1,2.5,true,null]})"),
            "1d5379213deb2b6f7230695c35e6a796a2b8d6bfea781ac7e74361e135bb33fe");
  EXPECT_EQ(hash(R"({"big":12345678901234567890,"f":1.0,"g":1e21,"h":0.1,"i":-0.0})"),
            "371663408424e3ba1f298b10cae7a025a0af004bd0ad2b3fd61b496d29b46b31");
}

TEST(Contract, Ed25519TokenIsMadeByteForByteAndVerified) {
  const Key key = Key::from_ed25519_seed(contract_seed(), "e1");
  const Json header = Json::object({{"alg", "Ed25519"}, {"typ", "at+jwt"}, {"kid", "e1"}});
  EXPECT_EQ(sign_compact(key, "Ed25519", header, Json::parse(jose_testing::kPayload)),
            jose_testing::kEd25519Token);

  const Key published = Key::from_jwk(Json::parse(jose_testing::kEd25519Jwk));
  EXPECT_FALSE(published.is_private());
  EXPECT_TRUE(verifies(published, "Ed25519", jose_testing::kEd25519Token));
  EXPECT_TRUE(verifies(published, "EdDSA", jose_testing::kEd25519Token));
  EXPECT_EQ(published.raw_public(), key.raw_public());
}

TEST(Contract, Rs256TokenIsVerified) {
  const Key key = Key::from_jwk(Json::parse(jose_testing::kRsaJwk));
  EXPECT_TRUE(verifies(key, "RS256", jose_testing::kRs256Token));
  EXPECT_FALSE(verifies(key, "RS384", jose_testing::kRs256Token));
  EXPECT_FALSE(verifies(key, "PS256", jose_testing::kRs256Token));
  EXPECT_EQ(Jws::parse(jose_testing::kRs256Token).payload.dump(), jose_testing::kPayload);
}

TEST(Contract, ProvenanceTokenIsMadeByteForByteAndVerified) {
  const Key key = Key::from_ed25519_seed(contract_seed(), "rekuest-prov-1");
  const Jws jws = Jws::parse(jose_testing::kProvenanceToken);
  EXPECT_EQ(jws.header.dump(), R"({"typ":"JWT","alg":"Ed25519","kid":"rekuest-prov-1"})");
  EXPECT_EQ(sign_compact(key, "Ed25519", jws.header, jws.payload), jose_testing::kProvenanceToken);
  EXPECT_TRUE(verifies(key, "Ed25519", jose_testing::kProvenanceToken));
  EXPECT_EQ(key.public_jwk("Ed25519"),
            Json::parse(R"({"crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
                            "kid":"rekuest-prov-1","kty":"OKP","use":"sig","alg":"Ed25519"})"));
}

TEST(Contract, ChallengeIsSigned) {
  const Key key = Key::from_ed25519_seed(contract_seed(), "c");
  EXPECT_EQ(base64_encode(key.sign("Ed25519", "fakts-challenge-v1:" + std::string(32, 'A'))),
            "sxno3bV7Saum/tzIZfZZnvGuD3aldnYokigMME2t5ONOoZCrE91Oqzj8Ase1r4fRnQ/JhHC3ymY0gJ2+99sjBQ==");
  EXPECT_EQ(base64_encode(key.raw_public()), "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=");
}

TEST(Key, ReadsAndVerifiesWhatAnotherImplementationSigned) {
  for (const jose_testing::Vector& vector : jose_testing::kForeign) {
    const Key key = Key::from_jwk(Json::parse(vector.jwk));
    EXPECT_TRUE(verifies(key, vector.algorithm, vector.token)) << vector.algorithm;
    for (const std::string& other : default_algorithms()) {
      const bool same = other == vector.algorithm ||
                        (other == "EdDSA" && std::string_view(vector.algorithm).starts_with("Ed"));
      EXPECT_EQ(verifies(key, other, vector.token), same) << vector.algorithm << " taken as " << other;
    }
  }
}

TEST(Key, VerifiesItsOwnSignaturesThroughItsPublishedForms) {
  for (const std::string& algorithm : default_algorithms()) {
    const Key key = generated_key(algorithm);
    const std::string signature = key.sign(algorithm, "message");
    const Key from_jwk = Key::from_jwk(key.public_jwk(algorithm));
    const Key from_public = Key::from_pem(key.public_pem(), "k");
    const Key from_private = Key::from_pem(key.private_pem(), "k");
    EXPECT_TRUE(from_private.is_private());
    for (const Key& verifier : {key, from_jwk, from_public, from_private}) {
      EXPECT_TRUE(verifier.verify(algorithm, "message", signature)) << algorithm;
      EXPECT_FALSE(verifier.verify(algorithm, "messagf", signature)) << algorithm;
    }
  }
}

TEST(Key, RefusesEveryTruncatedOrExtendedSignature) {
  for (const std::string& algorithm : default_algorithms()) {
    const Key key = generated_key(algorithm);
    const std::string signature = key.sign(algorithm, "message");
    for (std::size_t size = 0; size < signature.size(); size += 1 + size / 8) {
      EXPECT_FALSE(key.verify(algorithm, "message", signature.substr(0, size))) << algorithm << ' ' << size;
    }
    EXPECT_FALSE(key.verify(algorithm, "message", signature.substr(0, signature.size() - 1)));
    EXPECT_FALSE(key.verify(algorithm, "message", signature + '\0'));
    EXPECT_FALSE(key.verify(algorithm, "message", std::string(signature.size(), '\0')));
  }
}

TEST(Key, NeverVerifiesNoneOrSharedSecretAlgorithms) {
  for (const std::string& algorithm : default_algorithms()) {
    const Key key = generated_key(algorithm);
    unsigned char mac[32];
    unsigned int length = 0;
    const std::string secret = key.public_pem();
    ASSERT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
                        reinterpret_cast<const unsigned char*>("message"), 7, mac, sizeof(mac), nullptr),
              nullptr);
    length = sizeof(mac);
    const std::string_view forged(reinterpret_cast<const char*>(mac), length);
    EXPECT_FALSE(key.verify("HS256", "message", forged));
    for (const char* never : {"none", "None", "NONE", "", "HS256", "HS384", "HS512", "rs256"}) {
      EXPECT_FALSE(key.verify(never, "message", ""));
      EXPECT_EQ(code_of([&] { (void)key.sign(never, "message"); }), base::code::kInternal);
    }
  }
}

TEST(Key, RefusesAnAlgorithmThatDoesNotFit) {
  const Key p256 = generated_key("ES256");
  EXPECT_EQ(code_of([&] { (void)p256.sign("ES384", "m"); }), base::code::kInternal);
  EXPECT_EQ(code_of([&] { (void)p256.sign("RS256", "m"); }), base::code::kInternal);
  EXPECT_EQ(code_of([&] { (void)Key::generate_ed25519("k").sign("Ed448", "m"); }), base::code::kInternal);
  EXPECT_EQ(code_of([&] { (void)p256.public_jwk("EdDSA"); }), base::code::kInternal);
  const Key published = Key::from_jwk(p256.public_jwk("ES256"));
  EXPECT_EQ(code_of([&] { (void)published.sign("ES256", "m"); }), base::code::kInternal);
}

TEST(Key, WorksOnlyWithTheAlgorithmItsJwkNames) {
  const Key rsa = generated_key("RS256");
  const Key pinned = Key::from_jwk(rsa.public_jwk("RS256"));
  EXPECT_TRUE(pinned.verify("RS256", "m", rsa.sign("RS256", "m")));
  EXPECT_FALSE(pinned.verify("PS256", "m", rsa.sign("PS256", "m")));
}

TEST(Key, RefusesWeakAndBrokenKeys) {
  const auto refused = [](const char* jwk) { return code_of([&] { Key::from_jwk(Json::parse(jwk)); }); };
  EXPECT_EQ(code_of([] { Key::from_pem(generated_pem(EVP_RSA_gen(1024U)), "k"); }), base::code::kValidation);
  EXPECT_EQ(code_of([] { Key::from_pem(generated_pem(EVP_EC_gen("secp256k1")), "k"); }),
            base::code::kValidation);
  EXPECT_EQ(
      code_of([] { Key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "k"); }),
      base::code::kValidation);
  EXPECT_EQ(code_of([] { Key::from_ed25519_seed("short", "k"); }), base::code::kValidation);
  EXPECT_EQ(code_of([] { Key::generate_ed25519(""); }), base::code::kValidation);
  for (
      const char* jwk : {
          R"(null)",
          R"([])",
          R"({"kty":"oct","kid":"k","k":"AAAA"})",
          R"({"kty":"OKP","crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"})",
          R"({"kty":"OKP","crv":"X25519","kid":"k","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"})",
          R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMQ"})",
          R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg","use":"enc"})",
          R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg","alg":"HS256"})",
          R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg","key_ops":["sign"]})",
          R"({"kty":"RSA","kid":"k","n":"AQAB","e":"AQAB"})",
          R"({"kty":"EC","crv":"P-256","kid":"k","x":"AAAA","y":"AAAA"})",
          R"({"kty":"EC","crv":"P-256","kid":"k","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})",
      }) {
    EXPECT_EQ(refused(jwk), base::code::kValidation) << jwk;
  }
}

TEST(Key, RefusesEncryptedPemWithoutAskingForAPassword) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  const std::string pem(data, static_cast<std::size_t>(size));
  BIO_free_all(bio);
  EVP_PKEY_free(key);
  EXPECT_EQ(code_of([&] { Key::from_pem(pem, "k"); }), base::code::kValidation);
}

TEST(Key, LeavesNothingInTheErrorQueue) {
  const Key key = generated_key("RS256");
  EXPECT_FALSE(key.verify("RS256", "m", std::string(256, 'x')));
  EXPECT_FALSE(generated_key("ES256").verify("ES256", "m", std::string(64, 'x')));
  EXPECT_ANY_THROW(Key::from_pem("nonsense", "k"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Jws, RefusesMalformedTokens) {
  const std::string object = base64url_encode("{}");
  const std::string list = base64url_encode("[]");
  const std::string broken = base64url_encode("{\"a\":");
  const std::string not_text = base64url_encode("{\"a\":\"\xff\"}");
  const std::string critical = base64url_encode(R"({"alg":"EdDSA","crit":["b64"],"b64":false})");
  const std::string deep = base64url_encode(R"({"a":)" + std::string(50, '[') + std::string(50, ']') + '}');
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("abc"), object + '.' + object,
        object + "=." + object + ".AA", list + '.' + object + ".AA", object + '.' + list + ".AA",
        broken + '.' + object + ".AA", object + '.' + not_text + ".AA", critical + '.' + object + ".AA",
        object + '.' + deep + ".AA", object + '.' + object + '.' + std::string(16 * 1024, 'A')}) {
    EXPECT_EQ(code_of([&] { Jws::parse(token); }), "TOKEN_MALFORMED") << token.substr(0, 80);
  }
}

TEST(Jws, HasNoSignatureWhereItCannotBeDecoded) {
  const std::string unsigned_token = base64url_encode("{}") + '.' + base64url_encode("{}");
  for (const char* ending : {".", ".AA=", ".AA.AA", ".A", ".AB"}) {
    EXPECT_EQ(Jws::parse(unsigned_token + ending).signature, "") << ending;
  }
  EXPECT_EQ(Jws::parse(unsigned_token + ".AA").signature, std::string(1, '\0'));
}

TEST(Jws, EveryTruncationOfATokenIsMalformedOrDoesNotVerify) {
  const Key key = Key::from_jwk(Json::parse(jose_testing::kEd25519Jwk));
  const std::string token = jose_testing::kEd25519Token;
  for (std::size_t size = 0; size < token.size(); ++size) {
    const std::string_view part = std::string_view(token).substr(0, size);
    try {
      EXPECT_FALSE(verifies(key, "Ed25519", part)) << size;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.reason(), "TOKEN_MALFORMED") << size;
    }
  }
}

TEST(SignCompact, WritesTheUsualHeaderAndRefusesAContradictingOne) {
  const Key key = Key::from_ed25519_seed(contract_seed(), "e1");
  const std::string token = sign_compact(key, "EdDSA", Json(), Json::object());
  EXPECT_EQ(Jws::parse(token).header.dump(), R"({"alg":"EdDSA","typ":"JWT","kid":"e1"})");
  const Json other = Json::object({{"alg", "Ed25519"}, {"kid", "e2"}});
  EXPECT_EQ(code_of([&] { (void)sign_compact(key, "Ed25519", other, Json::object()); }),
            base::code::kInternal);
}

TEST(KeySet, FindsKeysByNameOnly) {
  const Key one = Key::generate_ed25519("one");
  const Key two = Key::generate_ed25519("two");
  const KeySet keys = KeySet::from_json(
      Json::object({{"keys", Json::array({one.public_jwk("Ed25519"), two.public_jwk("Ed25519")})}}));
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys.find("two")->raw_public(), two.raw_public());
  EXPECT_EQ(keys.find("three"), nullptr);
  EXPECT_EQ(keys.find(""), nullptr);
}

TEST(KeySet, LeavesOutKeysThatCannotSignAndRefusesBrokenOnes) {
  const Json good = Key::generate_ed25519("one").public_jwk("Ed25519");
  const auto set_of = [](Json a, Json b) {
    return KeySet::from_json(Json::object({{"keys", Json::array({std::move(a), std::move(b)})}}));
  };
  EXPECT_EQ(set_of(good, Json::parse(R"({"kty":"oct","kid":"s","k":"AAAA"})")).size(), 1U);
  EXPECT_EQ(set_of(good, Json::parse(R"({"kty":"RSA","kid":"e","use":"enc","n":"AQAB","e":"AQAB"})")).size(),
            1U);
  EXPECT_EQ(code_of([&] { set_of(good, good); }), base::code::kValidation);
  EXPECT_EQ(code_of([&] { set_of(good, Json::parse(R"({"kty":"oct"})")); }), base::code::kValidation);
  EXPECT_EQ(code_of([&] { set_of(good, Json::parse(R"({"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"})")); }),
            base::code::kValidation);
  EXPECT_EQ(code_of([] { KeySet::from_json(Json::object()); }), base::code::kValidation);
}

TEST(Thumbprint, IsThatOfTheContractAndOfTheStandardsExample) {
  std::string seed(32, '\0');
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<char>(i);
  EXPECT_EQ(thumbprint(Key::from_ed25519_seed(seed, "any").public_jwk("Ed25519")),
            "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y");
  // RFC 8037, A.3.
  EXPECT_EQ(thumbprint(Json::parse(
                R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})")),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

}  // namespace
}  // namespace jose
