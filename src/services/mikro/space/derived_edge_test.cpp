#include "services/mikro/space/derived_edge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using testing::axes;
using ::testing::HasSubstr;
using testing::refusal;
using Shape = std::vector<std::int64_t>;

Transform level(const std::string& letters, const Shape& shape0, const Shape& shape) {
  return level_edge(axes(letters), shape0, shape);
}

TEST(LevelEdge, ScalesAndShiftsByHalfAVoxelAsTheContractsVectorsDo) {
  const Transform halved = level("cyx", {3, 2048, 2048}, {3, 1024, 1024});
  EXPECT_EQ(halved.kind, Kind::kSequence);
  ASSERT_EQ(halved.steps.size(), 2U);
  EXPECT_EQ(halved.steps[0].kind, Kind::kScale);
  EXPECT_EQ(halved.steps[0].scale, (std::vector<double>{1, 2, 2}));
  EXPECT_EQ(halved.steps[1].kind, Kind::kTranslation);
  EXPECT_EQ(halved.steps[1].translation, (std::vector<double>{0, 0.5, 0.5}));
  const Transform uneven = level("yx", {36, 33}, {9, 17});
  EXPECT_EQ(uneven.steps[0].scale, (std::vector<double>{4, 1.9411764705882353}));
  EXPECT_EQ(uneven.steps[1].translation, (std::vector<double>{1.5, 0.47058823529411764}));
}

TEST(LevelEdge, IsAScaleIfNothingIsShifted) {
  const Transform same = level("yx", {36, 33}, {36, 33});
  EXPECT_EQ(same.kind, Kind::kScale);
  EXPECT_EQ(same.scale, (std::vector<double>{1, 1}));
}

TEST(LevelEdge, RefusesToResampleWhatEnumerates) {
  EXPECT_THAT(
      refusal([] { level("cyx", {4, 8, 8}, {2, 4, 4}); }),
      HasSubstr(
          "'c' is a CHANNEL axis and keeps its extent in every level, but a level of shape [2, 4, 4] over "
          "level 0 of shape [4, 8, 8]"));
  EXPECT_THAT(refusal([] { level("ix", {4, 8}, {2, 4}); }), HasSubstr("INDEX"));
  EXPECT_EQ(refusal([] { level("tx", {4, 8}, {2, 4}); }), "");
}

TEST(LevelEdge, RefusesEmptyExtentsAndOtherRanks) {
  EXPECT_THAT(refusal([] { level("yx", {4, 8}, {0, 4}); }), HasSubstr("'y' has no extent"));
  EXPECT_THAT(refusal([] { level("yx", {0, 8}, {1, 4}); }), HasSubstr("'y' has no extent"));
  EXPECT_THAT(refusal([] { level("yx", {4, 8}, {4}); }), HasSubstr("ranks differ"));
}

TEST(LensEdge, IsATranslationUnlessItSteps) {
  const Cut plain[] = {{2, 1}, {0, 1}};
  const Transform cropped = lens_edge(plain);
  EXPECT_EQ(cropped.kind, Kind::kTranslation);
  EXPECT_EQ(cropped.translation, (std::vector<double>{2, 0}));
  const Cut stepping[] = {{2, 1}, {1, 3}};
  const Transform thinned = lens_edge(stepping);
  EXPECT_EQ(thinned.kind, Kind::kSequence);
  EXPECT_EQ(thinned.steps[0].scale, (std::vector<double>{1, 3}));
  EXPECT_EQ(thinned.steps[1].translation, (std::vector<double>{2, 1}));
  const Cut still[] = {{0, 0}};
  EXPECT_THAT(refusal([&] { lens_edge(still); }), HasSubstr("step is 0"));
}

}  // namespace
}  // namespace mikro::space
