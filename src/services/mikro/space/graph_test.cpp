#include "services/mikro/space/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace testing;

std::vector<Space> spaces(std::initializer_list<SpaceId> ids) {
  std::vector<Space> result;
  for (const SpaceId id : ids) result.push_back({id, axes("yx"), {}, false});
  return result;
}

/// 1 -> 2 -> 3, 4 -> 3, and 8 -> 9 apart.
Graph chain() {
  return Graph(spaces({3, 1, 2, 4, 9, 8}), {edge(30, 4, 3, identity()), edge(10, 1, 2, identity()),
                                            edge(20, 2, 3, unmappable()), edge(40, 8, 9, identity())});
}

TEST(CoordinateGraph, IsEverythingConnectedWhateverTheDirectionOrKind) {
  const Component all = chain().coordinate_graph(1, std::nullopt);
  EXPECT_THAT(all.systems, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(all.transformations, ElementsAre(10, 20, 30));
}

TEST(CoordinateGraph, StopsAtTheDepthAskedFor) {
  const Graph graph = chain();
  EXPECT_THAT(graph.coordinate_graph(1, 0).systems, ElementsAre(1));
  EXPECT_THAT(graph.coordinate_graph(1, 0).transformations, IsEmpty());
  EXPECT_THAT(graph.coordinate_graph(1, 2).systems, ElementsAre(1, 2, 3));
  EXPECT_THAT(graph.coordinate_graph(1, 2).transformations, ElementsAre(10, 20));
  EXPECT_THAT(graph.coordinate_graph(3, std::int64_t{1} << 62).systems, ElementsAre(1, 2, 3, 4));
}

TEST(CoordinateGraph, ListsEdgesFromANodeToItself) {
  const Graph graph(spaces({1}), {edge(5, 1, 1, identity())});
  EXPECT_THAT(graph.coordinate_graph(1, 0).transformations, ElementsAre(5));
  EXPECT_TRUE(graph.arcs(0).empty());
}

TEST(CoordinateGraph, RefusesUnknownRootsAndNegativeDepths) {
  EXPECT_EQ(refusal([] { chain().coordinate_graph(77, 1); }), "code NOT_FOUND");
  EXPECT_THAT(refusal([] { chain().coordinate_graph(1, -1); }), HasSubstr("-1"));
}

TEST(Graph, RefusesRowsThatNoSnapshotCanHold) {
  EXPECT_EQ(refusal([] { Graph(spaces({1, 1}), {}); }), "code INTERNAL_ERROR");
  EXPECT_EQ(refusal([] { Graph(spaces({1, 2}), {edge(5, 1, 2, identity()), edge(5, 2, 1, identity())}); }),
            "code INTERNAL_ERROR");
  EXPECT_EQ(refusal([] { Graph(spaces({1}), {edge(5, 1, 2, identity())}); }), "code INTERNAL_ERROR");
}

TEST(Graph, FindsRowsById) {
  const Graph graph = chain();
  EXPECT_EQ(graph.space(4)->id, 4);
  EXPECT_EQ(graph.space(5), nullptr);
  EXPECT_EQ(graph.edge(20)->output, 3);
  EXPECT_EQ(graph.edge(21), nullptr);
}

TEST(Graph, AllowsTheWayBackOnlyBetweenSystemsOfEqualRank) {
  const Graph graph({{1, axes("cyx"), {}, false}, {2, axes("yx"), {}, false}, {3, axes("yx"), {}, false}},
                    {edge(5, 1, 2, by_dimension({identity_part({"y", "x"})})), edge(6, 2, 3, identity())});
  EXPECT_EQ(graph.traits(0) & Graph::kBackward, 0);
  EXPECT_NE(graph.traits(0) & Graph::kForward, 0);
  EXPECT_NE(graph.traits(1) & Graph::kBackward, 0);
}

TEST(Graph, OfNothingAnswersNothing) {
  const Graph graph({}, {});
  EXPECT_EQ(graph.find(1), std::nullopt);
  EXPECT_TRUE(graph.edges().empty());
}

}  // namespace
}  // namespace mikro::space
