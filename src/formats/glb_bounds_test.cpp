#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/glb.h"
#include "formats/glb_testing.h"
#include "formats/hostile_testing.h"

namespace formats {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

auto near(double x, double y, double z) {
  return ElementsAre(DoubleNear(x, 1e-12), DoubleNear(y, 1e-12), DoubleNear(z, 1e-12));
}

/// One mesh in the unit cube, and these nodes of which the first is the scene's.
std::string cube(std::string_view nodes, std::string_view accessor = "",
                 std::string_view scenes = R"([{"nodes":[0]}])") {
  return model_with(
      R"("accessors":[{"count":8,)" +
      (accessor.empty() ? std::string(R"("min":[0,0,0],"max":[1,1,1])") : std::string(accessor)) +
      R"(}],"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],"nodes":[)" + std::string(nodes) +
      R"(],"scenes":)" + std::string(scenes));
}

GlbBounds bounds_of(const std::string& document) { return read_model(document).bounds.value(); }

// Computed by numpy from the same files: every corner through the matrices of its node and those above.
TEST(GlbBounds, BoxEverythingThroughTheTransformsAbove) {
  const GlbBounds arm = read_model(kArm, kArmBinary).bounds.value();
  EXPECT_THAT(arm.min, near(-0.18517932718387345, -0.050000000771439866, -0.22500000095777786));
  EXPECT_THAT(arm.max, near(0.18517932718387345, 0.45000000059578227, 0.16708564634227402));
  const GlbBounds box = read_model(kBox, kBoxBinary).bounds.value();
  EXPECT_THAT(box.min, near(-1.078223867317948, -0.9558064292083208, -0.6497628339342527));
  EXPECT_THAT(box.max, near(3.078223867317948, 4.955806429208321, 6.649762833934252));
}

TEST(GlbBounds, ScaleThenRotateThenMove) {
  // A quarter turn about z takes x to y.
  const GlbBounds bounds = bounds_of(cube(
      R"({"mesh":0,"scale":[2,1,1],"rotation":[0,0,0.7071067811865476,0.7071067811865476],"translation":[10,0,0]})"));
  EXPECT_THAT(bounds.min, near(9, 0, 0));
  EXPECT_THAT(bounds.max, near(10, 2, 1));
}

TEST(GlbBounds, AreOfTheDefaultSceneOnly) {
  const std::string nodes = R"({"mesh":0},{"mesh":0,"translation":[5,5,5]})";
  const std::string scenes = R"([{"nodes":[0]},{"nodes":[1]}])";
  EXPECT_THAT(bounds_of(cube(nodes, "", scenes)).max, near(1, 1, 1));
  EXPECT_THAT(bounds_of(cube(nodes, "", scenes + R"(,"scene":1)")).min, near(5, 5, 5));
  EXPECT_EQ(model_reason(cube(nodes, "", scenes + R"(,"scene":2)")), "bad_structure");
}

TEST(GlbBounds, AreUnknownIfNothingDeclaresABox) {
  EXPECT_EQ(read_model(cube(R"({"mesh":0})", R"("max":[1,1,1])")).bounds, std::nullopt);
  EXPECT_EQ(read_model(cube(R"({"name":"empty"})")).bounds, std::nullopt);
  EXPECT_EQ(read_model(cube(R"({"mesh":0})", "", "[]")).bounds, std::nullopt);
}

TEST(GlbBounds, DecodeQuantizedPositions) {
  const GlbBounds bytes =
      bounds_of(cube(R"({"mesh":0,"scale":[2,2,2]})",
                     R"("componentType":5120,"normalized":true,"min":[-128,0,0],"max":[127,127,127])"));
  EXPECT_THAT(bytes.min, near(-2, 0, 0));
  EXPECT_THAT(bytes.max, near(2, 2, 2));
  const GlbBounds plain =
      bounds_of(cube(R"({"mesh":0})", R"("componentType":5123,"min":[0,0,0],"max":[9,9,9])"));
  EXPECT_THAT(plain.max, near(9, 9, 9));
}

TEST(GlbBounds, RefuseNodesThatAreNoTrees) {
  EXPECT_EQ(model_reason(cube(R"({"children":[1]},{"mesh":0})")), "");
  EXPECT_EQ(model_reason(cube(R"({"children":[0]})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({},{"children":[2]},{"children":[1]})")),
            "bad_structure");  // beside the scene
  EXPECT_EQ(model_reason(cube(R"({"children":[1,2]},{"children":[2]},{})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"children":[1,1]},{})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"children":[1,2]},{"children":[2]},{},{"children":[3]})")),
            "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"children":[7]})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"children":7})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"children":[1]},{"mesh":0})", "", R"([{"nodes":[0,1]}])")),
            "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"mesh":0})", "", R"([{"nodes":[0,0]}])")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"mesh":1})")), "bad_structure");
}

TEST(GlbBounds, WalkChainsOfEveryLength) {
  std::string nodes;
  for (int node = 0; node + 1 < 10'000; ++node) {
    nodes += R"({"translation":[1,0,0],"children":[)" + std::to_string(node + 1) + "]},";
  }
  EXPECT_THAT(bounds_of(cube(nodes + R"({"mesh":0})")).max, near(10'000, 1, 1));
}

TEST(GlbBounds, RefuseNumbersThatAreNone) {
  EXPECT_EQ(model_reason(cube(R"({"translation":[0,0,NaN]})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"scale":[1,1]})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"matrix":[1,0,0]})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"rotation":"x"})")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"mesh":0})", R"("min":[0,0],"max":[1,1,1])")), "bad_structure");
  EXPECT_EQ(model_reason(cube(R"({"mesh":0,"scale":[1e308,1,1]})", R"("min":[0,0,0],"max":[1e10,1,1])")),
            "bad_structure");
}

TEST(GlbBounds, RefuseMorePlacedPartsThanAViewerDraws) {
  std::string primitives = R"({"attributes":{"POSITION":0}})";
  for (int part = 1; part < 1'000; ++part) primitives += R"(,{"attributes":{"POSITION":0}})";
  std::string nodes = R"({"children":[1)";
  for (int node = 2; node <= 1'001; ++node) nodes += "," + std::to_string(node);
  nodes += "]}";
  for (int node = 1; node <= 1'001; ++node) nodes += R"(,{"mesh":0})";
  EXPECT_EQ(model_reason(with(cube(nodes), R"({"attributes":{"POSITION":0}})", primitives)), "over_budget");
}

}  // namespace
}  // namespace formats
