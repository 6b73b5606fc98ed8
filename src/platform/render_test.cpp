#include "platform/render.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/config.h"
#include "base/error.h"
#include "platform/serve_settings.h"
#include "services/lok/description.h"
#include "services/mikro/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// As Konstruktor writes it; the keys are those of the contract.
constexpr const char* kFacts = R"(facts: 1
me:
  name: rekuest
  path: rekuest
  url: http://rekuest:80/rekuest
  identifier: live.arkitekt.rekuest
  secret_key: '@=ze!)49dlz'
  debug: false
  allowed_hosts: ['*']
  settings: {provenance_issuer: rekuest}
hub:
  origins: [http://localhost:2754]
  auth:
    audience: rekuest
    hub: 17bf17a6-748b-4423-8874-e48cb6668aca
    issuers:
    - {kind: jwks_uri, iss: lok, jwks_uri: 'http://coord/lok/o/jwks/'}
    - kind: jwks_dict
      iss: other
      jwks: {keys: [{alg: Ed25519, crv: Ed25519, kty: OKP, use: sig, service: x, kid: k,
                     x: A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg}]}
    static_tokens: {}
    allowed_organizations: ['41']
    provenance: {audience: '*', issuers: []}
databases:
  main: {host: db, port: 5432, name: rekuest_main, username: rough-wind, password: "it's: #\\ 1"}
instance:
  private_key: |
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
    -----END PRIVATE KEY-----
  trust: {jwks: {keys: []}}
peers:
  takt: {url: 'http://rekuest-takt:8080/rekuest', settings: {socket: /run/takt/internal.sock}}
)";

class Render : public testing::Test {
 protected:
  Render() {
    std::string name = (std::filesystem::temp_directory_path() / "arkitektd-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    files_.facts = folder_ / "facts.yaml";
    write(kFacts);
  }
  ~Render() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& facts) { std::ofstream(files_.facts) << facts; }
  /// The facts with one text in place of another.
  void change(const std::string& before, const std::string& after) {
    std::string facts = kFacts;
    facts.replace(facts.find(before), before.size(), after);
    write(facts);
  }
  void override_with(const std::string& text) {
    files_.overrides = folder_ / "overrides.yaml";
    std::ofstream(files_.overrides) << text;
  }
  std::string rendered() { return render(rekuest::description(), files_); }
  std::string problem() {
    try {
      rendered();
      return "accepted";
    } catch (const base::Error& error) {
      return error.message();
    }
  }
  /// As `serve rekuest` reads it.
  RekuestSettings served() {
    ProcessFlags flags;
    flags.config_file = folder_ / "config.yaml";
    std::ofstream(flags.config_file) << rendered();
    return read_rekuest_settings(flags);
  }

  std::filesystem::path folder_;
  RenderFiles files_;
};

TEST_F(Render, MakesTheConfigurationThatServeReads) {
  const RekuestSettings settings = served();
  EXPECT_EQ(settings.path, "rekuest");
  EXPECT_EQ(settings.database.uri,
            R"(host='db' port='5432' dbname='rekuest_main' user='rough-wind' password='it\'s: #\\ 1')");
  EXPECT_EQ(settings.callers.audience, "rekuest");
  EXPECT_EQ(settings.callers.hub, "17bf17a6-748b-4423-8874-e48cb6668aca");
  EXPECT_EQ(settings.callers.allowed_organizations, std::vector<std::string>{"41"});
  ASSERT_EQ(settings.callers.issuers.size(), 2u);
  EXPECT_EQ(std::get<service::KeyUri>(settings.callers.issuers[0].keys).uri, "http://coord/lok/o/jwks/");
  EXPECT_NE(std::get<jose::KeySet>(settings.callers.issuers[1].keys).find("k"), nullptr);
  EXPECT_EQ(settings.rekuest.issuer, "rekuest");
}

