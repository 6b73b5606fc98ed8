#include "services/lok/login/mandate.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lok {
namespace {

using base::Json;

Manifest manifest() {
  return Manifest::parse(R"({"identifier":"app","version":"1.0","scopes":["openid"],)"
                         R"("requirements":[{"key":"mikro","service":"live.arkitekt.mikro"}]})");
}

Mandate pinned(const char* subject) {
  Mandate mandate;
  mandate.subject = Json::parse(subject);
  return mandate;
}

bool covers(const char* subject, const std::string& device = "hash") {
  try {
    check_pin(pinned(subject), manifest(), device);
    return true;
  } catch (const base::Error& error) {
    EXPECT_EQ(error.reason(), "invalid_grant");
    return false;
  }
}

TEST(Mandate, AnOpenPinCoversEveryApp) {
  EXPECT_TRUE(covers("{}"));
  EXPECT_TRUE(
      covers(R"({"identifier":null,"version":null,"device_id":null,"scopes":null,"requirements":null})"));
}

TEST(Mandate, APinnedMemberMustBeEqual) {
  EXPECT_TRUE(covers(R"({"identifier":"app","version":"1.0","device_id":"hash"})"));
  EXPECT_FALSE(covers(R"({"identifier":"other"})"));
  EXPECT_FALSE(covers(R"({"version":"1.1"})"));
  EXPECT_FALSE(covers(R"({"device_id":"another"})"));
  EXPECT_FALSE(covers(R"({"device_id":"hash"})", ""));
}

TEST(Mandate, RequestedScopesAndRequirementsMustBeWithinThePin) {
  EXPECT_TRUE(covers(R"({"scopes":["openid","email"]})"));
  EXPECT_FALSE(covers(R"({"scopes":[]})"));
  EXPECT_TRUE(covers(R"({"requirements":[{"key":"mikro","service":"live.arkitekt.mikro"},)"
                     R"({"key":"s3","service":"live.arkitekt.s3"}]})"));
  EXPECT_FALSE(covers(R"({"requirements":[{"key":"mikro","service":"another"}]})"));
  EXPECT_FALSE(covers(R"({"requirements":[]})"));
}

TEST(Mandate, DiesByRevocationExpiryAndItsGrantor) {
  const auto live = [](const Mandate& mandate) {
    try {
      check_live(mandate, 1000);
      return true;
    } catch (const base::Error&) {
      return false;
    }
  };
  Mandate mandate;
  EXPECT_TRUE(live(mandate));
  mandate.expires_at = 1001;
  EXPECT_TRUE(live(mandate));
  mandate.expires_at = 1000;
  EXPECT_FALSE(live(mandate));
  mandate.expires_at.reset();
  mandate.revoked = true;
  EXPECT_FALSE(live(mandate));
  mandate.revoked = false;
  mandate.grantor_blocked = true;
  EXPECT_FALSE(live(mandate));
}

TEST(Mandate, TheFirstAppIsFixedUnlessAnyMayUseTheKey) {
  EXPECT_TRUE(takes_first_app(pinned("{}")));
  EXPECT_FALSE(takes_first_app(pinned(R"({"identifier":"app"})")));
  Mandate any = pinned("{}");
  any.any_app = true;
  EXPECT_FALSE(takes_first_app(any));
}

}  // namespace
}  // namespace lok
