#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace base {
namespace {

using testing::ElementsAre;

TEST(Text, TellsValidUtf8) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("a long run of plain ASCII"));
  EXPECT_TRUE(is_valid_utf8("é 😀 \xf4\x8f\xbf\xbf"));
  EXPECT_TRUE(is_valid_utf8(std::string_view("\0", 1)));
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "12345678\xc3"}) {
    EXPECT_FALSE(is_valid_utf8(text));
  }
  EXPECT_TRUE(contains_nul(std::string_view("a\0b", 3)));
  EXPECT_FALSE(contains_nul("ab"));
}

TEST(Text, FoldsCaseForAllScripts) {
  EXPECT_EQ(fold_case("HeLLo_1"), "hello_1");
  EXPECT_EQ(fold_case("STRASSE"), fold_case("straße"));
  EXPECT_EQ(fold_case("ΣΊΣΥΦΟΣ"), fold_case("σίσυφος"));
  EXPECT_EQ(fold_case("ÄÖÜ"), "äöü");
  EXPECT_NE(fold_case("a"), fold_case("ä"));
}

TEST(Text, ConvertsFieldNamesBothWays) {
  const std::pair<const char*, const char*> names[] = {
      {"keyPath", "key_path"},    {"id", "id"},           {"threeDModel", "three_d_model"},
      {"xAmzDate", "x_amz_date"}, {"return0", "return0"}, {"_service", "_service"},
  };
  for (const auto& [camel, snake] : names) {
    EXPECT_EQ(snake_case(camel), snake);
    EXPECT_EQ(camel_case(snake), camel);
  }
  EXPECT_EQ(snake_case("imageURL"), "image_url");
}

TEST(Text, TrimsSplitsAndJoins) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim("  "), "");
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("port", "prot"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(DateTime, ReadsEverySpellingOfTheContract) {
  constexpr std::int64_t kMoment = 1767323045LL * 1'000'000;  // 2026-01-02 03:04:05
  EXPECT_EQ(parse_datetime("2026-01-02T03:04:05Z"), kMoment);
  EXPECT_EQ(parse_datetime("2026-01-02 03:04:05"), kMoment);
  EXPECT_EQ(parse_datetime("2026-01-02T05:04:05+02:00"), kMoment);
  EXPECT_EQ(parse_datetime("2026-01-02T05:04:05+0200"), kMoment);
  EXPECT_EQ(parse_datetime("2026-01-02T00:04:05-03"), kMoment);
  EXPECT_EQ(parse_datetime("2026-01-02T03:04:05.678901+00:00"), kMoment + 678901);
  EXPECT_EQ(parse_datetime("2026-01-02T03:04:05.5"), kMoment + 500000);
  EXPECT_EQ(parse_datetime("2026-01-02T03:04:05.1234567899Z"), kMoment + 123456);
  EXPECT_EQ(parse_datetime("2026-01-02T03:04"), kMoment - 5'000'000);
  EXPECT_EQ(parse_datetime("1970-01-01"), 0);
  EXPECT_EQ(parse_datetime("1969-12-31T23:59:59.999999Z"), -1);
}

TEST(DateTime, RefusesWhatIsNone) {
  for (const char* text : {"", "notadate", "2026", "2026-1-2", "2026-02-30", "2025-02-29", "2026-13-01",
                           "0000-01-01", "2026-01-02T", "2026-01-02T24:00:00", "2026-01-02T03:60:00",
                           "2026-01-02T03:04:05.", "2026-01-02T03:04:05+", "2026-01-02T03:04:05+1",
                           "2026-01-02T03:04:05Z ", "2026-01-02X03:04:05", "2026-01-02T03:04:05+24:00"}) {
    EXPECT_EQ(parse_datetime(text), std::nullopt) << text;
  }
}

TEST(DateTime, PrintsMicrosecondsOnlyIfThereAreAny) {
  EXPECT_EQ(format_datetime(0), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(format_datetime(1), "1970-01-01T00:00:00.000001+00:00");
  EXPECT_EQ(format_datetime(-1), "1969-12-31T23:59:59.999999+00:00");
  EXPECT_EQ(format_datetime(1767323045678901), "2026-01-02T03:04:05.678901+00:00");
}

TEST(DateTime, WhatIsPrintedReadsBack) {
  const unsigned seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const std::int64_t first = *parse_datetime("0001-01-01");
  const std::int64_t last = *parse_datetime("9999-12-31T23:59:59.999999");
  std::uniform_int_distribution<std::int64_t> any(first, last);
  for (int i = 0; i < 10'000; ++i) {
    const std::int64_t micros = any(random);
    ASSERT_EQ(parse_datetime(format_datetime(micros)), micros) << "seed " << seed;
  }
}

}  // namespace
}  // namespace base
