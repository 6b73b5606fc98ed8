#include "base/yaml_text.h"

#include <gtest/gtest.h>

#include "base/config.h"

namespace base {
namespace {

Json read_back(const std::string& text) {
  return Config::load({.file = "t.yaml", .text = text, .environment = {}, .flags = {}},
                      Config::Unknown::kRefuse)
      .json();
}

TEST(YamlText, IsReadBackAsTheSameDocument) {
  const Json document = Json::object({
      {"texts", Json::array({"plain", "", " leading", "@start", "a: b # c", "\t", "1", "true", "null", "~",
                             "-----BEGIN\nline\n", "\n\n", " indented\nline\n", "a\r\nb\n", "\x01", "ü"})},
      {"numbers", Json::array({1, -2, 2.5, true, false, Json()})},
      {"no", Json::object({{"1", 1}, {"a b", 2}, {"x:y", 3}, {"", 4}, {"null", 5}, {"- z", 6}})},
      {"empty", Json::array({Json::array(), Json::object()})},
      {"nested", Json::array({Json::object({{"key", Json::array({Json::object({{"deep", "x"}})})}})})},
  });
  EXPECT_EQ(read_back(yaml_text(document)).dump(), document.dump());
}

TEST(YamlText, ShowsKeysAsAPersonWouldWriteThem) {
  EXPECT_EQ(yaml_text(Json::object({{"private_key", "-----BEGIN KEY-----\nabc\n"}})),
            "private_key: |\n  -----BEGIN KEY-----\n  abc\n");
}

}  // namespace
}  // namespace base
