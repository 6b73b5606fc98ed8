// Who comes back, by what was lost and when.
#include "graphql/transport/lost_links.h"

#include <gtest/gtest.h>

namespace {

using graphql::Link;
using graphql::LostLinks;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kBegan = 1'000'000 * kSecond;
constexpr std::int64_t kLater = kBegan + 3600 * kSecond;

TEST(LostLinks, EachLossExplainsOneReturn) {
  LostLinks links(kBegan);
  EXPECT_EQ(links.recognize("a", kLater, kLater), Link::kNew);
  EXPECT_EQ(links.recognize("a", kLater, kLater), Link::kNew) << "a second link of the same token";
  links.lost("a", Link::kPerhapsBack, kLater);
  links.lost("a", Link::kPerhapsBack, kLater);
  EXPECT_EQ(links.recognize("b", kLater, kLater), Link::kNew);
  EXPECT_EQ(links.recognize("a", kLater, kLater + 4 * kSecond), Link::kPerhapsBack);
  EXPECT_EQ(links.recognize("a", kLater, kLater + 4 * kSecond), Link::kPerhapsBack);
  EXPECT_EQ(links.recognize("a", kLater, kLater + 5 * kSecond), Link::kNew);
}

TEST(LostLinks, SaysWhatWasSaidOfTheLoss) {
  LostLinks links(kBegan);
  links.lost("a", Link::kBack, kLater);
  EXPECT_EQ(links.recognize("a", kLater, kLater + 4 * kSecond), Link::kBack);
}

TEST(LostLinks, ALinkThatIsAwayForLongHasGivenUp) {
  LostLinks links(kBegan);
  links.lost("a", Link::kPerhapsBack, kLater);
  EXPECT_EQ(links.recognize("a", kLater, kLater + 31 * kSecond), Link::kNew);
}

TEST(LostLinks, OldTokensComeBackToAYoungProcessOnly) {
  LostLinks links(kBegan);
  const std::int64_t issued = kBegan - 600 * kSecond;
  EXPECT_EQ(links.recognize("a", issued, kBegan + kSecond), Link::kPerhapsBack);
  EXPECT_EQ(links.recognize("a", issued, kBegan + 31 * kSecond), Link::kNew)
      << "a program that kept its token";
  EXPECT_EQ(links.recognize("a", kBegan - 5 * kSecond, kBegan + kSecond), Link::kNew) << "backdated";
  EXPECT_EQ(links.recognize("a", std::nullopt, kBegan + kSecond), Link::kNew);
}

TEST(LostLinks, RemembersABoundedNumber) {
  LostLinks links(kBegan);
  for (int i = 0; i < 25'000; ++i) links.lost(std::to_string(i), Link::kBack, kLater);
  EXPECT_EQ(links.recognize("0", kLater, kLater), Link::kBack) << "nobody pushes out what another lost";
  EXPECT_EQ(links.recognize("24999", kLater, kLater), Link::kNew);

  const std::int64_t afterwards = kLater + 31'000'000;
  links.lost("again", Link::kBack, afterwards);
  EXPECT_EQ(links.recognize("again", kLater, afterwards), Link::kBack);
}

}  // namespace
