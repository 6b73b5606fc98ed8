#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"

namespace base::log {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMoment = 1767323045678901;

TEST(Log, WritesOneJsonObjectPerEvent) {
  const Field fields[] = {{"task", 5}, {"why", "a \"b\"\nc"}};
  const std::string line = format_line(true, kMoment, Level::kWarning, "task.late", fields);
  const Json parsed = Json::parse(line);
  EXPECT_EQ(parsed["time"].as_string(), "2026-01-02T03:04:05.678901+00:00");
  EXPECT_EQ(parsed["level"].as_string(), "warning");
  EXPECT_EQ(parsed["event"].as_string(), "task.late");
  EXPECT_EQ(parsed["task"].as_int64(), 5);
  EXPECT_EQ(parsed["why"].as_string(), "a \"b\"\nc");
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(Log, TextCannotBeForgedByAValue) {
  const Field fields[] = {{"name", "plain"}, {"evil", "x\n2026 error forged=1"}, {"empty", ""}};
  EXPECT_EQ(format_line(false, kMoment, Level::kInfo, "user.named", fields),
            "2026-01-02T03:04:05 info    user.named name=plain evil=\"x\\n2026 error forged=1\" empty=\"\"");
}

TEST(Log, BrokenBytesDoNotBreakTheLine) {
  const Field fields[] = {{"bytes", std::string("\xff\xfe")}};
  const std::string line = format_line(true, kMoment, Level::kInfo, "odd\xc3", fields);
  EXPECT_TRUE(is_valid_utf8(line));
  EXPECT_NO_THROW(Json::parse(line));
}

TEST(Log, EventsReachStandardOutputWithTheFieldsOfTheirScope) {
  configure({.level = Level::kInfo, .json = true});
  testing::internal::CaptureStdout();
  {
    const Scope request({{"request", "r1"}});
    info("inside", {{"n", 1}});
    debug("too.quiet");
  }
  info("outside");
  flush();
  std::string text = testing::internal::GetCapturedStdout();
  configure({});
  EXPECT_THAT(text, HasSubstr(R"("event":"inside","n":1,"request":"r1"})"));
  EXPECT_THAT(text, HasSubstr(R"("event":"outside"})"));
  EXPECT_THAT(text, Not(HasSubstr("too.quiet")));
}

TEST(Log, LevelsHaveNames) {
  EXPECT_EQ(parse_level("warning"), Level::kWarning);
  EXPECT_EQ(parse_level("loud"), std::nullopt);
}

}  // namespace
}  // namespace base::log
