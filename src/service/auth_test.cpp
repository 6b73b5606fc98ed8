#include "service/auth.h"

#include <gtest/gtest.h>

#include <thread>

#include "service/auth_errors.h"
#include "service/auth_testing.h"

namespace service {
namespace {

using base::Json;
using service_testing::claims;
using service_testing::claims_with;
using service_testing::kSecond;
using service_testing::reason_of;
using service_testing::token;

/// Counts what a cache is there to avoid.
struct CountingDirectory : IdentityDirectory {
  IdentityRows expand(const Claims& claims) override {
    if (!claims.org) throw refusal(Refusal::kMissingActiveOrganization);
    ++expanded;
    return {.organization = 1, .user = 2, .client = 3, .membership = 4, .organization_roles = claims.roles};
  }
  bool refresh(IdentityRows& rows) override {
    ++refreshed;
    if (blocked) throw refusal(Refusal::kMembershipBlocked);
    rows.organization_roles = {"refreshed"};
    return !deleted;
  }
  std::atomic<int> expanded = 0;
  std::atomic<int> refreshed = 0;
  bool blocked = false;
  bool deleted = false;
};

struct Door {
  std::int64_t now = service_testing::kNow;
  CountingDirectory directory;
  TokenVerifier verifier{service_testing::config(), {}, [this] { return now; }};
  Authenticator authenticator{verifier, directory, {.capacity = 64}};
};

net::Headers headers(std::string name, std::string value) {
  net::Headers all;
  all.add(std::move(name), std::move(value));
  return all;
}

TEST(BearerToken, IsReadAsTheContractSays) {
  const std::vector<std::string> names{"Authorization", "X-Authorization"};
  const auto read = [&](const char* value) {
    return std::string(bearer_token(headers("authorization", value), names));
  };
  EXPECT_EQ(read("Bearer abc"), "abc");
  EXPECT_EQ(read("Bearer abc def"), "abc");
  EXPECT_EQ(read("Bearer\tabc"), "abc");
  EXPECT_EQ(read("Bearer  abc"), "");
  EXPECT_EQ(read("Bearer "), "");
  for (const char* value : {"bearer abc", "Token abc", "Bearer", "Bearerabc"}) {
    EXPECT_EQ(reason_of([&] { read(value); }), "MALFORMED_AUTHORIZATION_HEADER") << value;
  }
  EXPECT_EQ(reason_of([&] { bearer_token({}, names); }), "NO_AUTHORIZATION_HEADER");
  EXPECT_EQ(bearer_token(headers("x-authorization", "Bearer abc"), names), "abc");
  net::Headers both = headers("Authorization", "");
  both.add("X-Authorization", "Bearer second");
  EXPECT_EQ(bearer_token(both, names), "second");
}

TEST(Authenticator, KnowsACallerByItsHeaders) {
  Door door;
  const auto caller = door.authenticator.authenticate(headers("Authorization", "Bearer " + token(claims())));
  EXPECT_EQ(caller->claims.sub, "1");
  EXPECT_EQ(caller->rows.membership, 4);
  EXPECT_EQ(reason_of([&] { door.authenticator.authenticate(headers("Authorization", "Bearer  x")); }),
            "TOKEN_MALFORMED");
}

TEST(Authenticator, AsksTheDirectoryOnceForATokenInUse) {
  Door door;
  const std::string good = token(claims());
  EXPECT_EQ(door.authenticator.cached(good), nullptr);
  const auto first = door.authenticator.authenticate_token(good);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(door.authenticator.authenticate_token(good), first);
  EXPECT_EQ(door.authenticator.cached(good), first);
  EXPECT_EQ(door.directory.expanded, 1);
  EXPECT_EQ(door.directory.refreshed, 0);
}

TEST(Authenticator, ReadsTheMembershipAgainAfterTenSeconds) {
  Door door;
  const std::string good = token(claims());
  door.authenticator.authenticate_token(good);
  door.now += 10 * kSecond;
  EXPECT_EQ(door.authenticator.cached(good), nullptr);
  EXPECT_EQ(door.authenticator.authenticate_token(good)->rows.organization_roles,
            std::vector<std::string>{"refreshed"});
  door.authenticator.authenticate_token(good);
  EXPECT_EQ(door.directory.refreshed, 1);
  EXPECT_EQ(door.directory.expanded, 1);
}

TEST(Authenticator, ShutsABlockedMemberOutAtOnceWhenTold) {
  Door door;
  const std::string good = token(claims());
  door.authenticator.authenticate_token(good);
  door.directory.blocked = true;
  EXPECT_NO_THROW(door.authenticator.authenticate_token(good));
  door.authenticator.memberships_changed();
  EXPECT_EQ(door.authenticator.cached(good), nullptr);
  EXPECT_EQ(reason_of([&] { door.authenticator.authenticate_token(good); }), "MEMBERSHIP_BLOCKED");
}

TEST(Authenticator, MakesRowsAgainThatWereDeleted) {
  Door door;
  const std::string good = token(claims());
  door.authenticator.authenticate_token(good);
  door.directory.deleted = true;
  door.authenticator.memberships_changed();
  door.authenticator.authenticate_token(good);
  EXPECT_EQ(door.directory.expanded, 2);
}

TEST(Authenticator, ForgetsATokenWhenItExpires) {
  Door door;
  const std::string brief = token(claims_with("exp", service_testing::kNow / kSecond + 5));
  door.authenticator.authenticate_token(brief);
  door.now += 5 * kSecond;
  EXPECT_EQ(door.authenticator.cached(brief), nullptr);
  EXPECT_EQ(reason_of([&] { door.authenticator.authenticate_token(brief); }), "TOKEN_EXPIRED");
}

TEST(Authenticator, TouchesNoRowForATokenThatIsRefused) {
  Door door;
  EXPECT_EQ(reason_of([&] { door.authenticator.authenticate_token("nonsense"); }), "TOKEN_MALFORMED");
  const std::string guest = token(claims_with("collabs", Json::object()));
  EXPECT_EQ(reason_of([&] { door.authenticator.authenticate_token(guest); }), "SCOPED_TOKEN_UNSUPPORTED");
  EXPECT_EQ(reason_of([&] {
              door.authenticator.authenticate_token(token(service_testing::claims_without("org")));
            }),
            "MISSING_ACTIVE_ORGANIZATION");
  EXPECT_EQ(door.directory.expanded, 0);
}

TEST(Authenticator, ServesManyThreads) {
  Door door;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        const std::string sub = std::to_string((i + round) % 7);
        const auto caller = door.authenticator.authenticate_token(token(claims_with("sub", sub)));
        EXPECT_EQ(caller->claims.sub, sub);
        if (round % 10 == 0) door.authenticator.memberships_changed();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(IdentityCache, DropsWhatWasNotUsedForLongest) {
  IdentityCache cache(160);
  const auto digest = [](int i) { return jose::sha256(std::to_string(i)); };
  const auto caller = std::make_shared<const Identity>();
  cache.put(digest(0), {caller});
  for (int i = 1; i < 2000; ++i) {
    cache.put(digest(i), {caller});
    EXPECT_NE(cache.find(digest(0)).identity, nullptr) << i;
  }
  EXPECT_LE(cache.size(), 176U);
  EXPECT_EQ(cache.find(digest(1)).identity, nullptr);
  cache.erase(digest(0));
  EXPECT_EQ(cache.find(digest(0)).identity, nullptr);
}

TEST(ProfileFingerprint, MatchesTheContract) {
  Claims ada;
  ada.sub = "1";
  ada.preferred_username = "ada";
  ada.roles = {"admin"};
  ada.org = "1";
  EXPECT_EQ(profile_fingerprint(ada), "2afbb9ea5d556bc36ffb3ad25bd42874eedc0a63364206c48b1a14d986da62b2");
  ada.email = "ada@lab.org";
  EXPECT_NE(profile_fingerprint(ada), "2afbb9ea5d556bc36ffb3ad25bd42874eedc0a63364206c48b1a14d986da62b2");
}

}  // namespace
}  // namespace service
