#include "platform/services.h"

#include <gtest/gtest.h>

#include <set>

#include "services/lok/description.h"
#include "services/rekuest/description.h"

namespace platform {
namespace {

using base::Json;

TEST(ImageLabel, SaysHowKonstruktorRunsRekuest) {
  const Json label = image_label(rekuest::description());
  EXPECT_EQ(label["contract"].as_int64(), 2);
  EXPECT_EQ(label["identifier"].as_string(), "live.arkitekt.rekuest");
  EXPECT_EQ(label["render"].dump(), R"(["arkitektd","render","rekuest"])");
  EXPECT_EQ(label["serve"].dump(), R"(["arkitektd","serve","rekuest"])");
  EXPECT_EQ(label["jobs"][label["prepare"].as_string()]["command"].dump(),
            R"(["arkitektd","migrate","rekuest"])");
  EXPECT_EQ(label["jobs"].find("superuser"), nullptr);
  EXPECT_TRUE(label["needs"]["instance_key"].as_bool());
  EXPECT_EQ(label["needs"]["storage"].dump(), "[]");
  EXPECT_EQ(label["offers"].dump(), R"({"health":"ht","endpoints":{"graphql":"graphql"}})");
}

TEST(ImageLabel, LokIsNotRenderedAndHasAccountsAndABucket) {
  const Json label = image_label(lok::description());
  EXPECT_EQ(label["render"].dump(), "[]");
  EXPECT_EQ(label["jobs"]["superuser"]["command"].dump(), R"(["arkitektd","superuser","lok"])");
  EXPECT_EQ(label["needs"]["storage"].dump(), R"(["media"])");
  EXPECT_FALSE(label["needs"]["instance_key"].as_bool());
}

TEST(ImageLabel, NeedsNothingKonstruktorDoesNotKnow) {
  const std::set<std::string> known{"databases",    "redis", "storage", "scopes", "roles",
                                    "instance_key", "admin", "peers",   "secrets"};
  for (const service::Description& service : services()) {
    const Json label = image_label(service);
    for (const auto& [key, value] : label["needs"].members()) {
      EXPECT_TRUE(known.contains(key)) << key;
    }
  }
}

}  // namespace
}  // namespace platform
