#include "services/mikro/space/pixel_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace testing;

constexpr SpaceId kImage = 1, kCrop = 2, kDrawing = 3, kOther = 4, kWorld = 5;

Edge written(Edge row, std::int64_t version, std::int32_t priority = 0) {
  row.version = version;
  row.priority = priority;
  return row;
}

/// A drawing on a crop of an image that starts at y = 8.
Graph drawn(Transform onto_crop, std::vector<Edge> more = {}) {
  std::vector<Edge> edges{written(edge(10, kCrop, kImage, translation({0, 8, 0}), Role::kLens), 1),
                          written(edge(11, kDrawing, kCrop, std::move(onto_crop)), 4)};
  edges.insert(edges.end(), more.begin(), more.end());
  return Graph({{kImage, axes("cyx"), {}, true},
                {kCrop, axes("cyx"), {}, false},
                {kDrawing, axes("cyx"), {}, false},
                {kOther, axes("cyx"), {}, true},
                {kWorld, axes("zyx"), {}, false}},
               std::move(edges));
}

std::optional<Box> boxed(const Graph& graph, const std::vector<std::vector<double>>& vertices) {
  return ShapeFrame(graph, kDrawing).box(vertices);
}

TEST(ShapeFrame, BoxesAShapeOnACropInTheImagesOwnPixels) {
  const Graph graph = drawn(identity());
  const ShapeFrame frame(graph, kDrawing);
  EXPECT_EQ(frame.frame(), kImage);
  EXPECT_EQ(frame.version(), 5);
  EXPECT_EQ(frame.components(), 2U);
  const std::vector<std::vector<double>> vertices{{4, 1}, {6, 0}};
  EXPECT_THAT(*frame.box(vertices), ElementsAre(AxisExtent{"y", 12, 14}, AxisExtent{"x", 0, 1}));
  EXPECT_EQ(transform_version(graph, kDrawing), 5);
  EXPECT_EQ(transform_version(graph, kImage), 0);
}

TEST(ShapeFrame, HasNoBoxWithoutVertices) { EXPECT_EQ(boxed(drawn(identity()), {}), std::nullopt); }

TEST(ShapeFrame, PushesAllCornersAndNotOnlyMinAndMax) {
  // Turned by 45 degrees: the images of min and max alone would span no y at all.
  const Graph graph = drawn(affine({{1, 0, 0, 0}, {0, 1, -1, 0}, {0, 1, 1, 0}}));
  EXPECT_THAT(*boxed(graph, {{0, 0}, {10, 10}}),
              ElementsAre(AxisExtent{"y", -2, 18}, AxisExtent{"x", 0, 20}));
}

TEST(ShapeFrame, FollowsThePrimaryDerivationAsDeclared) {
  const Graph graph = drawn(identity(), {written(edge(5, kDrawing, kOther, translation({0, 100, 0})), 1, 1)});
  EXPECT_EQ(ShapeFrame(graph, kDrawing).frame(), kImage);
  const Graph other =
      drawn(identity(), {written(edge(12, kDrawing, kOther, translation({0, 100, 0})), 1, -1)});
  EXPECT_EQ(ShapeFrame(other, kDrawing).frame(), kOther);
}

void expect_stays(const Graph& graph) {
  const ShapeFrame frame(graph, kDrawing);
  EXPECT_EQ(frame.frame(), kDrawing);
  EXPECT_EQ(frame.version(), 0);
  const std::vector<std::vector<double>> vertices{{4, 1}};
  EXPECT_THAT(*frame.box(vertices), ElementsAre(AxisExtent{"y", 4, 4}, AxisExtent{"x", 1, 1}));
}

TEST(ShapeFrame, StaysInTheDrawingWhereBoxesCannotBePushed) {
  expect_stays(drawn(unmappable()));
  expect_stays(drawn(by_dimension({identity_part({"c", "y"}), field_part({"x"}, {"x"}, {})})));
  expect_stays(drawn(by_dimension({identity_part({"c", "y"})})));           // says nothing about x
  expect_stays(drawn(affine({{1, 0, 0, 0}, {3, 1, 0, 0}, {0, 0, 1, 0}})));  // y depends on the channel
  const std::vector<Space> spaces{{kImage, axes("yx"), {}, true}, {kDrawing, axes("cyx"), {}, false}};
  expect_stays(Graph(spaces, {edge(1, kDrawing, kImage, by_dimension({identity_part({"y", "x"})}))}));
  const std::vector<Space> equal{{kImage, axes("cyx"), {}, true}, {kDrawing, axes("cyx"), {}, false}};
  expect_stays(Graph(equal, {edge(1, kDrawing, kImage, identity(), Role::kRegistration)}));
  Edge scoped = edge(1, kDrawing, kImage, identity());
  scoped.selector = Selector{"c", 0};
  expect_stays(Graph(equal, {scoped}));
}

TEST(ShapeFrame, DoesNotGoRoundInCircles) {
  const std::vector<Space> spaces{{kCrop, axes("cyx"), {}, false}, {kDrawing, axes("cyx"), {}, false}};
  expect_stays(Graph(spaces, {edge(1, kDrawing, kCrop, identity()), edge(2, kCrop, kDrawing, identity())}));
}

TEST(ShapeFrame, RefusesVerticesOfAnotherRankOrOutOfThisWorld) {
  const Graph graph = drawn(identity());
  EXPECT_THAT(refusal([&] { boxed(graph, {{1, 2}, {1, 2, 3}}); }), HasSubstr("Vertex 1 has 3 numbers"));
  EXPECT_THAT(refusal([&] { boxed(graph, {{}}); }), HasSubstr("[y, x]"));
  EXPECT_THAT(refusal([&] { boxed(graph, {{1, std::nan("")}}); }), HasSubstr("nan along 'x'"));
  EXPECT_EQ(refusal([&] { ShapeFrame(graph, 77); }), "code NOT_FOUND");
}

}  // namespace
}  // namespace mikro::space
