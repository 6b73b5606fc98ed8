#include "services/lok/pages/return_target.h"

#include <gtest/gtest.h>

namespace lok {
namespace {

TEST(ReturnTarget, IsOneOfOurPagesWithItsQuery) {
  for (const char* page : {"/account", "/device", "/device?code=WDJB-MJHT&hub=2", "/invite?token=a%20b"}) {
    EXPECT_EQ(read_return_target(page).text(), page);
  }
}

TEST(ReturnTarget, IsNeverAnythingElse) {
  for (const std::string& next : {
           std::string("//evil.example"),
           std::string("https://evil.example/device"),
           std::string("/\\evil"),
           std::string("evil"),
           std::string("/device/../x"),
           std::string("/device/"),
           std::string("/Device"),
           std::string("/%64evice"),
           std::string("/device#x"),
           std::string(" /device"),
           std::string(""),
           std::string("/style.css"),
           std::string("/sign-out"),
           std::string("/device@evil.example"),
           std::string("/device?a=\r\nSet-Cookie: a=b"),
           std::string("/device?a=\""),
           std::string("/device?a=<"),
           std::string("/device?a='"),
           std::string("/device?a=\xc3\xa4"),
           std::string("/device?a=\0", 11),
           std::string("/device?a=\\"),
           "/device?a=" + std::string(5000, 'a'),
       }) {
    EXPECT_EQ(read_return_target(next).text(), "/account") << next;
  }
}

}  // namespace
}  // namespace lok
