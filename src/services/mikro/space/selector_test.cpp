#include "services/mikro/space/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::HasSubstr;
using namespace testing;

TEST(CheckSelector, NamesAnAxisOfPositionsThatSelect) {
  const std::vector<Axis> input = axes("tcyx");
  const auto check = [&](Selector selector) {
    return refusal([&] { check_selector(selector, {"image", input, {}}); });
  };
  EXPECT_EQ(check({"c", 0}), "");
  EXPECT_EQ(check({"t", 5}), "");
  EXPECT_THAT(check({"x", 0}), HasSubstr("'x', a SPACE axis"));
  EXPECT_THAT(check({"q", 0}), HasSubstr("[t, c, y, x]"));
  EXPECT_THAT(check({"c", -1}), HasSubstr("along 'c' is -1"));
}

}  // namespace
}  // namespace mikro::space
