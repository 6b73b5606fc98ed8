#include "services/lok/login/user_code.h"

#include <gmock/gmock.h>

#include <set>

namespace lok {
namespace {

TEST(UserCode, IsShortAndCannotBeMisread) {
  std::set<std::string> codes;
  std::set<char> letters;
  for (int i = 0; i < 1'000; ++i) {
    const std::string code = make_user_code();
    EXPECT_THAT(code, testing::MatchesRegex("[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}"));
    codes.insert(code);
    letters.insert(code.begin(), code.end());
  }
  EXPECT_EQ(codes.size(), 1'000u);
  EXPECT_EQ(letters.size(), 21u) << "all twenty and the hyphen";
}

TEST(UserCode, IsReadHoweverItWasTyped) {
  for (const char* typed : {"WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "w-d-j-b-m-j-h-t"}) {
    EXPECT_EQ(read_user_code(typed), "WDJB-MJHT") << typed;
  }
  for (const char* typed : {"", "WDJB", "WDJB-MJHTT", "WDJA-MJHT", "WDJB-MJH1", "WDJB_MJHT", "ẞDJB-MJHT"}) {
    EXPECT_EQ(read_user_code(typed), std::nullopt) << typed;
  }
}

}  // namespace
}  // namespace lok
