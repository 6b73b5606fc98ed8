#include "platform/init.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/json.h"
#include "platform/serve_settings.h"
#include "platform/start_error.h"

namespace platform {
namespace {

using testing::HasSubstr;

class Init : public testing::Test {
 protected:
  Init() {
    std::string name = (std::filesystem::temp_directory_path() / "arkitektd-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_ = {.directory = folder_ / "lab",
                .origin = "https://arkitekt.lab.org/",
                .postgres = "postgresql://a:b@db/lab",
                .object_store_health = "",
                .storage = {}};
  }
  ~Init() override { std::filesystem::remove_all(folder_); }

  std::string path(const char* file) const { return folder_ / "lab" / file; }
  std::string problem() const {
    try {
      write_first_files(options_);
      return "accepted";
    } catch (const StartError& error) {
      return error.message();
    }
  }

  std::filesystem::path folder_;
  InitOptions options_;
};

TEST_F(Init, WritesWhatTheServicesRead) {
  write_first_files(options_);
  ProcessFlags flags;
  flags.config_file = path("lok.yaml");
  const LokSettings lok = read_lok_settings(flags);
  flags.config_file = path("rekuest.yaml");
  const RekuestSettings rekuest = read_rekuest_settings(flags);
  EXPECT_EQ(lok.database.uri, options_.postgres);
  EXPECT_EQ(rekuest.database.uri, options_.postgres);
  EXPECT_NE(lok.database.schema, rekuest.database.schema);
  EXPECT_FALSE(lok.lok.allow_insecure_transport);
  EXPECT_EQ(std::get<service::KeyUri>(rekuest.callers.issuers.at(0).keys).uri,
            "https://arkitekt.lab.org/lok/o/jwks/");
}

TEST_F(Init, GivesEachServiceTheKeyThatLokNames) {
  write_first_files(options_);
  ProcessFlags flags;
  flags.config_file = path("lok.yaml");
  const LokSettings lok = read_lok_settings(flags);
  flags.config_file = path("rekuest.yaml");
  const std::map<std::string, std::optional<jose::Key>> own{
      {"live.arkitekt.lok", lok.instance_key},
      {"live.arkitekt.rekuest", read_rekuest_settings(flags).instance_key},
      {"live.arkitekt.s3", std::nullopt}};
  for (const lok::InstanceSettings& instance : lok.lok.hubs.at(0).instances) {
    const std::optional<jose::Key>& key = own.at(instance.service);
    EXPECT_EQ(instance.challenge_key,
              key ? std::optional(jose::base64_encode(key->raw_public())) : std::nullopt)
        << instance.service;
  }
}

TEST_F(Init, WithAStorageThereIsMikroAndPicturesAreKept) {
  options_.storage = {.endpoint = "https://s3.lab.org/",
                      .access_key = "a",
                      .secret_key = "b",
                      .sts_endpoint = "https://sts.lab.org",
                      .external_id = "lab-7"};
  const FirstFiles written = write_first_files(options_);
  EXPECT_THAT(written.services, testing::ElementsAre("lok", "rekuest", "mikro"));
  EXPECT_THAT(written.buckets, testing::IsSupersetOf({"lok-media", "rekuest-media", "media", "zarr"}));
  ProcessFlags flags;
  flags.config_file = path("mikro.yaml");
  const MikroSettings mikro = read_mikro_settings(flags);
  EXPECT_EQ(mikro.storage.endpoint, "https://s3.lab.org");
  EXPECT_FALSE(mikro.storage.allow_permanent_keys);
  EXPECT_EQ(mikro.storage.sts_endpoint, "https://sts.lab.org");
  EXPECT_EQ(mikro.storage.external_id, "lab-7");
  EXPECT_EQ(mikro.callers.provenance->issuers.at(0).iss, "rekuest");
  EXPECT_EQ(std::get<service::KeyUri>(mikro.callers.provenance->issuers.at(0).keys).uri,
            "https://arkitekt.lab.org/rekuest/.well-known/jwks.json");
  flags.config_file = path("rekuest.yaml");
  EXPECT_EQ(read_rekuest_settings(flags).storage->secret_key, "b");
  flags.config_file = path("lok.yaml");
  const LokSettings lok = read_lok_settings(flags);
  EXPECT_EQ(lok.storage->endpoint, "https://s3.lab.org");
  EXPECT_EQ(lok.media_bucket, "lok-media");
  const auto& instances = lok.lok.hubs.at(0).instances;
  EXPECT_TRUE(std::ranges::any_of(
      instances, [&](const lok::InstanceSettings& one) { return one.service == "live.arkitekt.mikro"; }));
}

TEST_F(Init, AStorageWithoutKeysIsRefused) {
  options_.storage.endpoint = "https://s3.lab.org";
  EXPECT_THAT(problem(), HasSubstr("AWS_ACCESS_KEY_ID"));
  options_.storage = {.endpoint = "nowhere", .access_key = "a", .secret_key = "b"};
  EXPECT_THAT(problem(), HasSubstr("nowhere"));
  options_.storage = {
      .endpoint = "https://s3.lab.org", .access_key = "a", .secret_key = "b", .sts_endpoint = "elsewhere"};
  EXPECT_THAT(problem(), HasSubstr("elsewhere"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lab"));
}

TEST_F(Init, SaysHowToGetIn) {
  write_first_files(options_);
  std::ifstream file(path("access.json"));
  const base::Json access = base::Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_EQ(access["fakts_url"].as_string(), "https://arkitekt.lab.org");
  EXPECT_EQ(access["services"]["rekuest"]["url"].as_string(), "https://arkitekt.lab.org/rekuest");
  EXPECT_EQ(access["services"]["s3"]["health_url"].as_string(),
            "https://arkitekt.lab.org:443/rustfs/health?format=json");
}

TEST_F(Init, KeepsSecretsToTheOwner) {
  write_first_files(options_);
  for (const char* name : {"lok.yaml", "rekuest.yaml", "access.json"}) {
    struct stat status{};
    ASSERT_EQ(::stat(path(name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600) << name;
  }
}

TEST_F(Init, ReplacesNothingAndThenWritesNothing) {
  std::filesystem::create_directories(folder_ / "lab");
  std::ofstream(path("rekuest.yaml")) << "mine";
  EXPECT_THAT(problem(), HasSubstr("rekuest.yaml exists already"));
  EXPECT_FALSE(std::filesystem::exists(path("lok.yaml")));
}

TEST_F(Init, RefusesAnOriginThatIsNone) {
  for (const char* origin : {"arkitekt.lab.org", "https://lab.org/arkitekt", "ftp://lab.org", ""}) {
    options_.origin = origin;
    EXPECT_NE(problem(), "accepted") << origin;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lab"));
}

}  // namespace
}  // namespace platform
