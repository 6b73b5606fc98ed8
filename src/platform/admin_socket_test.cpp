#include "platform/admin_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/error.h"
#include "base/random.h"

namespace platform {
namespace {

using base::Json;

class AdminSocketTest : public testing::Test {
 protected:
  AdminSocketTest() {
    // Longer than a socket's name may be.
    directory_ = std::filesystem::temp_directory_path() / base::uuid4() / std::string(120, 'd');
    std::filesystem::create_directories(directory_);
  }
  ~AdminSocketTest() override { std::filesystem::remove_all(directory_.parent_path()); }

  std::unique_ptr<AdminSocket> open() {
    return std::make_unique<AdminSocket>(directory_, [](std::string_view command, const Json& arguments) {
      if (command == "fail") throw base::Error(base::code::kNotFound, std::string("No such thing."));
      return Json::object({{"did", command}, {"with", arguments}});
    });
  }
  std::string refusal(std::string_view command) {
    try {
      return ask_admin(directory_, command, Json::object()).dump();
    } catch (const base::Error& error) {
      return error.code() + " " + error.message();
    }
  }

  std::filesystem::path directory_;
};

TEST_F(AdminSocketTest, AnswersOneCommandAConnection) {
  const auto socket = open();
  const std::string long_text(100'000, 'x');
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask_admin(directory_, "user list", Json::object({{"name", long_text}})).dump(),
              R"({"did":"user list","with":{"name":")" + long_text + "\"}}");
  }
  EXPECT_EQ(refusal("fail"), "NOT_FOUND No such thing.");
}

TEST_F(AdminSocketTest, OnlyItsOwnerMayOpenIt) {
  const auto socket = open();
  struct stat found{};
  ASSERT_EQ(::stat((directory_ / "admin.sock").c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(AdminSocketTest, TakesThePlaceOfOneThatWasLeftBehind) {
  std::ofstream(directory_ / "admin.sock") << "left";
  const auto socket = open();
  EXPECT_EQ(ask_admin(directory_, "x", Json::object())["did"].as_string(), "x");
}

TEST_F(AdminSocketTest, SaysWhatToDoWhenNobodyIsThere) {
  EXPECT_NE(refusal("x").find("UNAVAILABLE No arkitektd is running on"), std::string::npos) << refusal("x");
  open().reset();
  EXPECT_NE(refusal("x").find("arkitektd up --data"), std::string::npos) << refusal("x");
  EXPECT_FALSE(std::filesystem::exists(directory_ / "admin.sock"));
  directory_ /= "nowhere";
  EXPECT_NE(refusal("x").find("There is no data directory"), std::string::npos);
  directory_ = directory_.parent_path();
}

}  // namespace
}  // namespace platform
