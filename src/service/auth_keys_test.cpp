#include "service/auth_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "service/auth_testing.h"
#include "service/auth_verifier.h"

namespace service {
namespace {

using base::Json;
using service_testing::kSecond;
using service_testing::reason_of;

/// An issuer behind a URL, with keys that can be changed and a network that
/// can fail.
struct Remote {
  IssuerConfig config{.iss = "lok", .keys = KeyUri{.uri = "http://lok/jwks"}};
  std::vector<jose::Key> published{jose::Key::generate_ed25519("one")};
  bool away = false;
  std::int64_t now = service_testing::kNow;
  std::atomic<int> fetches = 0;

  Fetch fetch() {
    return [this](const std::string& url, std::chrono::milliseconds timeout) {
      EXPECT_EQ(url, "http://lok/jwks");
      EXPECT_EQ(timeout.count(), 5000);
      ++fetches;
      if (away) throw base::Error(base::code::kUnavailable, "no route");
      Json keys = Json::array();
      for (const jose::Key& key : published) keys.push_back(key.public_jwk("Ed25519"));
      return Json::object({{"keys", keys}}).dump();
    };
  }
  IssuerKeys keys() {
    return {config, fetch(), [this] { return now; }};
  }
};

TEST(IssuerKeys, AreFetchedWhenFirstNeededAndThenKept) {
  Remote remote;
  IssuerKeys keys = remote.keys();
  EXPECT_EQ(remote.fetches, 0);
  EXPECT_TRUE(keys.find("one"));
  EXPECT_TRUE(keys.find("one"));
  EXPECT_EQ(remote.fetches, 1);
}

TEST(IssuerKeys, FollowARotationButFetchOnlyOnceAnInterval) {
  Remote remote;
  IssuerKeys keys = remote.keys();
  keys.find("one");
  remote.published.push_back(jose::Key::generate_ed25519("two"));
  EXPECT_FALSE(keys.find("two"));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(keys.find("nonsense"));
  EXPECT_EQ(remote.fetches, 1);
  remote.now += 10 * kSecond;
  EXPECT_TRUE(keys.find("two"));
  EXPECT_EQ(remote.fetches, 2);
}

TEST(IssuerKeys, RememberAFailureAndKeepTheKeysTheyHave) {
  Remote remote;
  remote.away = true;
  IssuerKeys keys = remote.keys();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(reason_of([&] { keys.find("one"); }), "KEY_RETRIEVAL_FAILED");
  EXPECT_EQ(remote.fetches, 1);
  remote.away = false;
  remote.now += 10 * kSecond;
  EXPECT_TRUE(keys.find("one"));
  remote.away = true;
  remote.now += 10 * kSecond;
  EXPECT_EQ(reason_of([&] { keys.find("two"); }), "KEY_RETRIEVAL_FAILED");
  EXPECT_TRUE(keys.find("one"));
}

TEST(IssuerKeys, FetchAgainAfterTheClockWasSetBack) {
  Remote remote;
  IssuerKeys keys = remote.keys();
  keys.find("one");
  remote.now -= 3600 * kSecond;
  keys.find("two");
  EXPECT_EQ(remote.fetches, 2);
}

TEST(IssuerKeys, AreFetchedOnceForManyThreads) {
  Remote remote;
  IssuerKeys keys = remote.keys();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(keys.find("one")); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(remote.fetches, 1);
}

TEST(IssuerKeys, RefuseABrokenDocument) {
  Remote remote;
  remote.published.push_back(remote.published[0]);  // the same `kid` twice
  IssuerKeys keys = remote.keys();
  EXPECT_EQ(reason_of([&] { keys.find("one"); }), "KEY_RETRIEVAL_FAILED");
}

TEST(IssuerKeys, OfAnIssuerInThisProcessAreAskedForAtOnce) {
  std::vector<jose::Key> current{jose::Key::generate_ed25519("one")};
  const IssuerConfig config{.iss = "lok", .keys = KeyFunction([&] { return jose::KeySet(current); })};
  IssuerKeys keys(config, {}, [] { return service_testing::kNow; });
  EXPECT_TRUE(keys.find("one"));
  EXPECT_FALSE(keys.find("two"));
  current.push_back(jose::Key::generate_ed25519("two"));
  EXPECT_TRUE(keys.find("two"));
}

TEST(IssuerKeys, BehindAUrlNeedSomebodyWhoFetches) {
  Remote remote;
  EXPECT_EQ(reason_of([&] { IssuerKeys(remote.config, {}, [] { return service_testing::kNow; }); }),
            base::code::kValidation);
}

TEST(TokenVerifier, FetchesNothingForAnIssuerItDoesNotKnow) {
  Remote remote;
  AuthentikateConfig config = service_testing::config();
  config.issuers.push_back(remote.config);
  const TokenVerifier verifier(config, remote.fetch(), [] { return service_testing::kNow; });
  const jose::Key other = jose::Key::generate_ed25519("unknown");
  EXPECT_EQ(reason_of([&] {
              verifier.verify(service_testing::token(service_testing::claims_with("iss", "x"), other));
            }),
            "TOKEN_INVALID");
  EXPECT_EQ(remote.fetches, 0);
  EXPECT_EQ(reason_of([&] {
              verifier.verify(service_testing::token(service_testing::claims_with("iss", "lok"), other));
            }),
            "TOKEN_INVALID");
  EXPECT_EQ(remote.fetches, 1);
}

/// A verifier whose issuer takes tokens back.
struct Revoking {
  std::string document = R"({"revoked":[]})";
  std::int64_t now = service_testing::kNow;
  TokenVerifier verifier{config(),
                         [this](const std::string&, std::chrono::milliseconds) {
                           if (document.empty()) throw base::Error(base::code::kUnavailable, "no route");
                           return document;
                         },
                         [this] { return now; }};

  static AuthentikateConfig config() {
    AuthentikateConfig revocable = service_testing::config();
    revocable.issuers[0].revocation_uri = "http://lok/revoked";
    return revocable;
  }
  std::string outcome(const Json& payload = service_testing::claims()) {
    return reason_of([&] { verifier.verify(service_testing::token(payload)); });
  }
};

TEST(RevocationList, IsReadAgainAfterItsInterval) {
  Revoking revoking;
  EXPECT_EQ(revoking.outcome(), "accepted");
  revoking.document = R"(["t-1"])";
  EXPECT_EQ(revoking.outcome(), "accepted");
  revoking.now += 60 * kSecond;
  EXPECT_EQ(revoking.outcome(), "TOKEN_REVOKED");
}

TEST(RevocationList, KeepsItsLastCopyWhileTheIssuerIsAway) {
  Revoking revoking;
  revoking.document = R"({"revoked":["t-1"]})";
  EXPECT_EQ(revoking.outcome(), "TOKEN_REVOKED");
  revoking.document.clear();
  revoking.now += 60 * kSecond;
  EXPECT_EQ(revoking.outcome(), "TOKEN_REVOKED");
  EXPECT_EQ(revoking.outcome(service_testing::claims_with("jti", "t-2")), "accepted");
}

TEST(RevocationList, WantsTokensWithAName) {
  Revoking revoking;
  EXPECT_EQ(revoking.outcome(service_testing::claims_without("jti")), "TOKEN_MALFORMED");
}

}  // namespace
}  // namespace service
