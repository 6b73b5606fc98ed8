// What Mikro is told by its configuration file.
#include "services/mikro/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace mikro {
namespace {

using base::Config;
using testing::HasSubstr;

Settings read(const char* yaml) {
  const Config config = Config::load({.file = "mikro.yaml", .text = yaml, .environment = {}, .flags = {}},
                                     Config::Unknown::kRefuse);
  Settings settings = Settings::read(config);
  config.finish();
  return settings;
}

std::string error(const char* yaml) {
  try {
    read(yaml);
  } catch (const base::Error& refused) {
    return std::string(refused.message());
  }
  return "";
}

TEST(MikroSettings, SayHowLongBytesAreKeptAndHowManyThereMayBe) {
  const service::StoreSettings unsaid = read("").stores;
  EXPECT_EQ(unsaid.grace, std::chrono::days(7));
  EXPECT_TRUE(unsaid.quotas.empty());
  const service::StoreSettings said =
      read("stores: {grace_days: 30, quotas: {organizations: {lab: {max_org_bytes: 1GiB}}}}").stores;
  EXPECT_EQ(said.grace, std::chrono::days(30));
  EXPECT_EQ(said.quotas.of("lab", "ada").organization, 1024U * 1024 * 1024);
  EXPECT_EQ(said.quotas.of("elsewhere", "ada").organization, std::nullopt);
}

TEST(MikroSettings, AreRefusedWhereTheyMakeNoSense) {
  EXPECT_THAT(error("stores: {grace_days: -1}"), HasSubstr("stores.grace_days"));
  EXPECT_THAT(error("stores: {grace_days: 99999999999}"), HasSubstr("stores.grace_days"));
  EXPECT_THAT(error("stores: {quotas: {default: {max_user_bytes: many}}}"), HasSubstr("max_user_bytes"));
  EXPECT_THAT(error("stores: {quotas: {defaults: {}}}"), HasSubstr("defaults"));
}

}  // namespace
}  // namespace mikro
