#include "services/lok/login/manifest.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lok {
namespace {

TEST(Manifest, ReadsWhatClientsSend) {
  const Manifest manifest = Manifest::parse(
      R"({"identifier":"my-app","version":"0.0.1","author":"unknown","description":null,"logo":null,)"
      R"("scopes":["openid"],"device_id":"dev-1","public_sources":[{"kind":"github","url":"u"}],"strange":{},)"
      R"("requirements":[{"key":"s3","service":"live.arkitekt.s3","optional":true,"description":"…"}]})");
  EXPECT_EQ(manifest.identifier, "my-app");
  EXPECT_EQ(manifest.version, "0.0.1");
  EXPECT_EQ(manifest.device_id, "dev-1");
  ASSERT_EQ(manifest.requirements.size(), 1u);
  EXPECT_TRUE(manifest.requirements[0].optional);
  EXPECT_EQ(manifest.public_sources.items().size(), 1u);
}

TEST(Manifest, TakesNullForNoneAndTheOlderNameOfTheDevice) {
  const Manifest manifest = Manifest::parse(
      R"({"identifier":"a","version":"1","scopes":null,"requirements":null,"public_sources":null,"node_id":"n"})");
  EXPECT_TRUE(manifest.requirements.empty());
  EXPECT_EQ(manifest.device_id, "n");
}

TEST(Manifest, NeverKeepsTheRawDeviceId) {
  const Manifest manifest =
      Manifest::parse(R"({"identifier":"a","version":"1","device_id":"d","node_id":"n"})");
  EXPECT_EQ(manifest.document.dump(), R"({"identifier":"a","version":"1"})");
}

TEST(Manifest, RefusesWhatMakesNoSense) {
  const std::string long_name(256, 'x');
  for (const std::string& text :
       {std::string("nope"), std::string("[]"), std::string(R"({"version":"1"})"),
        std::string(R"({"identifier":"","version":"1"})"),
        std::string(R"({"identifier":"a/b","version":"1"})"),
        R"({"identifier":")" + long_name + R"(","version":"1"})", std::string(R"({"identifier":"a"})"),
        std::string(R"({"identifier":1,"version":"1"})"),
        std::string(R"({"identifier":"a","version":"1","scopes":"openid"})"),
        std::string(R"({"identifier":"a","version":"1","scopes":[1]})"),
        std::string(R"({"identifier":"a","version":"1","requirements":[{"key":"k"}]})"),
        std::string(R"({"identifier":"a","version":"1","requirements":[)"
                    R"({"key":"k","service":"s"},{"key":"k","service":"t"}]})")}) {
    try {
      Manifest::parse(text);
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.reason(), "invalid_request") << text;
    }
  }
}

}  // namespace
}  // namespace lok
