// The tokens of the platform's contract, for the tests of this and other rooms.
#pragma once

#include <string>

namespace jose_testing {

/// The Ed25519 seed 00 01 ... 1f of every vector.
inline std::string contract_seed() {
  std::string seed(32, '\0');
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<char>(i);
  return seed;
}

constexpr const char* kEd25519Jwk =
    R"({"kty":"OKP","crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg","kid":"e1"})";
constexpr const char* kRsaJwk =
    R"({"kty":"RSA","kid":"r1","e":"AQAB","n":"zRiVgEuzBVvJVFMPoFMK9vaLTiMHeTp9znNlOmmBXzI--6qZuV)"
    R"(Bn1CvKVFY1F7WHoY4tTo285Cz3sb6T9dK1nklw5PJevXH6HSa69Vy1Q2XaBAq-_TmsLC7wLkMRpsjjy8PF3PXe7kjC)"
    R"(OkOn5Vsj1q-BPcyXM872IxOVceDnHR3T4wtY8-lt-6xIzADI_Pmcuezlq3qHhN-iivUVheKecziTjRFUuunqrYTxO-)"
    R"(tQ1ucqZeuPKeaMlnplEhHMJI9GG6-O9xiGxc4oCTNDZdBzdK5IwV3g4jbkoNGDvrdKcwki9qhLtvkQ1CECuT1j0X11)"
    R"(DRfOVOI03FFDYYTr2M8vUQ"})";
constexpr const char* kPayload =
    R"({"iss":"http://lab/lok","sub":"1","aud":["mikro"],"exp":4102444800,"iat":1700000000,"jti":)"
    R"("t-1","client_id":"c-1","org":"1","roles":["admin"],"scope":"openid email","preferred_user)"
    R"(name":"ada","client_app":"my-app","client_release":"0.1.0","client_device":"d-1"})";
/// Header {"alg":"Ed25519","typ":"at+jwt","kid":"e1"}.
constexpr const char* kEd25519Token =
    R"(eyJhbGciOiJFZDI1NTE5IiwidHlwIjoiYXQrand0Iiwia2lkIjoiZTEifQ.eyJpc3MiOiJodHRwOi8vbGFiL2xvayI)"
    R"(sInN1YiI6IjEiLCJhdWQiOlsibWlrcm8iXSwiZXhwIjo0MTAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDAsImp0aSI6I)"
    R"(nQtMSIsImNsaWVudF9pZCI6ImMtMSIsIm9yZyI6IjEiLCJyb2xlcyI6WyJhZG1pbiJdLCJzY29wZSI6Im9wZW5pZCB)"
    R"(lbWFpbCIsInByZWZlcnJlZF91c2VybmFtZSI6ImFkYSIsImNsaWVudF9hcHAiOiJteS1hcHAiLCJjbGllbnRfcmVsZ)"
    R"(WFzZSI6IjAuMS4wIiwiY2xpZW50X2RldmljZSI6ImQtMSJ9.SFkAbiaBCpRqCj-wTude2hcoqazJAAxbvpD6SsNyS6)"
    R"(C548s75i2yQN5z8pKvpuvkX0-EVJB5UfgOVsBwEPy7BA)";
/// Header {"typ":"at+jwt","alg":"RS256","kid":"r1"}.
constexpr const char* kRs256Token =
    R"(eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6InIxIn0.eyJpc3MiOiJodHRwOi8vbGFiL2xvayIsIn)"
    R"(N1YiI6IjEiLCJhdWQiOlsibWlrcm8iXSwiZXhwIjo0MTAyNDQ0ODAwLCJpYXQiOjE3MDAwMDAwMDAsImp0aSI6InQt)"
    R"(MSIsImNsaWVudF9pZCI6ImMtMSIsIm9yZyI6IjEiLCJyb2xlcyI6WyJhZG1pbiJdLCJzY29wZSI6Im9wZW5pZCBlbW)"
    R"(FpbCIsInByZWZlcnJlZF91c2VybmFtZSI6ImFkYSIsImNsaWVudF9hcHAiOiJteS1hcHAiLCJjbGllbnRfcmVsZWFz)"
    R"(ZSI6IjAuMS4wIiwiY2xpZW50X2RldmljZSI6ImQtMSJ9.iX94Nz0NUCslwoXFgeoQkdzJuCfuSORDVTtdl06P2lTgu)"
    R"(_fEXJc6YnwNBeCL0NXksl93fhsVf5OXMs-Kdm5tpqpuWfIrfFJpwRHXQwJtnQ8192JoE9zpyiZdtvvyr6x3euTFLNl)"
    R"(m-kPuTRH7IX7uxlAWkM8a3LQegzA3fBNRijSgMhED-aX_sddWPnkLMJYL2xzaRJQCrTZv_r3HHDRx-ziR6vxIyWUeV)"
    R"(GQvmcq50fts_X8dBj_5zCOANlT-XOHKj0JBLSSptPfc_2slxzjxG_xfRcD_b2Mx8Oskf1-d4-vC7zVe1YbERUZCS5M)"
    R"(0WY7GVr7E07lpktMWIX0P7Nq5EA)";
/// Header {"typ":"JWT","alg":"Ed25519","kid":"rekuest-prov-1"}.
constexpr const char* kProvenanceToken =
    R"(eyJ0eXAiOiJKV1QiLCJhbGciOiJFZDI1NTE5Iiwia2lkIjoicmVrdWVzdC1wcm92LTEifQ.eyJpc3MiOiJyZWt1ZXN)"
    R"(0IiwiYXVkIjpbIm1pa3JvIl0sInN1YiI6InUtMSIsImFjdCI6eyJzdWIiOiJ1LTEiLCJjaWQiOiJjLTkifSwiaWF0I)"
    R"(joxNzUwMDAwMDAwLCJleHAiOjE3NTAwMDM2MDAsImp0aSI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDA)"
    R"(wMDAwMSIsInRzayI6IjQyIiwicHRrIjpudWxsLCJydGsiOiI0MiIsInJjYiI6InUtMSIsImFocyI6IjQzMjU4Y2ZmN)"
    R"(zgzZmU3MDM2ZDhhNDMwMzNmODMwYWRmYzYwZWMwMzczODI0NzM1NDhhYzc0MmI4ODgyOTI3NzciLCJhaGEiOiJzaGE)"
    R"(yNTYtY2Fub25pY2FsLXYxIn0.8SwOPweDQNFBv5-ffX8UBKaV9EVNa8cleNvAwyATluG2ZjC9dZiIeUliuf1sTe2Hi)"
    R"(4EQ69-swusAQ615e_nCBQ)";

}  // namespace jose_testing
