#include "services/rekuest/state_requirements.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

constexpr const char* kStates = R"({"name":"app:1.0.0","hash":"h2","features":["state_requires"],
  "implementations":[{"interface":"add","definition":{"key":"add","version":"1","name":"Add","kind":"FUNCTION"}}],
  "states":[{"interface":"stage","definition":{"name":"stage","ports":[
    {"key":"x","kind":"FLOAT"},
    {"key":"a/b","kind":"BOOL"},
    {"key":"slides","kind":"LIST","children":[{"key":"...","kind":"MODEL","children":[
      {"key":"label","kind":"STRING"}]}]},
    {"key":"image","kind":"STRUCTURE","identifier":"@mikro/image"}]}}]})";

class StateRequirements : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  /// What assigning with this requirement says; empty if it is accepted.
  std::string refused(const std::string& state, const std::string& path) {
    try {
      world_.assign(me_, fmt::format(R"({{"agent":"{}","interface":"add","args":{{}},"stateRequires":
                                     [{{"state":"{}","path":"{}","operator":"EQUALS","value":1}}]}})",
                                     agent_.agent.agent, state, path));
      return "";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::code::kValidation);
      return error.what();
    }
  }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  Registered agent_ = world_.connect(world_.request(me_, "s1", kStates));
};
INSTANTIATE_TEST_SUITE_P(Both, StateRequirements, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(StateRequirements, AcceptsWhatIsDeclared) {
  for (const char* path : {"", "/x", "/a~1b", "/slides", "/slides/0", "/slides/7/label", "/image/object"})
    EXPECT_EQ(refused("stage", path), "") << path;
}

TEST_P(StateRequirements, RefusesWhatIsNotAndMakesNoTask) {
  EXPECT_NE(refused("lamp", "/x").find("lamp"), std::string::npos);
  for (const char* path : {"x", "/z", "/x/y", "/slides/0/nothing", "/a~2"})
    EXPECT_NE(refused("stage", path), "") << path;
  EXPECT_EQ(world_.number("select count(*) from task"), 0);
}

}  // namespace
}  // namespace rekuest
