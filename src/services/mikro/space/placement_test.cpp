#include "services/mikro/space/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/extent.h"
#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace testing;

constexpr SpaceId kImage = 1, kLens = 2, kMask = 3, kTable = 4, kPerChannel = 5, kLonely = 6, kStage = 7,
                  kWorld = 9;

Edge with(Edge row, Validity validity, std::int64_t version = 1) {
  row.validity = validity;
  row.version = version;
  return row;
}

/// An image with a lens and a mask in a world; a table measured from the mask; an image registered channel
/// by channel; one registered nowhere.
Graph lab(std::vector<Edge> more = {}) {
  std::vector<Space> spaces{{kImage, axes("cyx"), {}, true},
                            {kLens, axes("cyx"), {}, false},
                            {kMask, axes("yx"), {}, true},
                            {kTable, axes("i"), {}, false},
                            {kPerChannel, axes("cyx"), {}, true},
                            {kLonely, axes("yx"), {}, true},
                            {kStage, axes("yx", "micrometer"), {}, false},
                            {kWorld, axes("zyx", "micrometer"), {}, false}};
  std::vector<Edge> edges{
      with(edge(10, kImage, kWorld, by_dimension({scale_part({"y", "x"}, {0.5, 0.5})}), Role::kRegistration),
           Validity::kManual, 3),
      with(edge(11, kLens, kImage, translation({1, 8, 16}), Role::kLens), Validity::kValidated),
      with(edge(12, kMask, kLens, by_dimension({identity_part({"y", "x"})})), Validity::kInferred, 2),
      edge(13, kTable, kMask, unmappable()),
  };
  for (const std::int64_t channel : {0, 1}) {
    Edge row =
        edge(20 + channel, kPerChannel, kWorld,
             by_dimension(
                 {{PartKind::kTranslation, {"y"}, {"y"}, {}, {1.0 + static_cast<double>(channel)}, {}, {}}}),
             Role::kRegistration);
    row.selector = Selector{"c", channel};
    edges.push_back(row);
  }
  edges.insert(edges.end(), more.begin(), more.end());
  return Graph(std::move(spaces), std::move(edges));
}

TEST(World, PlacesDerivedDataWhereItsSourceIs) {
  const Graph graph = lab();
  const World world(graph, kWorld, {});
  const std::optional<Placement> placement = world.as_affine(kMask, false);
  ASSERT_TRUE(placement);
  EXPECT_THAT(placement->output_axes, ElementsAre("y", "x"));
  EXPECT_EQ(placement->matrix.to_rows(), (Rows{{0.5, 0, 4}, {0, 0.5, 8}}));
  EXPECT_EQ(world.state(kMask), PlacementState::kPlaced);
  EXPECT_EQ(world.validity(kMask), Validity::kInferred);
  EXPECT_EQ(world.invariance(kMask), Invariance::kSimilarity);
  EXPECT_EQ(version_of(*world.path(kMask)), 6);
  EXPECT_THAT(world.placed(), ElementsAre(kImage, kLens, kMask));
}

TEST(World, PlacesItselfExactly) {
  const Graph graph = lab();
  const World world(graph, kWorld, {});
  EXPECT_TRUE(world.path(kWorld)->empty());
  EXPECT_EQ(world.validity(kWorld), Validity::kValidated);
  EXPECT_EQ(world.invariance(kWorld), Invariance::kIsometry);
  EXPECT_TRUE(world.as_affine(kWorld, true)->total);
}

TEST(World, RefusesAPartialMapIfAskedToBeStrict) {
  const Graph graph = lab();
  const World world(graph, kWorld, {});
  EXPECT_FALSE(world.as_affine(kImage, false)->total);
  EXPECT_THAT(refusal([&] { world.as_affine(kImage, true); }), HasSubstr("states nothing about [z]"));
}

