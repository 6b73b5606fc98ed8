#include "base/byte_size.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(ByteSizes, AreReadWithTheirUnits) {
  EXPECT_EQ(parse_byte_size("0"), 0U);
  EXPECT_EQ(parse_byte_size("1073741824"), 1'073'741'824U);
  EXPECT_EQ(parse_byte_size("500GiB"), 500ULL * 1024 * 1024 * 1024);
  EXPECT_EQ(parse_byte_size(" 1.5 tb "), 1'500'000'000'000U);
  EXPECT_EQ(parse_byte_size("2KIB"), 2048U);
  EXPECT_EQ(parse_byte_size("12 B"), 12U);
}

TEST(ByteSizes, AreNothingElse) {
  for (const char* text :
       {"", "GiB", "-1", "-1 MB", "1 GiBs", "1e3", "nan", "inf", "1,5 GB", "1 2", "99999999 PB"}) {
    EXPECT_EQ(parse_byte_size(text), std::nullopt) << text;
  }
}

TEST(ByteSizes, AreToldShortly) {
  EXPECT_EQ(byte_size_text(0), "0 bytes");
  EXPECT_EQ(byte_size_text(1023), "1023 bytes");
  EXPECT_EQ(byte_size_text(1024), "1.0 KiB");
  EXPECT_EQ(byte_size_text(1'610'612'736), "1.5 GiB");
  EXPECT_EQ(byte_size_text(UINT64_MAX), "16384.0 PiB");
}

}  // namespace
}  // namespace base
