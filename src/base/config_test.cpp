#include "base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Config document(const std::string& text, Config::Unknown unknown = Config::Unknown::kRefuse) {
  return Config::load({.file = "lab.yaml", .text = text, .environment = {}, .flags = {}}, unknown);
}

template <class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code::kValidation);
    return error.message();
  }
  return "";
}

std::string temporary_file(const std::string& content) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("config_test_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
                     "_" + std::to_string(std::hash<std::string>{}(content)));
  std::ofstream(path) << content;
  return path.string();
}

TEST(Config, ReadsTypedValuesByDottedPath) {
  const Config config = document("http: {port: 8000, tls: yes, factor: 1.5}\nnames: [a, b]\nempty: ~\n");
  EXPECT_EQ(config.integer("http.port", 1), 8000);
  EXPECT_TRUE(config.flag("http.tls", false));
  EXPECT_EQ(config.number("http.factor", 0), 1.5);
  EXPECT_THAT(config.texts("names"), ElementsAre("a", "b"));
  EXPECT_EQ(config.text("empty", "default"), "default");
  EXPECT_EQ(config.text("not.there"), std::nullopt);
  EXPECT_NO_THROW(config.finish());
}

TEST(Config, EnvironmentBeatsTheFileAndFlagsBeatBoth) {
  const Config config =
      Config::load({.file = "lab.yaml",
                    .text = "postgres: {host: a, port: 1, db: a}",
                    .environment = {"ARKITEKT__POSTGRES__HOST=b", "ARKITEKT__POSTGRES__PORT=2",
                                    "ARKITEKT__LIST=x, y", "OTHER=1"},
                    .flags = {{"postgres.port", "3"}, {"addresses", "127.0.0.1,::1"}}},
                   Config::Unknown::kRefuse);
  EXPECT_EQ(config.text("postgres.host", ""), "b");
  EXPECT_EQ(config.integer("postgres.port", 0), 3);
  EXPECT_EQ(config.text("postgres.db", ""), "a");
  EXPECT_THAT(config.texts("list"), ElementsAre("x", "y"));
  EXPECT_THAT(config.texts("addresses"), ElementsAre("127.0.0.1", "::1"));
  EXPECT_NO_THROW(config.finish());
}

TEST(Config, NamesPlaceAndNearestKeyOfAnUnknownOne) {
  const Config config = document("http:\n  prot: 8000\n");
  config.integer("http.port", 1);
  EXPECT_EQ(message_of([&] { config.finish(); }),
            "lab.yaml:2: 'http.prot' is not a setting; did you mean 'port'?");
  EXPECT_EQ(message_of([] { document("\n\nwhatever: 1").finish(); }),
            "lab.yaml:3: 'whatever' is not a setting.");
}

TEST(Config, FindsUnknownKeysInsideLists) {
  const Config config = document("users:\n  - name: ada\n  - colour: red\n");
  for (const Config& user : config.list("users")) user.text("name");
  EXPECT_THAT(config.unknown_keys(), ElementsAre("lab.yaml:3: 'users[1].colour' is not a setting."));
}

TEST(Config, AnUnknownEnvironmentVariableIsNamed) {
  const Config config =
      Config::load({.file = "", .text = {}, .environment = {"ARKITEKT__HTTP__PROT=1"}, .flags = {}},
                   Config::Unknown::kRefuse);
  config.integer("http.port", 1);
  EXPECT_THAT(message_of([&] { config.finish(); }), HasSubstr("ARKITEKT__HTTP__PROT"));
}

TEST(Config, ToleratesUnknownKeysOfOtherToolsAndWhatIsIgnored) {
  EXPECT_NO_THROW(document("strange: 1", Config::Unknown::kWarn).finish());
  const Config config = document("redis: {host: x, deep: {er: 1}}");
  config.ignore("redis");
  EXPECT_NO_THROW(config.finish());
}

TEST(Config, NamesTheLineOfAnIllTypedValue) {
  const Config config = document("a: 1\nport: eighty\nflag: 7\nlist: x\n");
  EXPECT_EQ(message_of([&] { config.integer("port", 1); }), "lab.yaml:2: 'port' must be a whole number.");
  EXPECT_THAT(message_of([&] { config.flag("flag", true); }), HasSubstr("lab.yaml:3"));
  EXPECT_THAT(message_of([&] { config.texts("list"); }), HasSubstr("lab.yaml:4"));
  EXPECT_THAT(message_of([&] { config.text("a.b"); }), HasSubstr("lab.yaml:1"));
}