TEST(World, TellsConditionalPlacementsFromMissingOnes) {
  const Graph graph = lab();
  const World open(graph, kWorld, {});
  EXPECT_EQ(open.state(kPerChannel), PlacementState::kConditional);
  EXPECT_EQ(open.path(kPerChannel), std::nullopt);
  EXPECT_EQ(open.as_affine(kPerChannel, false), std::nullopt);
  EXPECT_EQ(open.validity(kPerChannel), Validity::kManual);
  EXPECT_EQ(open.invariance(kPerChannel), Invariance::kIsometry);
  Crossing fixed;
  fixed.at = {{"c", 1}};
  const World second(graph, kWorld, fixed);
  EXPECT_EQ(second.state(kPerChannel), PlacementState::kPlaced);
  EXPECT_EQ(second.as_affine(kPerChannel, false)->matrix.to_rows(), (Rows{{0, 1, 0, 2}}));
}

TEST(World, CallsUnmappableOnlyWhatIsRegisteredNowhereElse) {
  const Graph graph = lab();
  const World world(graph, kWorld, {});
  EXPECT_EQ(world.state(kTable), PlacementState::kUnmappable);
  EXPECT_EQ(world.validity(kTable), Validity::kUnknown);
  EXPECT_EQ(world.invariance(kTable), Invariance::kNone);
  EXPECT_EQ(world.state(kLonely), PlacementState::kUnregistered);
  EXPECT_EQ(world.state(77), PlacementState::kUnregistered);
  const Graph registered = lab({edge(30, kTable, kStage, by_dimension({}), Role::kRegistration)});
  EXPECT_EQ(World(registered, kWorld, {}).state(kTable), PlacementState::kUnregistered);
  // What is only the source of something lost is not lost itself.
  EXPECT_EQ(World(graph, kTable, {}).state(kMask), PlacementState::kUnregistered);
  const Graph adrift = lab({edge(30, kStage, kLonely, unmappable())});
  EXPECT_EQ(World(adrift, kWorld, {}).state(kStage), PlacementState::kUnregistered);
}

TEST(Extent, OfAnArrayIsASlabOverTheAxesItsPathNames) {
  const Graph graph = lab();
  const World world(graph, kWorld, {});
  const std::int64_t shape[] = {2, 10, 20};
  const std::optional<Extent> extent = extent_in(world, graph, kImage, grid_box(axes("cyx"), shape));
  ASSERT_TRUE(extent);
  EXPECT_EQ(extent->state, ExtentState::kKnown);
  EXPECT_THAT(extent->box, ElementsAre(AxisExtent{"y", -0.25, 4.75}, AxisExtent{"x", -0.25, 9.75}));
}

TEST(Extent, SaysWhyThereIsNone) {
  FieldMap field;
  const Transform twice = by_dimension({field_part({"y"}, {"y"}, field)});
  const Graph graph =
      lab({edge(30, kImage, kLonely, by_dimension({identity_part({"y", "x"})})),
           edge(31, kStage, kLonely, identity()), edge(32, kLonely, kWorld, twice, Role::kRegistration),
           edge(33, kMask, kStage, twice, Role::kRegistration)});
  const World world(graph, kWorld, {});
  EXPECT_EQ(extent_in(world, graph, kPerChannel, {})->state, ExtentState::kConditional);
  EXPECT_EQ(extent_in(world, graph, kTable, {}), std::nullopt);
  EXPECT_EQ(extent_in(World(graph, kStage, {}), graph, kImage, {})->state, ExtentState::kInverted);
  const Graph nested({{1, axes("y"), {}, false}, {2, axes("y"), {}, false}, {3, axes("y"), {}, false}},
                     {edge(1, 1, 2, twice), edge(2, 2, 3, twice)});
  EXPECT_EQ(extent_in(World(nested, 3, {}), nested, 1, {})->state, ExtentState::kNonAffine);
}

TEST(Extent, OverlapsARegionThatNamesSomeAxes) {
  const Box box{{"y", 0, 2}, {"x", 0, 2}};
  EXPECT_TRUE(overlaps(box, {{"z", 5, 6}, {"y", 2, 3}}));
  EXPECT_FALSE(overlaps(box, {{"y", 2.5, 3}}));
  EXPECT_FALSE(overlaps(box, {{"y", 0, 1}, {"x", -2, -1}}));
  EXPECT_TRUE(overlaps(box, {}));
}

}  // namespace
}  // namespace mikro::space
