#include "services/rekuest/state_patch.h"

#include <gtest/gtest.h>

namespace rekuest {
namespace {

using base::Json;

std::string patched(const char* document, PatchOperation operation, const char* value = "null") {
  Json json = Json::parse(document);
  const bool applied = apply_patch(json, operation, Json::parse(value));
  EXPECT_TRUE(applied || json.dump() == Json::parse(document).dump())
      << "what does not apply changes nothing";
  return applied ? json.dump() : "no";
}

TEST(StatePatch, AddsToObjectsAndLists) {
  EXPECT_EQ(patched(R"({"a":1})", {"add", "/b", ""}, "2.50"), R"({"a":1,"b":2.50})");
  EXPECT_EQ(patched(R"({"a":1})", {"add", "/a", ""}, "[]"), R"({"a":[]})");
  EXPECT_EQ(patched("[1,3]", {"add", "/1", ""}, "2"), "[1,2,3]");
  EXPECT_EQ(patched("[1]", {"add", "/-", ""}, "2"), "[1,2]");
  EXPECT_EQ(patched("[1]", {"add", "/1", ""}, "2"), "[1,2]");
  EXPECT_EQ(patched("[1]", {"add", "/2", ""}, "2"), "no");
  EXPECT_EQ(patched("[1]", {"add", "/01", ""}, "2"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"add", "/b/c", ""}, "2"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"add", "", ""}, "2"), "2");
}

TEST(StatePatch, ReplacesOnlyWhatIsThere) {
  EXPECT_EQ(patched(R"({"a":[1,{"b":2}]})", {"replace", "/a/1/b", ""}, "null"), R"({"a":[1,{"b":null}]})");
  EXPECT_EQ(patched(R"({"a":1})", {"replace", "/b", ""}, "2"), "no");
  EXPECT_EQ(patched("[1]", {"replace", "/-", ""}, "2"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"replace", "", ""}, "{}"), "{}");
}

TEST(StatePatch, Removes) {
  EXPECT_EQ(patched(R"({"a":[1,2]})", {"remove", "/a/0", ""}), R"({"a":[2]})");
  EXPECT_EQ(patched(R"({"a":1,"b":2})", {"remove", "/a", ""}), R"({"b":2})");
  EXPECT_EQ(patched(R"({"a":1})", {"remove", "/b", ""}), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"remove", "", ""}), "no");
}

TEST(StatePatch, MovesAndCopies) {
  EXPECT_EQ(patched(R"({"a":1,"b":[]})", {"move", "/b/0", "/a"}), R"({"b":[1]})");
  EXPECT_EQ(patched(R"({"a":1})", {"copy", "/b", "/a"}), R"({"a":1,"b":1})");
  EXPECT_EQ(patched(R"({"a":{"b":1}})", {"move", "/a/b/c", "/a"}), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"move", "/x/y", "/a"}), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"copy", "/b", "/c"}), "no");
}

TEST(StatePatch, Tests) {
  EXPECT_EQ(patched(R"({"a":1.0})", {"test", "/a", ""}, "1"), R"({"a":1.0})");
  EXPECT_EQ(patched(R"({"a":1})", {"test", "/a", ""}, "true"), "no");
}

TEST(StatePatch, ReadsPointersAsTheStandardSays) {
  EXPECT_EQ(patched(R"({"a/b":1,"c~d":2,"":3})", {"replace", "/a~1b", ""}, "0"), R"({"a/b":0,"c~d":2,"":3})");
  EXPECT_EQ(patched(R"({"~1":1})", {"replace", "/~01", ""}, "0"), R"({"~1":0})");
  EXPECT_EQ(patched(R"({"":3})", {"replace", "/", ""}, "0"), R"({"":0})");
  EXPECT_EQ(patched(R"({"a":1})", {"replace", "a", ""}, "0"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"replace", "/a~2", ""}, "0"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"replace", "/a~", ""}, "0"), "no");
  EXPECT_EQ(patched(R"({"a":1})", {"swap", "/a", ""}, "0"), "no");
}

TEST(StatePatch, BuildsNothingThatCannotBeReadAgain) {
  Json document = Json::object();
  const Json deep = Json::parse(std::string(200, '[') + std::string(200, ']'));
  ASSERT_TRUE(apply_patch(document, {"add", "/a", ""}, deep));
  std::string path = "/a";
  for (int i = 0; i < 199; ++i) path += "/0";
  EXPECT_FALSE(apply_patch(document, {"add", path + "/-", ""}, deep));
  EXPECT_EQ(Json::parse(document.dump()), document);
}

}  // namespace
}  // namespace rekuest
