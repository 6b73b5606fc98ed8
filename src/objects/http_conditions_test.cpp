#include "objects/http_conditions.h"

#include <gtest/gtest.h>

namespace objects {
namespace {

constexpr std::int64_t kThen = 784'111'777'000'000;  // Sun, 06 Nov 1994 08:49:37 GMT

std::string chosen(std::string_view header, std::uint64_t size = 100) {
  const RangeChoice choice = choose_range(header, size);
  if (choice.is_unsatisfiable) return "unsatisfiable";
  if (!choice.part) return "whole";
  return std::to_string(choice.part->first) + "+" + std::to_string(choice.part->size);
}

TEST(Range, HasAllItsForms) {
  EXPECT_EQ(chosen("bytes=0-0"), "0+1");
  EXPECT_EQ(chosen("bytes=10-19"), "10+10");
  EXPECT_EQ(chosen("bytes=10-"), "10+90");
  EXPECT_EQ(chosen("bytes=-7"), "93+7");
  EXPECT_EQ(chosen("bytes=-1000"), "0+100");
  EXPECT_EQ(chosen("bytes=90-1000"), "90+10");
  EXPECT_EQ(chosen("bytes=0-18446744073709551615"), "0+100");
  EXPECT_EQ(chosen("bytes=0-99", 1), "0+1");
}

TEST(Range, BehindTheEndCannotBeSatisfied) {
  EXPECT_EQ(chosen("bytes=100-"), "unsatisfiable");
  EXPECT_EQ(chosen("bytes=100-200"), "unsatisfiable");
  EXPECT_EQ(chosen("bytes=-0"), "unsatisfiable");
  EXPECT_EQ(chosen("bytes=0-", 0), "unsatisfiable");
  EXPECT_EQ(chosen("bytes=-5", 0), "unsatisfiable");
}

TEST(Range, ThatCannotBeReadIsTheWhole) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-3", "bytes=1-2,4-5",
                             "items=0-1", "bytes=0x1-2", "bytes=+1-2", "bytes=--1",
                             "bytes=18446744073709551616-", "bytes=1-2-3", "bytes= - "}) {
    EXPECT_EQ(chosen(header), "whole") << header;
  }
}

TEST(HttpDate, IsReadAsItIsWritten) {
  EXPECT_EQ(http_date(kThen + 999'999), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(read_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kThen);
  for (const char* text :
       {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 36 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"}) {
    EXPECT_EQ(read_http_date(text), std::nullopt) << text;
  }
}

std::string judged(const std::vector<std::pair<std::string, std::string>>& fields) {
  net::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  ObjectFacts facts;
  facts.etag = "abc";
  facts.modified_at = kThen + 500'000;
  switch (judge(headers, "", facts)) {
    case Verdict::kGo:
      return "go";
    case Verdict::kNotModified:
      return "not modified";
    case Verdict::kFailed:
      return "failed";
  }
  return "";
}

TEST(Conditions, AreJudgedInTheirOrder) {
  const std::string same = http_date(kThen);
  const std::string before = http_date(kThen - 1'000'000);
  EXPECT_EQ(judged({}), "go");
  EXPECT_EQ(judged({{"If-Match", "\"abc\""}}), "go");
  EXPECT_EQ(judged({{"If-Match", "\"x\", \"abc\""}}), "go");
  EXPECT_EQ(judged({{"If-Match", "*"}}), "go");
  EXPECT_EQ(judged({{"If-Match", "\"x\""}}), "failed");
  EXPECT_EQ(judged({{"If-Match", "\"abc\""}, {"If-Unmodified-Since", before}}), "go");
  EXPECT_EQ(judged({{"If-Unmodified-Since", before}}), "failed");
  EXPECT_EQ(judged({{"If-Unmodified-Since", same}}), "go");
  EXPECT_EQ(judged({{"If-None-Match", "abc"}}), "not modified");
  EXPECT_EQ(judged({{"If-None-Match", "W/\"abc\""}}), "not modified");
  EXPECT_EQ(judged({{"If-None-Match", "\"x\""}, {"If-Modified-Since", same}}), "go");
  EXPECT_EQ(judged({{"If-Modified-Since", same}}), "not modified");
  EXPECT_EQ(judged({{"If-Modified-Since", before}}), "go");
  EXPECT_EQ(judged({{"If-Modified-Since", "yesterday"}}), "go");
  EXPECT_EQ(judged({{"If-Match", "\"x\""}, {"If-None-Match", "\"abc\""}}), "failed");
}

}  // namespace
}  // namespace objects
