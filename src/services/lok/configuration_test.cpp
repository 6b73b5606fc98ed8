#include "services/lok/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "services/lok/description.h"
#include "services/lok/provisioning/first_configuration.h"

namespace lok {
namespace {

using base::Config;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Config document(const std::string& text) {
  return Config::load({.file = "lok.yaml", .text = text, .environment = {}, .flags = {}},
                      Config::Unknown::kRefuse);
}

std::string message_of(const std::string& text) {
  try {
    Configuration::read(document(text));
  } catch (const base::Error& error) {
    return error.message();
  }
  return "";
}

FirstOptions first_options() {
  FirstOptions options;
  options.services = {description(), {.name = "rekuest", .summary = "Tasks", .scopes = {{"read", "See"}}}};
  return options;
}

// As the deployment tool writes it, shortened.
constexpr const char* kKonstruktor = R"(
django:
  admin: {username: admin, password: secret, email: null}
  secret_key: "a!@#$%^&*(-_=+)b"
  force_script_name: lok
  hosts: ['*']
  csrf_trusted_origins: [http://localhost:2754]
  debug: false
  allow_insecure_transport: false
  trusted_proxy_depth: 1
postgres: {engine: django.db.backends.postgresql, host: db, port: 5432, db_name: lok_main, username: u, password: p}
redis: {host: redis, port: 6379}
authentikate: {audience: '*', issuers: [{kind: rsa, iss: lok, kid: lok-key-1, public_key: x}], static_tokens: {}}
datalayer: {access_key: a, secret_key: b, host: rustfs, port: 9000, protocol: http, media: {bucket: lokmedia}}
deployment: {name: labhub}
lok: {key_id: lok-key-1, public_key: x}
private_key: pem
oidc_issuer: lok
discovery_follows_request: true
users: [{username: alice, password: one}]
organizations: [{name: Demo, identifier: demo, owner: alice, auto_configure: true}]
memberships: [{user: alice, organization: demo, roles: [admin]}]
mandate_keys: [{name: konstruktor-0123456789ab, key: k1, user: alice, organization: demo, hub: labhub}]
kommunity_partners:
  - identifier: konstruktor
    name: This hub
    partner_kind: preauthorized
    auto_configure: true
    preconfigured_hub:
      uid: 7d0e
      identifier: labhub
      description: null
      logo: null
      request_auth_key: false
      clients:
        - {identifier: plugin_engine, description: d, mandate_key: k2,
           manifest: {identifier: engine, version: 1.0.0, scopes: [], requirements: [], device_id: x}}
      instances:
        - identifier: Mikro
          name: Mikro
          description: Images
          manifest: {identifier: live.arkitekt.mikro, version: 1.0.0, description: d, logo: null,
                     roles: [{key: curator, description: c}], scopes: [{key: read, description: r}],
                     node_id: n, instance_id: default, public_sources: [{kind: github, url: u}], challenge_key: AAAA}
          aliases:
            - {id: localhost, name: n, host: localhost, port: 2754, path: mikro, ssl: false, challenge: ht,
               kind: absolute, scope: local, reach: loopback, public: false}
            - {id: internal, name: n, host: gateway, port: 80, path: mikro, ssl: false, challenge: ht,
               kind: docker, scope: local, reach: internal, public: false}
        - identifier: S3
          name: S3
          description: Objects
          manifest: {identifier: live.arkitekt.s3, version: 1.0.0, instance_id: default}
          aliases: [{id: a, host: localhost, port: 2754, path: null, ssl: false, challenge: rustfs/health}]
)";

TEST(Configuration, ReadsWhatTheDeploymentToolWrites) {
  const Config config = document(kKonstruktor);
  const Configuration read = Configuration::read(config);
  EXPECT_THAT(config.unknown_keys(), IsEmpty());
  EXPECT_EQ(read.deployment_name, "labhub");
  EXPECT_EQ(read.secret, "a!@#$%^&*(-_=+)b");
  EXPECT_FALSE(read.allow_insecure_transport);
  EXPECT_EQ(read.trusted_proxies, 1);
  EXPECT_EQ(read.postgres->database, "lok_main");
  ASSERT_EQ(read.users.size(), 2u);
  EXPECT_TRUE(read.users[0].superuser);
  EXPECT_EQ(read.users[1].username, "alice");
  ASSERT_EQ(read.hubs.size(), 1u);
  const HubSettings& hub = read.hubs[0];
  EXPECT_EQ(hub.organization, "demo");
  EXPECT_EQ(hub.clients[0].app, "engine");
  EXPECT_EQ(hub.clients[0].key, "k2");
  const InstanceSettings& mikro = hub.instances[0];
  EXPECT_EQ(mikro.instance_id, "mikro");
  EXPECT_EQ(mikro.service, "live.arkitekt.mikro");
  EXPECT_EQ(mikro.challenge_key, "AAAA");
  EXPECT_EQ(mikro.roles[0].key, "curator");
  EXPECT_EQ(mikro.aliases[1].kind, "docker");
  EXPECT_EQ(mikro.aliases[1].reach, "internal");
  EXPECT_EQ(hub.instances[1].aliases[0].path, std::nullopt);
  EXPECT_EQ(hub.instances[1].aliases[0].challenge, "rustfs/health");
  EXPECT_EQ(read.mandate_keys[0].hub, "labhub");
}

TEST(Configuration, WhoIsListedTwiceIsOneAccountWithTheRankOfTheOneAndThePasswordOfTheOther) {
  const Configuration read =
      Configuration::read(document("django: {admin: {username: ada, password: one, email: ada@lab.org}}\n"
                                   "users: [{username: ada, password: two}]\n"));
  ASSERT_EQ(read.users.size(), 1u);
  EXPECT_TRUE(read.users[0].superuser);
  EXPECT_EQ(read.users[0].password, "two");
  EXPECT_EQ(read.users[0].email, "ada@lab.org");
}

TEST(Configuration, RefusesNumbersThatCannotBeMeant) {
  EXPECT_THAT(message_of("trusted_proxy_depth: -1"), HasSubstr("number of proxies"));
  EXPECT_THAT(message_of("lok: {access_token_lifetime: 0}"), HasSubstr("86400"));
  EXPECT_THAT(message_of("lok: {access_token_lifetime: 90000}"), HasSubstr("86400"));
}

TEST(Configuration, ReadsTheShortForm) {
  const Config config = document(R"(
deployment: {name: Lab, description: A lab}
force_script_name: auth
trusted_proxy_depth: 2
lok: {access_token_lifetime: 5}
organizations: [{identifier: lab, name: Lab, owner: ada}]
users: [{username: ada, password: x, email: ada@lab.org, is_superuser: false}]
hubs:
  - identifier: main
    organization: lab
    instances:
      - {instance_id: mikro, service: live.arkitekt.mikro, version: "8", challenge_key: null,
         aliases: [{path: mikro, challenge: ht}]}
mandate_keys: [{name: ci, key: k, user: ada, organization: lab, hub: main, any_app: true}]
)");
  const Configuration read = Configuration::read(config);
  EXPECT_THAT(config.unknown_keys(), IsEmpty());
  EXPECT_EQ(read.prefix, "auth");
  EXPECT_EQ(read.token_lifetime.count(), 5);
  EXPECT_EQ(read.hubs[0].instances[0].instance_id, "mikro");
  EXPECT_EQ(read.hubs[0].instances[0].challenge_key, std::nullopt);
  EXPECT_EQ(read.hubs[0].instances[0].aliases[0].kind, "relative");
  EXPECT_TRUE(read.mandate_keys[0].any_app);
}

TEST(Configuration, NamesTheLineOfWhatCannotWork) {
  EXPECT_THAT(message_of("users:\n  - password: x\n"), HasSubstr("users[0].username' must be given"));
  EXPECT_THAT(message_of("lok:\n  access_token_lifetime: 0\n"), HasSubstr("lok.yaml:2"));
  EXPECT_THAT(message_of("mandate_keys: [{key: k, user: a, organization: o, hub: nowhere}]"),
              HasSubstr("names no hub"));
  EXPECT_THAT(message_of("hubs: [{identifier: h, organization: o, instances: [{service: s, identifier: S,\n"
                         " aliases: [{host: h, reach: moon}]}]}]"),
              HasSubstr("must be one of loopback, internal"));
}

TEST(Configuration, ReadsRelyingParties) {
  const Configuration read = Configuration::read(document(R"(
openid_apps:
  - {client_name: Wiki, client_id: wiki, client_secret: s, redirect_uris: [https://wiki.lab.org/cb],
     post_logout_redirect_uris: [https://wiki.lab.org/bye], organization: lab}
  - {client_id: tool, redirect_uris: ["http://127.0.0.1/cb"]}
)"));
  ASSERT_EQ(read.relying_parties.size(), 2u);
  const RelyingPartySettings& wiki = read.relying_parties[0];
  EXPECT_EQ(wiki.name, "Wiki");
  EXPECT_EQ(wiki.secret, "s");
  EXPECT_THAT(wiki.redirect_uris, ElementsAre("https://wiki.lab.org/cb"));
  EXPECT_THAT(wiki.post_logout_redirect_uris, ElementsAre("https://wiki.lab.org/bye"));
  EXPECT_EQ(wiki.organization, "lab");
  EXPECT_EQ(read.relying_parties[1].name, "tool");
  EXPECT_EQ(read.relying_parties[1].secret, std::nullopt);
}

TEST(Configuration, RefusesRelyingPartiesThatCannotWork) {
  const auto problem = [](const std::string& party) { return message_of("openid_apps: [" + party + "]"); };
  EXPECT_THAT(problem("{client_id: a}"), HasSubstr("must list where people go on"));
  EXPECT_THAT(problem("{client_id: 'a:b', redirect_uris: [https://a/]}"), HasSubstr("letters, digits"));
  EXPECT_THAT(problem("{client_id: a, redirect_uris: ['https://a/#x']}"), HasSubstr("fragment"));
  EXPECT_THAT(problem("{client_id: a, redirect_uris: [https://a/], post_logout_redirect_uris: [/bye]}"),
              HasSubstr("must be an absolute address"));
  EXPECT_THAT(
      problem("{client_id: a, redirect_uris: [https://a/]}, {client_id: a, redirect_uris: [https://a/]}"),
      HasSubstr("is listed twice"));
}

TEST(FirstConfiguration, IsReadBackWithoutAnUnknownKey) {
  const Config config = document(make_first_configuration(first_options()));
  const Configuration read = Configuration::read(config);
  EXPECT_THAT(config.unknown_keys(), IsEmpty());
  EXPECT_EQ(read.users.size(), 2u);
  EXPECT_EQ(read.users[0].password.size(), 40u);
  EXPECT_NE(read.users[0].password, read.users[1].password);
  EXPECT_GE(read.mandate_keys.size(), 24u);
  EXPECT_EQ(read.mandate_keys[0].key.size(), 43u);
  ASSERT_EQ(read.hubs.size(), 1u);
  std::vector<std::string> instances;
  for (const InstanceSettings& instance : read.hubs[0].instances) instances.push_back(instance.instance_id);
  EXPECT_THAT(instances, ElementsAre("lok", "rekuest", "s3"));
  EXPECT_EQ(read.hubs[0].instances[1].aliases[0].host, std::nullopt);
  EXPECT_EQ(read.hubs[0].instances[1].description, "Tasks");
  EXPECT_EQ(read.hubs[0].instances[1].scopes.at(0).key, "read");
  EXPECT_THAT(*read.private_key, HasSubstr("BEGIN PRIVATE KEY"));
}

TEST(FirstConfiguration, CanBeForServicesOnTheirOwn) {
  FirstOptions options = first_options();
  options.database_uri = "postgresql://a:b@db/lab";
  options.object_store_health = "https://s3.lab.org/minio/health/live";
  options.trusted_proxies = 1;
  options.allow_insecure_transport = false;
  const Config config = document(make_first_configuration(options));
  const Configuration read = Configuration::read(config);
  EXPECT_EQ(config.text("database.uri", ""), options.database_uri);
  EXPECT_EQ(config.text("database.schema", ""), "lok");
  EXPECT_THAT(config.unknown_keys(), IsEmpty());
  EXPECT_EQ(read.trusted_proxies, 1);
  EXPECT_FALSE(read.allow_insecure_transport);
  const base::Json store = access_document(read, "https://lab.org")["services"]["s3"];
  EXPECT_EQ(store["url"].as_string(), "https://s3.lab.org:443");
  EXPECT_EQ(store["health_url"].as_string(), "https://s3.lab.org:443/minio/health/live?format=json");
}

TEST(FirstConfiguration, DescribesHowToGetIn) {
  Configuration read = Configuration::read(document(make_first_configuration(first_options())));
  follow_object_store(read, 9001);
  const base::Json access = access_document(read, "http://localhost:9000");
  EXPECT_EQ(access["version"].as_int64(), 1);
  EXPECT_EQ(access["issuer"].as_string(), "lok");
  EXPECT_EQ(access["fakts_url"].as_string(), "http://localhost:9000");
  EXPECT_EQ(access["admin"]["username"].as_string(), "admin");
  EXPECT_EQ(access["users"].items().size(), 1u);
  EXPECT_EQ(access["mandate_keys"].items().size(), 32u);
  EXPECT_EQ(access["services"]["rekuest"].dump(),
            R"({"identifier":"live.arkitekt.rekuest","url":"http://localhost:9000/rekuest",)"
            R"("health_url":"http://localhost:9000/rekuest/ht?format=json"})");
  EXPECT_EQ(access["services"]["s3"]["url"].as_string(), "http://localhost:9001");
  EXPECT_EQ(access_document(read, "http://lab.org")["services"]["s3"]["url"].as_string(),
            "http://lab.org:9001");
  EXPECT_EQ(access_document(read, "http://[::1]")["services"]["s3"]["url"].as_string(), "http://[::1]:9001");
  EXPECT_EQ(access_document(read, "http://[::1]:80")["services"]["s3"]["url"].as_string(),
            "http://[::1]:9001");
}

TEST(PrivateFile, IsWrittenOnceAndForItsOwnerOnly) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("lok_private_" + base::random_token(9))).string();
  write_private_file(path, "one");
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_THROW(write_private_file(path, "two"), base::Error);
  replace_private_file(path, "three");
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  EXPECT_EQ(content.str(), "three");
  std::filesystem::remove(path);
  EXPECT_THROW(write_private_file("/nowhere/at/all", "x"), base::Error);
}

}  // namespace
}  // namespace lok
