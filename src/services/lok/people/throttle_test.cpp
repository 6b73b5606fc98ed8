#include "services/lok/people/throttle.h"

#include <gtest/gtest.h>

namespace lok {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

TEST(Throttle, LetsABurstThroughThenOnePerInterval) {
  Throttle throttle(3, std::chrono::seconds(10));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(throttle.take("a", kSecond));
  EXPECT_FALSE(throttle.take("a", kSecond));
  EXPECT_TRUE(throttle.take("b", kSecond));
  EXPECT_FALSE(throttle.take("a", 10 * kSecond));
  EXPECT_TRUE(throttle.take("a", 11 * kSecond));
  EXPECT_FALSE(throttle.take("a", 11 * kSecond));
}

TEST(Throttle, CountsNotWhatIsGivenBack) {
  Throttle throttle(1, std::chrono::seconds(10));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(throttle.take("a", kSecond));
    throttle.give_back("a");
  }
  throttle.give_back("unknown");
  EXPECT_TRUE(throttle.take("a", kSecond));
  EXPECT_FALSE(throttle.take("a", kSecond));
}

TEST(Throttle, ForgetsTheHarmlessWhenThereAreMany) {
  Throttle throttle(2, std::chrono::seconds(10));
  EXPECT_TRUE(throttle.take("guesser", kSecond));
  EXPECT_TRUE(throttle.take("guesser", kSecond));
  for (int i = 0; i < 11'000; ++i) EXPECT_TRUE(throttle.take(std::to_string(i), kSecond));
  EXPECT_FALSE(throttle.take("guesser", kSecond));
}

TEST(NetworkOf, IsWhatOneCallerHas) {
  EXPECT_EQ(network_of("10.0.0.1"), "10.0.0.1");
  EXPECT_NE(network_of("10.0.0.1"), network_of("10.0.0.2"));
  EXPECT_EQ(network_of("2001:db8:1:2::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("2001:db8:1:2:ffff::9"), "2001:db8:1:2::/64");
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_NE(network_of("::ffff:10.0.0.1"), network_of("::ffff:10.0.0.2"));
}

}  // namespace
}  // namespace lok