TEST(Config, NamesTheLineOfBrokenYaml) {
  EXPECT_THAT(message_of([] { document("a: 1\nb: [1\n"); }), HasSubstr("lab.yaml:"));
  EXPECT_THAT(message_of([] { document("- a\n"); }), HasSubstr("lab.yaml"));
  EXPECT_THAT(message_of([] { document("a: 1\na: 2\n"); }), HasSubstr("lab.yaml:2"));
  EXPECT_THAT(message_of([] {
                Config::load({.file = "/nowhere/x.yaml", .text = {}, .environment = {}, .flags = {}},
                             Config::Unknown::kRefuse);
              }),
              HasSubstr("/nowhere/x.yaml"));
}

TEST(Config, ReadsSecretsFromFiles) {
  const std::string file = temporary_file("hidden\n");
  const Config config = Config::load({.file = "lab.yaml",
                                      .text = "a: {file: " + file + "}\nb: plain\n",
                                      .environment = {"ARKITEKT__DB__PASSWORD_FILE=" + file},
                                      .flags = {}},
                                     Config::Unknown::kRefuse);
  EXPECT_EQ(config.secret("a"), "hidden");
  EXPECT_EQ(config.secret("b"), "plain");
  EXPECT_EQ(config.secret("db.password"), "hidden");
  EXPECT_EQ(config.secret("none"), std::nullopt);
  EXPECT_NO_THROW(config.finish());
  std::filesystem::remove(file);
}

TEST(Config, AnEmptyDocumentHasNothing) {
  const Config config = document("");
  EXPECT_FALSE(config.has("a"));
  EXPECT_TRUE(config.list("users").empty());
  EXPECT_EQ(config.section("http").integer("port", 5), 5);
  EXPECT_NO_THROW(config.finish());
}

TEST(Config, AnOverlayChangesWhatItNamesAndKeepsItsOwnPlace) {
  const std::string file = temporary_file("log: {level: debug}\nlist: [3]\nlgo:\n  x: 1\n");
  const Config config = Config::load({.file = "a.yaml",
                                      .text = "log: {level: info, format: json}\nlist: [1, 2]\n",
                                      .environment = {},
                                      .flags = {},
                                      .overlay = file},
                                     Config::Unknown::kRefuse);
  std::filesystem::remove(file);
  EXPECT_EQ(config.text("log.level", ""), "debug");
  EXPECT_EQ(config.text("log.format", ""), "json");
  EXPECT_EQ(config.texts("list"), std::vector<std::string>{"3"});
  ASSERT_EQ(config.unknown_keys().size(), 1u);
  EXPECT_EQ(config.unknown_keys()[0], file + ":3: 'lgo' is not a setting; did you mean 'log'?");
}

TEST(Config, SomeVariablesCountWithoutThePrefix) {
  const Config config =
      Config::load({.file = "a.yaml",
                    .text = "postgres: {host: file}\n",
                    .environment = {"ARKITEKT__POSTGRES__PORT=1", "POSTGRES__PORT=2", "POSTGRES__HOST=db",
                                    "POSTGRES=x", "ISSUER=lok", "ISSUER_URL=x", "PATH=/bin"},
                    .flags = {},
                    .plain_names = {"POSTGRES__", "ISSUER"}},
                   Config::Unknown::kRefuse);
  EXPECT_EQ(config.json().dump(), R"({"postgres":{"host":"db","port":1},"issuer":"lok"})");
}

TEST(Config, ShowsWhatStandsThereAsJson) {
  const Config config = document("a: [1, '1', 1.5, x, true, 'true', null]\nb: {c: \"2\"}\n");
  EXPECT_EQ(config.json("a").dump(), R"([1,"1",1.5,"x",true,"true",null])");
  EXPECT_EQ(config.json("b.c").dump(), R"("2")");
  EXPECT_EQ(config.json("b.d").dump(), "null");
}

}  // namespace
}  // namespace base
