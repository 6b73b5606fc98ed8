#include "service/authentikate_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "service/auth_testing.h"

namespace service {
namespace {

using testing::ElementsAre;

base::Config document(const std::string& text) {
  return base::Config::load({.file = "mikro.yaml", .text = text, .environment = {}, .flags = {}},
                            base::Config::Unknown::kRefuse);
}

AuthentikateConfig read(const std::string& text, bool debug = false) {
  const base::Config config = document(text);
  AuthentikateConfig read = AuthentikateConfig::from_config(config.section("authentikate"), debug);
  EXPECT_THAT(config.unknown_keys(), ElementsAre());
  return read;
}

/// As YAML inside a list of issuers.
std::string indented(const std::string& pem) {
  std::string text = "|\n        ";
  for (const char c : pem) text += c == '\n' ? std::string("\n        ") : std::string(1, c);
  return text;
}

std::string message_of(const std::string& text) {
  try {
    read(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return error.message();
  }
  return "";
}

TEST(AuthentikateConfig, HasTheContractsDefaults) {
  const AuthentikateConfig config = read("authentikate: {audience: mikro, hub: null}");
  EXPECT_EQ(config.audience, "mikro");
  EXPECT_EQ(config.hub, std::nullopt);
  EXPECT_EQ(config.algorithms, jose::default_algorithms());
  EXPECT_EQ(config.allowed_organizations, std::nullopt);
  EXPECT_THAT(config.authorization_headers, ElementsAre("Authorization", "X-Authorization"));
  EXPECT_TRUE(config.issuers.empty());
}

TEST(AuthentikateConfig, ReadsEveryKindOfIssuer) {
  const jose::Key key = jose::Key::generate_rsa2048("x");
  const auto file = std::filesystem::temp_directory_path() / "authentikate_config_test.pem";
  std::ofstream(file) << key.public_pem();
  const AuthentikateConfig config = read(R"(
authentikate:
  audience: mikro
  hub: 5c4b
  algorithms: [RS256, Ed25519]
  allowed_organizations: [41]
  scoped_tokens: reject
  authorization_headers: [Authorization]
  issuers:
    - {kind: jwks_uri, iss: a, jwks_uri: "http://lok/jwks", min_refresh_interval: 3, request_timeout: 0.5,
       revocation_uri: "http://lok/revoked", revocation_refresh_interval: 9}
    - kind: jwks_dict
      iss: b
      jwks: {keys: [{kty: OKP, crv: Ed25519, x: A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg, kid: e1, x5c: [a]}]}
    - kind: rsa
      iss: c
      kid: lok-key-1
      public_key: )" + indented(key.public_pem()) +
                                         R"(
    - {kind: rsa_file, iss: d, key_id: k2, public_key_pem_file: )" +
                                         file.string() + "}\n");
  std::filesystem::remove(file);

  EXPECT_EQ(config.hub, "5c4b");
  EXPECT_THAT(config.algorithms, ElementsAre("RS256", "Ed25519"));
  EXPECT_THAT(config.allowed_organizations.value(), ElementsAre("41"));
  ASSERT_EQ(config.issuers.size(), 4U);
  const KeyUri& remote = std::get<KeyUri>(config.issuers[0].keys);
  EXPECT_EQ(remote.uri, "http://lok/jwks");
  EXPECT_EQ(remote.min_refresh_interval.count(), 3);
  EXPECT_EQ(remote.request_timeout.count(), 500);
  EXPECT_EQ(config.issuers[0].revocation_uri, "http://lok/revoked");
  EXPECT_EQ(config.issuers[0].revocation_refresh_interval.count(), 9);
  EXPECT_EQ(std::get<jose::KeySet>(config.issuers[1].keys).find("e1")->raw_public(),
            service_testing::issuer_key().raw_public());
  EXPECT_NE(std::get<jose::KeySet>(config.issuers[2].keys).find("lok-key-1"), nullptr);
  EXPECT_EQ(std::get<jose::KeySet>(config.issuers[3].keys).find("k2")->public_pem(), key.public_pem());
}

TEST(AuthentikateConfig, ReadsStaticTokensOnlyWhereTheyAreAllowed) {
  const std::string tokens =
      "audience: mikro, static_tokens: {demo: {sub: 1, roles: [bot], exp: 5, org: null}}";
  EXPECT_NE(message_of("authentikate: {" + tokens + "}"), "");
  for (const AuthentikateConfig& config :
       {read("authentikate: {" + tokens + "}", true),
        read("authentikate: {" + tokens + ", allow_static_tokens_in_production: true}")}) {
    EXPECT_EQ(config.static_tokens.at("demo"), base::Json::parse(R"({"sub":"1","roles":["bot"],"exp":5})"));
  }
}

TEST(AuthentikateConfig, NamesThePlaceOfWhatCannotWork) {
  EXPECT_THAT(message_of("authentikate: {hub: x}"), testing::HasSubstr("audience"));
  EXPECT_THAT(message_of("authentikate: {audience: ''}"), testing::HasSubstr("audience"));
  EXPECT_THAT(message_of("authentikate: {audience: a, algorithms: [none]}"), testing::HasSubstr("none"));
  EXPECT_THAT(message_of("authentikate: {audience: a, algorithms: []}"), testing::HasSubstr("algorithms"));
  EXPECT_THAT(message_of("authentikate: {audience: a, scoped_tokens: maybe}"), testing::HasSubstr("maybe"));
  EXPECT_THAT(message_of("authentikate:\n  audience: a\n  issuers:\n  - kind: magic\n    iss: x"),
              testing::AllOf(testing::HasSubstr("mikro.yaml:4"), testing::HasSubstr("magic")));
  EXPECT_THAT(
      message_of("authentikate:\n  audience: a\n  issuers:\n  - kind: rsa\n    iss: x\n    public_key: x"),
      testing::AllOf(testing::HasSubstr("mikro.yaml:6"), testing::HasSubstr("PEM")));
  EXPECT_THAT(message_of("authentikate:\n  audience: a\n  issuers:\n  - kind: rsa_file\n    iss: x\n"
                         "    public_key_pem_file: /nowhere/key.pem"),
              testing::HasSubstr("/nowhere/key.pem"));
  EXPECT_THAT(message_of("authentikate:\n  audience: a\n  issuers:\n  - {kind: jwks_dict, iss: x}"),
              testing::HasSubstr("jwks"));
}

}  // namespace
}  // namespace service
