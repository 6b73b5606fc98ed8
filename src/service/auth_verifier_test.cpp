#include "service/auth_verifier.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "service/auth_testing.h"

namespace service {
namespace {

using base::Json;
using service_testing::claims;
using service_testing::claims_with;
using service_testing::claims_without;
using service_testing::config;
using service_testing::issuer_key;
using service_testing::kNow;
using service_testing::reason_of;
using service_testing::token;

std::string outcome(const AuthentikateConfig& with, const std::string& token) {
  const TokenVerifier verifier(with, {}, [] { return kNow; });
  return reason_of([&] { verifier.verify(token); });
}

std::string outcome(const Json& payload) { return outcome(config(), token(payload)); }

TEST(TokenVerifier, TakesTheContractsTokens) {
  AuthentikateConfig both = config();
  both.issuers[0].keys =
      jose::KeySet({issuer_key(), jose::Key::from_jwk(Json::parse(jose_testing::kRsaJwk))});
  const TokenVerifier verifier(both, {}, [] { return kNow; });
  for (const char* vector : {jose_testing::kEd25519Token, jose_testing::kRs256Token}) {
    const Claims found = verifier.verify(vector);
    EXPECT_EQ(found.iss, "http://lab/lok");
    EXPECT_EQ(found.sub, "1");
    EXPECT_EQ(found.org, "1");
    EXPECT_EQ(found.client_id, "c-1");
    EXPECT_EQ(found.roles, std::vector<std::string>{"admin"});
    EXPECT_EQ(found.scopes, (std::vector<std::string>{"openid", "email"}));
    EXPECT_EQ(found.client_device, "d-1");
    EXPECT_FALSE(found.name);
  }
}

TEST(TokenVerifier, FindsTokensMalformedWhoseClaimsAreMissingOrMistyped) {
  for (const char* claim : {"iss", "sub", "iat", "client_id", "roles", "scope", "preferred_username"}) {
    EXPECT_EQ(outcome(claims_without(claim)), "TOKEN_MALFORMED") << claim;
  }
  for (const auto& [claim, value] :
       {Json::Member{"roles", "admin"}, Json::Member{"roles", Json::array({1})},
        Json::Member{"scope", Json::array({"openid"})}, Json::Member{"org", 1}, Json::Member{"iss", 1},
        Json::Member{"collabs", Json::array({"x"})}, Json::Member{"collabs", Json::object({{"mikro", "x"}})},
        Json::Member{"sub", ""}, Json::Member{"name", 1}, Json::Member{"email_verified", "maybe"},
        Json::Member{"hub", 1}, Json::Member{"jti", false}}) {
    EXPECT_EQ(outcome(claims_with(claim, value)), "TOKEN_MALFORMED") << claim << ' ' << value.dump();
  }
}

TEST(TokenVerifier, FindsTokensInvalidWhoseRegisteredClaimsDoNotHold) {
  EXPECT_EQ(outcome(claims_without("aud")), "TOKEN_INVALID");
  EXPECT_EQ(outcome(claims_without("exp")), "TOKEN_INVALID");
  const std::int64_t now = kNow / service_testing::kSecond;
  for (const auto& [claim, value] :
       {Json::Member{"aud", Json::array({"rekuest"})}, Json::Member{"aud", Json::array({"*"})},
        Json::Member{"aud", Json::array()}, Json::Member{"aud", Json::array({"mikro", 1})},
        Json::Member{"aud", Json()}, Json::Member{"sub", 1}, Json::Member{"iat", now + 61},
        Json::Member{"nbf", now + 61}, Json::Member{"nbf", "soon"}, Json::Member{"exp", "4102444800"},
        Json::Member{"exp", true}, Json::Member{"exp", Json(Json::Number{"Infinity"})},
        Json::Member{"iss", "http://lab/lok/"}, Json::Member{"iss", "elsewhere"}}) {
    EXPECT_EQ(outcome(claims_with(claim, value)), "TOKEN_INVALID") << claim << ' ' << value.dump();
  }
}

TEST(TokenVerifier, LetsATokenExpireOnTheSecond) {
  const std::int64_t now = kNow / service_testing::kSecond;
  EXPECT_EQ(outcome(claims_with("exp", now)), "TOKEN_EXPIRED");
  EXPECT_EQ(outcome(claims_with("exp", now - 1)), "TOKEN_EXPIRED");
  EXPECT_EQ(outcome(claims_with("exp", static_cast<double>(now) + 0.5)), "accepted");
}

TEST(TokenVerifier, ToleratesClocksThatAreAMinuteAhead) {
  const std::int64_t now = kNow / service_testing::kSecond;
  EXPECT_EQ(outcome(claims_with("iat", now + 59)), "accepted");
  EXPECT_EQ(outcome(claims_with("nbf", now + 59)), "accepted");
}

TEST(TokenVerifier, AcceptsWhatTheContractLeavesOpen) {
  EXPECT_EQ(outcome(claims_without("org")), "accepted");
  EXPECT_EQ(outcome(claims_with("org", Json())), "accepted");
  EXPECT_EQ(outcome(claims_with("aud", "mikro")), "accepted");
  EXPECT_EQ(outcome(claims_with("email_verified", "true")), "accepted");
  EXPECT_EQ(outcome(claims_with("unknown", Json::array({1}))), "accepted");
}

TEST(TokenVerifier, ChecksTheHubOnlyWhenOneIsConfigured) {
  AuthentikateConfig hub = config();
  hub.hub = "h-1";
  EXPECT_EQ(outcome(hub, token(claims_with("hub", "h-1"))), "accepted");
  EXPECT_EQ(outcome(hub, token(claims_with("hub", "h-2"))), "TOKEN_INVALID");
  EXPECT_EQ(outcome(hub, token(claims())), "TOKEN_INVALID");
  EXPECT_EQ(outcome(claims_with("hub", "h-2")), "accepted");
}

TEST(TokenVerifier, WantsAnAudienceEvenIfAnyWillDo) {
  AuthentikateConfig any = config();
  any.audience = "*";
  EXPECT_EQ(outcome(any, token(claims_with("aud", Json::array({"rekuest"})))), "accepted");
  EXPECT_EQ(outcome(any, token(claims_with("aud", Json::array()))), "TOKEN_INVALID");
  EXPECT_EQ(outcome(any, token(claims_without("aud"))), "TOKEN_INVALID");
}

TEST(TokenVerifier, RefusesForeignKeysAndBrokenSignatures) {
  const std::string good = token(claims());
  EXPECT_EQ(outcome(config(), token(claims(), jose::Key::generate_ed25519("e1"))), "TOKEN_INVALID");
  EXPECT_EQ(outcome(config(), token(claims(), jose::Key::generate_ed25519("e2"))), "TOKEN_INVALID");
  EXPECT_EQ(outcome(config(), good.substr(0, good.size() - 2)), "TOKEN_INVALID");
  EXPECT_EQ(outcome(config(), good.substr(0, good.rfind('.') + 1)), "TOKEN_INVALID");
  EXPECT_EQ(outcome(config(), good.substr(0, good.rfind('.'))), "TOKEN_MALFORMED");
  EXPECT_EQ(outcome(config(), ""), "TOKEN_MALFORMED");
}

TEST(TokenVerifier, NeverMixesTheKeysOfTwoIssuers) {
  AuthentikateConfig two = config();
  two.issuers.push_back({.iss = "other", .keys = jose::KeySet({jose::Key::generate_ed25519("e1")})});
  EXPECT_EQ(outcome(two, token(claims())), "accepted");
  EXPECT_EQ(outcome(two, token(claims_with("iss", "other"))), "TOKEN_INVALID");
}

std::string segments(const Json& header, const Json& payload) {
  return jose::base64url_encode(header.dump()) + '.' + jose::base64url_encode(payload.dump());
}

TEST(TokenVerifier, RefusesNoneAndThePublicKeyAsASharedSecret) {
  EXPECT_EQ(outcome(config(), segments(Json::object({{"alg", "none"}, {"kid", "e1"}}), claims()) + '.'),
            "TOKEN_INVALID");
  const std::string input = segments(Json::object({{"alg", "HS256"}, {"kid", "e1"}}), claims());
  for (const std::string& secret : {issuer_key().public_pem(), issuer_key().raw_public()}) {
    unsigned char mac[32];
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
              reinterpret_cast<const unsigned char*>(input.data()), input.size(), mac, sizeof(mac), nullptr);
    const std::string_view forged(reinterpret_cast<const char*>(mac), sizeof(mac));
    EXPECT_EQ(outcome(config(), input + '.' + jose::base64url_encode(forged)), "TOKEN_INVALID");
  }
}

TEST(TokenVerifier, WantsAKeyNameInTheHeader) {
  for (const Json& header :
       {Json::object({{"alg", "Ed25519"}}), Json::object({{"alg", "Ed25519"}, {"kid", ""}}),
        Json::object({{"alg", "Ed25519"}, {"kid", 1}})}) {
    const std::string input = segments(header, claims());
    const std::string signature = issuer_key().sign("Ed25519", input);
    EXPECT_EQ(outcome(config(), input + '.' + jose::base64url_encode(signature)), "TOKEN_MALFORMED");
  }
}

TEST(TokenVerifier, TakesOnlyTheConfiguredAlgorithms) {
  AuthentikateConfig rsa_only = config();
  rsa_only.algorithms = {"RS256"};
  EXPECT_EQ(outcome(rsa_only, token(claims())), "TOKEN_INVALID");
}

TEST(TokenVerifier, AdmitsOnlyTheAllowedOrganizations) {
  AuthentikateConfig narrow = config();
  narrow.allowed_organizations = {"7", "1"};
  EXPECT_EQ(outcome(narrow, token(claims())), "accepted");
  EXPECT_EQ(outcome(narrow, token(claims_with("org", "2"))), "ORGANIZATION_NOT_ALLOWED");
  EXPECT_EQ(outcome(narrow, token(claims_without("org"))), "ORGANIZATION_NOT_ALLOWED");
}

TEST(TokenVerifier, RefusesGuestsWhateverTheirTokenGrants) {
  using Mode = AuthentikateConfig::ScopedTokens;
  const Json grant = Json::parse(R"({"mikro":{"c-1":["editor"]}})");
  for (const Mode mode : {Mode::kAuto, Mode::kReject, Mode::kSelf}) {
    AuthentikateConfig guests = config();
    guests.scoped_tokens = mode;
    EXPECT_EQ(outcome(guests, token(claims_with("collabs", grant))), "SCOPED_TOKEN_UNSUPPORTED");
    EXPECT_EQ(outcome(guests, token(claims_with("collabs", Json::object()))), "SCOPED_TOKEN_UNSUPPORTED");
    EXPECT_EQ(outcome(guests, token(claims_with("collabs", Json()))), "accepted");
  }
}

TEST(TokenVerifier, TakesStaticTokensWithDefaultClaims) {
  AuthentikateConfig fixed = config();
  fixed.static_tokens = {{"demo", Json::parse(R"({"sub":"1","roles":["bot"]})")},
                         {"old", Json::parse(R"({"sub":"1","exp":1})")},
                         {"guest", Json::parse(R"({"sub":"1","collabs":{}})")},
                         {"nobody", Json::object()}};
  EXPECT_EQ(reason_of([&] { TokenVerifier refused(fixed); }), base::code::kValidation);
  fixed.allow_static_tokens = true;
  const TokenVerifier verifier(fixed, {}, [] { return kNow; });
  const Claims found = verifier.verify("demo");
  EXPECT_EQ(found.iss, "static_issuer");
  EXPECT_EQ(found.org, "static_org");
  EXPECT_EQ(found.roles, std::vector<std::string>{"bot"});
  EXPECT_EQ(outcome(fixed, "old"), "TOKEN_EXPIRED");
  EXPECT_EQ(outcome(fixed, "guest"), "SCOPED_TOKEN_UNSUPPORTED");
  EXPECT_EQ(outcome(fixed, "nobody"), "TOKEN_MALFORMED");
  EXPECT_EQ(outcome(fixed, "demo2"), "TOKEN_MALFORMED");
}

TEST(AuthentikateConfig, RefusesWhatCannotWork) {
  const auto refused = [](auto change) {
    AuthentikateConfig changed = config();
    change(changed);
    return reason_of([&] { changed.check(); });
  };
  EXPECT_EQ(refused([](AuthentikateConfig&) {}), "accepted");
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.audience = " "; }), base::code::kValidation);
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.algorithms = {}; }), base::code::kValidation);
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.algorithms = {"RS256", "none"}; }),
            base::code::kValidation);
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.algorithms = {"HS256"}; }), base::code::kValidation);
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.issuers.push_back(c.issuers[0]); }),
            base::code::kValidation);
  EXPECT_EQ(refused([](AuthentikateConfig& c) { c.authorization_headers = {}; }), base::code::kValidation);
}

}  // namespace
}  // namespace service
