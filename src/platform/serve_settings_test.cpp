#include "platform/serve_settings.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "platform/start_error.h"

namespace platform {
namespace {

using testing::HasSubstr;

constexpr const char* kTrust =
    "authentikate: {audience: rekuest, issuers: [{kind: jwks_uri, iss: lok, jwks_uri: u}]}\n";

class ServeSettings : public testing::Test {
 protected:
  ServeSettings() {
    std::string name = (std::filesystem::temp_directory_path() / "arkitektd-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ServeSettings() override { std::filesystem::remove_all(folder_); }

  ProcessFlags flags_for(const std::string& text) const {
    ProcessFlags flags;
    flags.config_file = folder_ / "service.yaml";
    std::ofstream(flags.config_file) << text;
    return flags;
  }
  RekuestSettings rekuest(const std::string& text) const {
    return read_rekuest_settings(flags_for(kTrust + text));
  }
  std::string problem_of(const std::string& text) const {
    try {
      rekuest(text);
      return "accepted";
    } catch (const StartError& error) {
      EXPECT_EQ(error.exit, Exit::kConfiguration);
      return error.message();
    }
  }

  std::filesystem::path folder_;
};

TEST_F(ServeSettings, RekuestMayHaveAnObjectStore) {
  const std::string database = "database: {file: /data/rekuest.sqlite}\n";
  EXPECT_FALSE(rekuest(database).storage);
  const std::string keys = "access_key: a, secret_key: b, role_arn: 'arn:aws:iam::0:role/x'";
  const RekuestSettings settings =
      rekuest(database + "storage: {host: rustfs, " + keys + ", buckets: {media: ours}}");
  ASSERT_TRUE(settings.storage);
  EXPECT_EQ(settings.storage->endpoint, "http://rustfs:9000");
  EXPECT_EQ(settings.rekuest.stores.bucket_of({"media", "media_store"}), "ours");
  EXPECT_EQ(settings.rekuest.stores.bucket_of({"kulisse", "kulisse_store"}), "rekuest-kulisse");
  EXPECT_EQ(settings.storage->sts_endpoint, "");
  EXPECT_THAT(problem_of(database + "storage: {host: rustfs}"), HasSubstr("storage.access_key"));
  EXPECT_THAT(problem_of(database + "storage: {host: rustfs, sts_endpoint: sts, " + keys + "}"),
              HasSubstr("storage.sts_endpoint"));
}

TEST_F(ServeSettings, LokReadsTheObjectStoreThatItsFileNames) {
  const std::string database = "database: {file: /data/lok.sqlite}\n";
  EXPECT_FALSE(read_lok_settings(flags_for(database)).storage);
  const LokSettings settings =
      read_lok_settings(flags_for(
          database + "datalayer: {access_key: a, secret_key: b, host: rustfs, port: 9001, protocol: https,"
                     " media: {bucket: lokmedia}}"));
  ASSERT_TRUE(settings.storage);
  EXPECT_EQ(settings.storage->endpoint, "https://rustfs:9001");
  EXPECT_EQ(settings.storage->secret_key, "b");
  EXPECT_EQ(settings.media_bucket, "lokmedia");
  EXPECT_THROW(read_lok_settings(flags_for(database + "datalayer: {host: rustfs}")), StartError);
}

TEST_F(ServeSettings, NameADatabaseInOneOfThreeWays) {
  EXPECT_EQ(rekuest("database: {uri: 'postgresql://a:b@db/lab', schema: s}").database.uri,
            "postgresql://a:b@db/lab");
  EXPECT_EQ(rekuest("database: {uri: x, schema: s, connections: 3}").database.schema, "s");
  EXPECT_EQ(rekuest("database: {file: /data/rekuest.sqlite}").database.file, "/data/rekuest.sqlite");
  EXPECT_EQ(rekuest("database: {host: db, name: lab, username: u, password: \"it's\\\\\"}").database.uri,
            R"(host='db' port='5432' dbname='lab' user='u' password='it\'s\\')");
  EXPECT_THAT(problem_of("database: {uri: x, host: db}"), HasSubstr("twice"));
  EXPECT_THAT(problem_of("database: {schema: s}"), HasSubstr("must be given"));
  EXPECT_THAT(problem_of(""), HasSubstr("must be given"));
}

TEST_F(ServeSettings, SayWhereAnUnknownKeyStandsAndWhatWasMeant) {
  EXPECT_THAT(problem_of("database:\n  uri: x\n  shema: s\n"),
              testing::AllOf(HasSubstr("service.yaml:4"), HasSubstr("schema")));
  EXPECT_THAT(problem_of("database: {uri: x}\nlog: {level: loud}"), HasSubstr("debug, info, warning, error"));
  EXPECT_THAT(problem_of("database: {uri: x}\nport: 0"), HasSubstr("is no port"));
}

TEST_F(ServeSettings, FollowFlagsOverEnvironmentOverFile) {
  ProcessFlags flags = flags_for(std::string(kTrust) + "database: {uri: of the file}\nport: 81\nworkers: 3");
  ::setenv("ARKITEKT__DATABASE__URI", "of the environment", 1);
  ::setenv("ARKITEKT__PORT", "82", 1);
  flags.port = 83;
  const RekuestSettings settings = read_rekuest_settings(flags);
  ::unsetenv("ARKITEKT__DATABASE__URI");
  ::unsetenv("ARKITEKT__PORT");
  EXPECT_EQ(settings.database.uri, "of the environment");
  EXPECT_EQ(settings.process.port, 83);
  EXPECT_EQ(settings.process.workers, 3u);
}

TEST_F(ServeSettings, OfLokAreAlsoWhatTheDeploymentToolWrites) {
  const std::string tools =
      "postgres: {engine: e, host: db, port: 5433, db_name: lok_main, username: u, password: p}\n";
  const LokSettings settings =
      read_lok_settings(flags_for(tools + "trusted_proxy_depth: 1\nnever_heard_of: 1\n"));
  EXPECT_EQ(settings.database.uri, "host='db' port='5433' dbname='lok_main' user='u' password='p'");
  EXPECT_EQ(settings.lok.trusted_proxies, 1);
  EXPECT_EQ(read_lok_settings(flags_for(tools + "database: {uri: ours}")).database.uri, "ours");
}

TEST_F(ServeSettings, OfLokFollowTheVariablesOfTheDeploymentToolBelowOurs) {
  const ProcessFlags flags = flags_for(
      "postgres: {host: db, db_name: lok_main, username: u, password: p}\n"
      "django: {admin: {username: admin, password: one}}\n");
  const std::map<const char*, const char*> variables{{"POSTGRES__PASSWORD", "theirs"},
                                                     {"POSTGRES__USERNAME", "theirs"},
                                                     {"ARKITEKT__POSTGRES__USERNAME", "ours"},
                                                     {"DJANGO__ADMIN__PASSWORD", "another"},
                                                     {"OIDC_ISSUER", "lab"}};
  for (const auto& [name, value] : variables) ::setenv(name, value, 1);
  const LokSettings settings = read_lok_settings(flags);
  for (const auto& [name, value] : variables) ::unsetenv(name);
  EXPECT_THAT(settings.database.uri, HasSubstr("user='ours' password='theirs'"));
  EXPECT_EQ(settings.lok.users.at(0).password, "another");
  EXPECT_EQ(settings.lok.issuer, "lab");
}

TEST_F(ServeSettings, DebuggingTakesStaticTokensAndSaysMore) {
  const std::string tokens =
      "authentikate: {audience: rekuest, static_tokens: {demo: {sub: 1}}}\ndatabase: {uri: x}\n";
  EXPECT_THROW(read_rekuest_settings(flags_for(tokens)), StartError);
  ProcessFlags flags = flags_for(tokens);
  flags.debug = true;
  const RekuestSettings settings = read_rekuest_settings(flags);
  EXPECT_EQ(settings.callers.static_tokens.count("demo"), 1u);
  EXPECT_EQ(settings.process.log_level, "debug");
}

}  // namespace
}  // namespace platform