TEST_F(Render, ProvenanceIsSignedWithTheInstancesKeyUnderItsThumbprint) {
  const RekuestSettings settings = served();
  EXPECT_EQ(settings.rekuest.key_id, "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y");
  EXPECT_EQ(settings.rekuest.signing_key.value().public_jwk("Ed25519")["x"].as_string(),
            "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
  EXPECT_EQ(settings.instance_key.value().raw_public(), settings.rekuest.signing_key.value().raw_public());
}

TEST_F(Render, GivesMikroTheObjectStoreAndWhoseTasksCount) {
  std::string facts = kFacts;
  for (const auto& [before, after] :
       {std::pair{"name: rekuest\n", "name: mikro\n"}, std::pair{"path: rekuest", "path: mikro"},
        std::pair{"issuers: []", "issuers: [{kind: jwks_uri, iss: rekuest, jwks_uri: u}]"}}) {
    facts.replace(facts.find(before), std::string_view(before).size(), after);
  }
  write(facts + R"(storage:
  access_key: rough
  secret_key: wind
  host: rustfs
  port: 9000
  protocol: http
  region: us-east-1
  role_arn: 'arn:aws:iam::000000000000:role/datalayer'
  session_duration_seconds: 1800
  buckets: {zarr: mikrozarr, media: mikromedia}
)");
  ProcessFlags flags;
  flags.config_file = folder_ / "config.yaml";
  std::ofstream(flags.config_file) << render(mikro::description(), files_);
  const MikroSettings settings = read_mikro_settings(flags);
  EXPECT_EQ(settings.path, "mikro");
  EXPECT_EQ(settings.storage.endpoint, "http://rustfs:9000");
  EXPECT_EQ(settings.storage.role_arn, "arn:aws:iam::000000000000:role/datalayer");
  EXPECT_EQ(settings.mikro.stores.lifetime, std::chrono::minutes(30));
  EXPECT_EQ(settings.mikro.stores.bucket_of({"zarr", ""}), "mikrozarr");
  EXPECT_EQ(settings.mikro.stores.bucket_of({"parquet", ""}), "parquet");
  ASSERT_TRUE(settings.callers.provenance);
  EXPECT_EQ(settings.callers.provenance->audience, "*");
  EXPECT_EQ(settings.callers.provenance->issuers.at(0).iss, "rekuest");

  write(facts);
  EXPECT_THROW(render(mikro::description(), files_), base::Error);
}

TEST_F(Render, GivesTheSameTextForTheSameFacts) { EXPECT_EQ(rendered(), rendered()); }

TEST_F(Render, LaysOverridesOverTheResult) {
  override_with("agents: {grace_seconds: 5}\ndatabase: {port: 5433}\n");
  const RekuestSettings settings = served();
  EXPECT_EQ(settings.rekuest.grace.count(), 5);
  EXPECT_THAT(settings.database.uri, HasSubstr("port='5433'"));
  EXPECT_THAT(settings.database.uri, HasSubstr("dbname='rekuest_main'"));
}

TEST_F(Render, RefusesAnOverrideThatIsNoSettingWithItsPlaceAndWhatWasMeant) {
  override_with("agents:\n  grace_secs: 5\n");
  EXPECT_THAT(problem(), AllOf(HasSubstr("overrides.yaml:2"), HasSubstr("'agents.grace_secs'")));
  override_with("agents:\n  grace_second: 5\n");
  EXPECT_THAT(problem(), HasSubstr("did you mean 'grace_seconds'?"));
  override_with("agents: {grace_seconds: soon}\n");
  EXPECT_THAT(problem(), HasSubstr("overrides.yaml:1"));
  files_.overrides = "/nowhere/overrides.yaml";
  EXPECT_THAT(problem(), HasSubstr("/nowhere/overrides.yaml"));
}

TEST_F(Render, RefusesFactsItCannotUseAndNamesTheField) {
  change("facts: 1", "facts: 2");
  EXPECT_THAT(problem(), AllOf(HasSubstr("facts.yaml:1"), HasSubstr("'facts'")));
  change("facts: 1", "other: 1");
  EXPECT_THAT(problem(), HasSubstr("'facts'"));
  change("name: rekuest\n", "name: mikro\n");
  EXPECT_THAT(problem(), HasSubstr("'me.name'"));
  change("audience: rekuest", "audience: ''");
  EXPECT_THAT(problem(), HasSubstr("'hub.auth.audience'"));
  change("host: db", "hots: db");
  EXPECT_THAT(problem(), HasSubstr("'databases.main.host'"));
  change("BEGIN PRIVATE KEY", "BEGIN PUBLIC KEY");
  EXPECT_THAT(problem(), HasSubstr("'instance.private_key'"));
  change("kind: jwks_uri", "kind: magic");
  EXPECT_THAT(problem(), HasSubstr("authentikate.issuers[0].kind"));
  change("static_tokens: {}", "static_tokens: {demo: {sub: '1'}}");
  EXPECT_THAT(problem(), HasSubstr("static_tokens"));
  write("");
  EXPECT_THAT(problem(), HasSubstr("'facts'"));
  files_.facts = "/nowhere/facts.yaml";
  EXPECT_THAT(problem(), HasSubstr("/nowhere/facts.yaml"));
}

TEST_F(Render, TakesStaticTokensWhereTheServiceIsDebugged) {
  std::string facts = kFacts;
  facts.replace(facts.find("debug: false"), 12, "debug: true");
  facts.replace(facts.find("static_tokens: {}"), 17, "static_tokens: {'1e5': {sub: '1'}}");
  write(facts);
  EXPECT_EQ(served().callers.static_tokens.count("1e5"), 1u);
}

TEST_F(Render, LokIsConfiguredByTheToolItself) {
  EXPECT_THROW(render(lok::description(), files_), base::Error);
}

}  // namespace
}  // namespace platform
