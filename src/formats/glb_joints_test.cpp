#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/glb.h"
#include "formats/glb_testing.h"
#include "formats/hostile_testing.h"

namespace formats {
namespace {

std::string reason(std::string_view old_part, std::string_view new_part) {
  return model_reason(with(kArm, old_part, new_part), kArmBinary);
}

TEST(GlbJoints, AreEmptyForARigidModel) {
  EXPECT_EQ(read_model(kBox, kBoxBinary).joints.dump(), "[]");
  EXPECT_EQ(read_model(model_with(R"("extras":{"arkitekt":{"version":1}})")).joints.dump(), "[]");
  EXPECT_EQ(read_model(model_with(R"("extras":{"arkitekt":null,"other":1})")).joints.dump(), "[]");
}

TEST(GlbJoints, RefuseAnotherTable) {
  EXPECT_EQ(reason(R"("version":1,"joints")", R"("version":2,"joints")"), "bad_extras");
  EXPECT_EQ(model_reason(model_with(R"("extras":{"arkitekt":[]})")), "bad_extras");
  EXPECT_EQ(model_reason(model_with(R"("extras":{"arkitekt":{"version":1,"joints":{}}})")), "bad_extras");
  EXPECT_EQ(model_reason(model_with(R"("extras":{"arkitekt":{"version":1,"joints":[1]}})")), "bad_extras");
  EXPECT_EQ(reason("sha256:aeb1", "sha256:AEB1"), "bad_extras");
  EXPECT_EQ(reason("sha256:aeb1", "sha256:eb1"), "bad_extras");
  EXPECT_EQ(reason("sha256:aeb1", "sha512:aeb1"), "bad_extras");
}

TEST(GlbJoints, RefuseNamesAndNodesThatAreNotTheirOwn) {
  EXPECT_EQ(reason(R"({"name":"spin","node")", R"({"name":"lift","node")"), "bad_extras");
  EXPECT_EQ(reason(R"({"name":"spin","node")", R"({"name":"","node")"), "bad_extras");
  EXPECT_EQ(reason(R"("node":"spin")", R"("node":"lift")"), "bad_extras");
  EXPECT_EQ(reason(R"("node":"spin")", R"("node":"elsewhere")"), "bad_extras");
  EXPECT_EQ(reason(R"("node":"spin")", R"("node":4)"), "bad_extras");
  EXPECT_EQ(reason(R"("type":"prismatic")", R"("type":"fixed")"), "bad_extras");
}

TEST(GlbJoints, RefuseAxesThatAreNoDirections) {
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":[0.0,0.0,1.0009])"), "");
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":[0.0,0.0,1.0011])"), "bad_extras");
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":[0.0,0.0,0.0])"), "bad_extras");
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":[1.0,0.0])"), "bad_extras");
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":[0,0,NaN])"), "bad_extras");
  EXPECT_EQ(reason(R"("axis":[0.0,0.0,1.0])", R"("axis":"z")"), "bad_extras");
}

TEST(GlbJoints, HaveLimitsUnlessTheyAreContinuous) {
  EXPECT_EQ(reason(R"({"lower":-0.1,"upper":0.2})", R"({"lower":0.2,"upper":0.2})"), "");
  EXPECT_EQ(reason(R"({"lower":-0.1,"upper":0.2})", R"({"lower":0.3,"upper":0.2})"), "bad_extras");
  EXPECT_EQ(reason(R"({"lower":-0.1,"upper":0.2})", R"({"lower":-0.1})"), "bad_extras");
  EXPECT_EQ(reason(R"(,"limit":{"lower":-0.1,"upper":0.2})", ""), "bad_extras");
  EXPECT_EQ(reason(R"("type":"prismatic")", R"("type":"continuous")"), "bad_extras");
  EXPECT_EQ(reason(R"("type":"continuous")", R"("type":"revolute")"), "bad_extras");
}

TEST(GlbJoints, MimicOtherJoints) {
  EXPECT_EQ(reason(R"("mimic":{"joint":"lift")", R"("mimic":{"joint":"spin")"), "bad_extras");
  EXPECT_EQ(reason(R"("mimic":{"joint":"lift")", R"("mimic":{"joint":"base")"), "bad_extras");
  EXPECT_EQ(reason(R"("mimic":{"joint":"lift",)", R"("mimic":{)"), "bad_extras");
  EXPECT_EQ(reason(R"("multiplier":2.0)", R"("multiplier":"2")"), "bad_extras");
  EXPECT_EQ(reason(R"(,"multiplier":2.0,"offset":0.0)", ""), "");
  EXPECT_EQ(reason(R"("mimic":{"joint":"lift","multiplier":2.0,"offset":0.0})", R"("mimic":null)"), "");
}

}  // namespace
}  // namespace formats
