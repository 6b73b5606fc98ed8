#include "services/rekuest/provenance.h"

#include <gtest/gtest.h>

namespace rekuest {
namespace {

using base::Json;

jose::Key key() {
  std::string seed;
  for (char byte = 0; byte < 32; ++byte) seed.push_back(byte);
  return jose::Key::from_ed25519_seed(seed, "rekuest-prov-1");
}

ProvenanceClaims claims() {
  ProvenanceClaims claims;
  claims.audience = {"mikro"};
  claims.requester = "u-1";
  claims.agent_user = "u-1";
  claims.agent_client = "c-9";
  claims.issued_at = 1750000000;
  claims.lifetime = 3600;
  claims.token_id = "00000000-0000-4000-8000-000000000001";
  claims.task = "42";
  claims.root = "42";
  claims.person = "u-1";
  claims.arguments_hash = "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777";
  return claims;
}

TEST(Provenance, SignsByteForByteWhatVerifiersExpect) {
  EXPECT_EQ(sign_provenance(key(), claims()),
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZDI1NTE5Iiwia2lkIjoicmVrdWVzdC1wcm92LTEifQ."
            "eyJpc3MiOiJyZWt1ZXN0IiwiYXVkIjpbIm1pa3JvIl0sInN1YiI6InUtMSIsImFjdCI6eyJzdWIiOiJ1LTEiLCJjaWQiOiJj"
            "LTkifSwiaWF0Ijox"
            "NzUwMDAwMDAwLCJleHAiOjE3NTAwMDM2MDAsImp0aSI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMSIs"
            "InRzayI6IjQyIiwi"
            "cHRrIjpudWxsLCJydGsiOiI0MiIsInJjYiI6InUtMSIsImFocyI6IjQzMjU4Y2ZmNzgzZmU3MDM2ZDhhNDMwMzNmODMwYWRm"
            "YzYwZWMwMzczODI0"
            "NzM1NDhhYzc0MmI4ODgyOTI3NzciLCJhaGEiOiJzaGEyNTYtY2Fub25pY2FsLXYxIn0."
            "8SwOPweDQNFBv5-ffX8UBKaV9EVNa8cleNvAwyATluG2ZjC9dZiIeUliuf1sTe2Hi4EQ69-swusAQ615e_nCBQ");
}

TEST(Provenance, NamesTheParentAndTheActorsIssuerWhereThereAreOnes) {
  ProvenanceClaims child = claims();
  child.parent = "41";
  child.agent_issuer = "lok";
  const Json payload = provenance_payload(child);
  EXPECT_EQ(payload["ptk"], Json("41"));
  EXPECT_EQ(payload["act"]["iss"], Json("lok"));
}

TEST(Provenance, PublishesTheKeyWithoutItsSecret) {
  EXPECT_EQ(provenance_key_set(key()),
            Json::parse(R"({"keys":[{"crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
                                     "kid":"rekuest-prov-1","kty":"OKP","use":"sig","alg":"Ed25519"}]})"));
}

}  // namespace
}  // namespace rekuest
