#include "services/lok/login/envelope.h"

#include <gtest/gtest.h>

#include "services/lok/login/discovery.h"

namespace lok {
namespace {

using base::Json;

Composition one_instance(Alias alias) {
  Composition composition;
  composition.instances.push_back({1, "mikro", "live.arkitekt.mikro", std::nullopt, {std::move(alias)}});
  composition.filled.push_back({"images", false, 0});
  return composition;
}

Json rendered(const Composition& composition, const Origin& origin,
              std::optional<std::string> certificate = std::nullopt) {
  Json answer = Json::object();
  add_envelope(answer,
               {.deployment_name = "Lab",
                .prefix = "lok",
                .user = "1",
                .organization = "2",
                .hub = "uid",
                .tls_certificate = std::move(certificate),
                .composition = composition},
               origin);
  return answer;
}

Alias relative() {
  Alias alias;
  alias.id = 17;
  alias.kind = "relative";
  alias.path = "mikro";
  alias.challenge = "ht";
  return alias;
}

TEST(Envelope, IsKeyedByTheAppsOwnRequirementKeys) {
  Composition composition = one_instance(relative());
  composition.unavailable.push_back("objects");
  const Json answer = rendered(composition, {false, "lab.org", 80});
  EXPECT_EQ(answer["instances"]["images"]["identifier"].as_string(), "mikro");
  EXPECT_EQ(answer["instances"]["images"]["service"].as_string(), "live.arkitekt.mikro");
  EXPECT_EQ(answer["statuses"].dump(), R"({"images":"granted","objects":"unavailable"})");
  EXPECT_EQ(answer["instances"].find("objects"), nullptr);
  EXPECT_TRUE(answer["instances"]["images"]["tls"].is_null());
}

TEST(Envelope, ARelativeAliasFollowsTheRequest) {
  const Composition composition = one_instance(relative());
  EXPECT_EQ(rendered(composition, {true, "lab.org", 8443})["instances"]["images"]["aliases"].dump(),
            R"([{"id":"17","host":"lab.org","port":8443,"ssl":true,"path":"mikro","challenge":"ht",)"
            R"("kind":"absolute","reach":null,"public":false}])");
  const Json local = rendered(composition, {false, "127.0.0.1", 8000});
  EXPECT_EQ(local["instances"]["images"]["aliases"].items()[0]["reach"].as_string(), "loopback");
}

TEST(Envelope, ARelativeAliasMayHaveAPortOfItsOwn) {
  Alias alias = relative();
  alias.port = 8001;
  alias.path.reset();
  const Json answer = rendered(one_instance(alias), {false, "localhost", 8000});
  const Json& shown = answer["instances"]["images"]["aliases"].items()[0];
  EXPECT_EQ(shown["host"].as_string(), "localhost");
  EXPECT_EQ(shown["port"].as_int64(), 8001);
  EXPECT_TRUE(shown["path"].is_null());
}

TEST(Envelope, AnAbsoluteAliasStaysAsItIs) {
  Alias alias = relative();
  alias.kind = "docker";
  alias.host = "gateway";
  alias.port = 80;
  alias.reach = "internal";
  const Json answer = rendered(one_instance(alias), {true, "lab.org", 443});
  EXPECT_EQ(answer["instances"]["images"]["aliases"].items()[0].dump(),
            R"({"id":"17","host":"gateway","port":80,"ssl":false,"path":"mikro","challenge":"ht",)"
            R"("kind":"docker","reach":"internal","public":false})");
}

TEST(Envelope, SaysWhereLokItselfIsAndWhoLoggedIn) {
  const Json self = rendered({}, {false, "localhost", 8000})["self"];
  EXPECT_EQ(self["deployment_name"].as_string(), "Lab");
  EXPECT_EQ(self["sub"].as_string(), "1");
  EXPECT_EQ(self["organization"].as_string(), "2");
  EXPECT_EQ(self["hub"].as_string(), "uid");
  EXPECT_EQ(self["alias"].dump(),
            R"({"id":"self","host":"localhost","port":8000,"ssl":false,"path":"lok","challenge":"ht",)"
            R"("kind":"absolute","reach":"loopback","public":false})");
}

TEST(Envelope, CarriesChallengeKeyAndPinnedCertificate) {
  Composition composition = one_instance(relative());
  composition.instances[0].challenge_key = "A6EHv/POEL4=";
  const Json answer = rendered(composition, {true, "lab.org", 443}, "PEM");
  EXPECT_EQ(answer["instances"]["images"]["challenge_key"].dump(),
            R"({"kind":"ed25519","key":"A6EHv/POEL4="})");
  EXPECT_EQ(answer["instances"]["images"]["tls"].dump(), R"({"certificates":["PEM"]})");
}

TEST(Origin, KnowsWhatIsLoopback) {
  for (const char* host :
       {"localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "a.localhost"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"lab.org", "127.0.0.1.evil.org", "localhost.evil.org", "10.0.0.1", "[::2]", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

net::HttpRequest request(std::string scheme, std::string host, std::uint16_t port) {
  net::HttpRequest made;
  made.method = "GET";
  made.scheme = std::move(scheme);
  made.host = std::move(host);
  made.port = port;
  return made;
}

TEST(Discovery, EveryEndpointIsAtTheAddressThatWasAsked) {
  Configuration configuration;
  configuration.deployment_name = "Lab";
  for (const auto& [asked, origin] : {std::pair{request("http", "localhost", 8765), "http://localhost:8765"},
                                      std::pair{request("http", "127.0.0.1", 8765), "http://127.0.0.1:8765"},
                                      std::pair{request("https", "lab.org", 443), "https://lab.org"}}) {
    const net::HttpResponse answer = discovery(configuration, "/lok", asked);
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.headers.get("content-type").value_or("").starts_with("application/json"));
    const Json document = Json::parse(answer.body);
    EXPECT_EQ(document["name"].as_string(), "Lab");
    EXPECT_EQ(document["protocol_version"].as_string(), "2");
    EXPECT_EQ(document["token_endpoint"].as_string(), std::string(origin) + "/lok/o/token/");
    EXPECT_EQ(document["base_url"].as_string(), std::string(origin) + "/lok/f/");
    EXPECT_EQ(document["jwks_uri"].as_string(), std::string(origin) + "/lok/o/jwks/");
    EXPECT_EQ(document["issuer"].as_string(), "lok");
  }
}

TEST(Origin, SecretsTravelInTheClearOnlyWhereThatIsAllowed) {
  EXPECT_TRUE(may_carry_secrets(request("http", "lab.org", 80), true));
  EXPECT_FALSE(may_carry_secrets(request("http", "lab.org", 80), false));
  EXPECT_TRUE(may_carry_secrets(request("https", "lab.org", 443), false));
  EXPECT_TRUE(may_carry_secrets(request("http", "localhost", 80), false));
}

}  // namespace
}  // namespace lok
