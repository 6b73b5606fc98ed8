#include "objects/grant.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/error.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::int64_t kNow = 1'800'000'000'000'000;
const std::string kSecret(32, 's');

Grant some_grant() {
  return {.bucket = "zarr",
          .key = "lab/1",
          .access = Grant::Access::kWrite,
          .expires_at = kNow + 1,
          .max_bytes = 42};
}

std::string verdict(const GrantKey& key, const Credentials& credentials, std::int64_t now = kNow) {
  try {
    key.open(credentials.access_key, credentials.session_token, now);
    return "good";
  } catch (const S3Error& error) {
    return error.code();
  }
}

TEST(GrantKey, OpensWhatItIssuedAndNothingIsLost) {
  const GrantKey key(kSecret);
  const Credentials made = key.issue(some_grant());
  const GrantKey::Opened opened = key.open(made.access_key, made.session_token, kNow);
  EXPECT_EQ(opened.secret_key, made.secret_key);
  EXPECT_EQ(opened.grant.bucket, "zarr");
  EXPECT_EQ(opened.grant.key, "lab/1");
  EXPECT_EQ(opened.grant.access, Grant::Access::kWrite);
  EXPECT_EQ(opened.grant.expires_at, kNow + 1);
  EXPECT_EQ(opened.grant.max_bytes, 42U);

  Grant reading{.bucket = "zarr", .key = "", .expires_at = kNow + 1, .max_bytes = {}};
  const Credentials read = key.issue(reading);
  const Grant back = key.open(read.access_key, read.session_token, kNow).grant;
  EXPECT_EQ(back.access, Grant::Access::kRead);
  EXPECT_EQ(back.max_bytes, std::nullopt);
}

TEST(GrantKey, IsTheSameAfterARestartAndAnotherWithAnotherSecret) {
  const Credentials made = GrantKey(kSecret).issue(some_grant());
  EXPECT_EQ(verdict(GrantKey(kSecret), made), "good");
  EXPECT_EQ(verdict(GrantKey(std::string(32, 't')), made), "InvalidToken");
  EXPECT_EQ(GrantKey(kSecret).own().secret_key, GrantKey(kSecret).own().secret_key);
  EXPECT_NE(GrantKey(kSecret).own().secret_key, GrantKey(std::string(32, 't')).own().secret_key);
}

TEST(GrantKey, GivesEveryGrantKeysOfItsOwn) {
  const GrantKey key(kSecret);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const Credentials made = key.issue(some_grant());
    seen.insert(made.access_key);
    seen.insert(made.secret_key);
    EXPECT_TRUE(made.access_key.starts_with("AK"));
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(GrantKey, RefusesWhatWasChangedExchangedOrHasEnded) {
  const GrantKey key(kSecret);
  const Credentials made = key.issue(some_grant());
  EXPECT_EQ(verdict(key, made, kNow + 1), "ExpiredToken");

  Credentials other = key.issue(some_grant());
  other.session_token = made.session_token;
  EXPECT_EQ(verdict(key, other), "InvalidAccessKeyId");
  other.session_token = "";
  EXPECT_EQ(verdict(key, other), "InvalidAccessKeyId");
  for (const std::string& token : {std::string("."), std::string("a"), std::string("a.b"),
                                   made.session_token + ".", std::string(5000, 'a')}) {
    other.session_token = token;
    EXPECT_EQ(verdict(key, other), "InvalidToken") << token;
  }
  for (std::size_t i = 0; i < made.session_token.size(); ++i) {
    Credentials changed = made;
    changed.session_token[i] = changed.session_token[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(verdict(key, changed), "InvalidToken") << i;
  }
}

TEST(GrantKey, OpensEverythingWithItsOwnKeyAndWithNoOther) {
  const GrantKey key(kSecret);
  EXPECT_EQ(key.own().session_token, "");
  const GrantKey::Opened opened = key.open(key.own().access_key, "", kNow);
  EXPECT_EQ(opened.secret_key, key.own().secret_key);
  EXPECT_TRUE(opened.grant.covers("any", "thing"));
  EXPECT_EQ(verdict(key, {"AKAAAAAAAAAAAAAAAA", "", ""}), "InvalidAccessKeyId");
  EXPECT_EQ(verdict(key, {"", "", ""}), "InvalidAccessKeyId");
}

TEST(GrantKey, IssuesOnlyWhatCanBe) {
  const GrantKey key(kSecret);
  EXPECT_THROW(GrantKey(std::string(31, 's')), base::Error);
  EXPECT_THROW(key.issue({.bucket = "", .key = "a", .max_bytes = {}}), base::Error);
  EXPECT_THROW(key.issue({.bucket = "zarr", .key = "a/", .max_bytes = {}}), base::Error);
  EXPECT_THROW(key.issue({.bucket = "zarr", .key = std::string(1025, 'a'), .max_bytes = {}}), base::Error);
  EXPECT_NO_THROW(key.issue({.bucket = "zarr", .key = std::string(1024, 'a'), .max_bytes = {}}));
}

TEST(Grant, CoversItsKeyAndWhatIsBelowIt) {
  const Grant grant = some_grant();
  EXPECT_TRUE(grant.covers("zarr", "lab/1"));
  EXPECT_TRUE(grant.covers("zarr", "lab/1/"));
  EXPECT_TRUE(grant.covers("zarr", "lab/1/zarr.json"));
  for (const char* key : {"lab/10", "lab/1.zarr", "lab", "lab/", "", "lab/2", "xlab/1", "lab/1\xff"}) {
    EXPECT_FALSE(grant.covers("zarr", key)) << key;
  }
  EXPECT_FALSE(grant.covers("zar", "lab/1"));
  EXPECT_FALSE(grant.covers("", "lab/1"));
  EXPECT_FALSE(grant.covers("", "lab/1/zarr.json"));
  Grant whole = grant;
  whole.key = "";
  EXPECT_TRUE(whole.covers("zarr", "lab/10"));
  EXPECT_FALSE(whole.covers("other", "lab/10"));
}

TEST(Grant, OfOneObjectCoversNothingBelowItsKey) {
  const GrantKey key(kSecret);
  for (const Grant::Access access : {Grant::Access::kRead, Grant::Access::kWrite}) {
    Grant grant = some_grant();
    grant.access = access;
    grant.is_one_object = true;
    const Credentials made = key.issue(grant);
    const Grant opened = key.open(made.access_key, made.session_token, kNow).grant;
    EXPECT_EQ(opened.access, access);
    EXPECT_TRUE(opened.covers("zarr", "lab/1"));
    for (const char* other : {"lab/1/", "lab/1/zarr.json", "lab/10", "lab", ""})
      EXPECT_FALSE(opened.covers("zarr", other)) << other;
  }
  EXPECT_THROW(key.issue({.bucket = "zarr", .key = "", .max_bytes = {}, .is_one_object = true}), base::Error);
}

}  // namespace
}  // namespace objects
