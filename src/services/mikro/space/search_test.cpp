#include "services/mikro/space/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/space/space_fixture.h"

namespace mikro::space {
namespace {

using ::testing::ElementsAre;
using namespace testing;

Graph graph_of(std::size_t count, std::vector<Edge> edges) {
  std::vector<Space> spaces;
  for (std::size_t i = 1; i <= count; ++i) spaces.push_back({static_cast<SpaceId>(i), axes("yx"), {}, false});
  return Graph(std::move(spaces), std::move(edges));
}

/// Edge ids from 1 to `to`, negative where walked backward; {0} if there is no path. Both searches must
/// agree.
std::vector<EdgeId> walked(const Graph& graph, SpaceId from, SpaceId to, const Crossing& crossing = {}) {
  const std::optional<Path> path = find_path(graph, from, to, crossing);
  const Reach reach(graph, to, crossing);
  const std::optional<Graph::Node> node = graph.find(from);
  EXPECT_EQ(path, node ? reach.path(*node) : std::nullopt);
  if (crossing.registrations != Registrations::kOfTheWorld) {
    const std::optional<Graph::Node> goal = graph.find(to);
    EXPECT_EQ(path, goal ? Spread(graph, from, crossing).path(*goal) : std::nullopt);
  }
  if (!path) return {0};
  std::vector<EdgeId> result;
  for (const PathStep& step : *path) result.push_back(step.inverted ? -step.edge->id : step.edge->id);
  return result;
}

Edge scoped(EdgeId id, SpaceId from, SpaceId to, std::int64_t channel) {
  Edge result = edge(id, from, to, identity());
  result.selector = Selector{"c", channel};
  return result;
}
Crossing at(std::int64_t channel) {
  Crossing crossing;
  crossing.at = {{"z", 1}, {"c", channel}};
  return crossing;
}

TEST(Search, TakesTheShortestPathAndOfThoseTheSmallestIds) {
  const Graph graph =
      graph_of(5, {edge(1, 1, 2, identity()), edge(2, 2, 3, identity()), edge(3, 3, 5, identity()),
                   edge(9, 1, 4, identity()), edge(4, 4, 5, identity()), edge(12, 1, 4, identity())});
  EXPECT_THAT(walked(graph, 1, 5), ElementsAre(9, 4));
  const Graph tied = graph_of(4, {edge(7, 1, 2, identity()), edge(8, 1, 3, identity()),
                                  edge(2, 3, 4, identity()), edge(5, 2, 4, identity())});
  EXPECT_THAT(walked(tied, 1, 4), ElementsAre(7, 5));  // the first edge decides, not the last
}

TEST(Search, IsEmptyAtHomeAndNothingWithoutAPath) {
  const Graph graph = graph_of(2, {});
  EXPECT_THAT(walked(graph, 1, 1), ElementsAre());
  EXPECT_THAT(walked(graph, 1, 2), ElementsAre(0));
  EXPECT_THAT(walked(graph, 1, 77), ElementsAre(0));
  EXPECT_THAT(walked(graph, 77, 1), ElementsAre(0));
}

TEST(Search, GoesBackOverWhatHasAnInverse) {
  EXPECT_THAT(walked(graph_of(2, {edge(1, 2, 1, scale({2, 2}))}), 1, 2), ElementsAre(-1));
  EXPECT_THAT(walked(graph_of(2, {edge(1, 2, 1, by_dimension({field_part({"y"}, {"y"}, {})}))}), 1, 2),
              ElementsAre(0));
  EXPECT_THAT(walked(graph_of(2, {edge(1, 1, 2, by_dimension({field_part({"y"}, {"y"}, {})}))}), 1, 2),
              ElementsAre(1));
}

TEST(Search, NeverCrossesNonCorrespondenceOrKeys) {
  FieldMap ids;
  ids.dereference = true;
  EXPECT_THAT(walked(graph_of(2, {edge(1, 1, 2, unmappable())}), 1, 2), ElementsAre(0));
  EXPECT_THAT(walked(graph_of(2, {edge(1, 1, 2, by_dimension({field_part({"y"}, {"x"}, ids)}))}), 1, 2),
              ElementsAre(0));
}

TEST(Search, CrossesScopedEdgesWhereTheirCoordinateIsFixed) {
  const Graph graph = graph_of(2, {scoped(1, 1, 2, 0), scoped(2, 1, 2, 2)});
  EXPECT_THAT(walked(graph, 1, 2), ElementsAre(0));
  EXPECT_THAT(walked(graph, 1, 2, at(2)), ElementsAre(2));
  EXPECT_THAT(walked(graph, 1, 2, at(1)), ElementsAre(0));
  // z is fixed at 1, which is no channel.
  EXPECT_THAT(walked(graph_of(2, {scoped(1, 1, 2, 1)}), 1, 2, at(0)), ElementsAre(0));
  EXPECT_THAT(walked(graph, 2, 1, at(0)), ElementsAre(-1));
}

TEST(Search, FollowsRegistrationsAsFarAsAsked) {
  const Role claim = Role::kRegistration;
  // An image (1) on a stage (2), the stage in an atlas (3); another image (4) on the same stage.
  const Graph graph = graph_of(4, {edge(1, 1, 2, identity(), claim), edge(2, 2, 3, identity(), claim),
                                   edge(3, 4, 2, identity(), claim)});
  Crossing crossing;
  EXPECT_THAT(walked(graph, 1, 3, crossing), ElementsAre(1, 2));
  EXPECT_THAT(walked(graph, 1, 4, crossing), ElementsAre(0));
  crossing.registrations = Registrations::kOfTheWorld;
  EXPECT_THAT(walked(graph, 1, 3, crossing), ElementsAre(0));
  EXPECT_THAT(walked(graph, 1, 2, crossing), ElementsAre(1));
  crossing.registrations = Registrations::kBothWays;
  EXPECT_THAT(walked(graph, 1, 4, crossing), ElementsAre(1, -3));
}

TEST(Search, LeavesOutFieldsWhereTheyAreNotWanted) {
  FieldMap warp;
  warp.spatial = true;
  const Graph graph = graph_of(3, {edge(1, 1, 2, by_dimension({field_part({"y"}, {"y"}, warp)})),
                                   edge(2, 2, 3, by_dimension({field_part({"y"}, {"y"}, {})}))});
  Crossing crossing;
  EXPECT_THAT(walked(graph, 1, 3, crossing), ElementsAre(1, 2));
  crossing.fields = Fields::kNotSpatial;
  EXPECT_THAT(walked(graph, 1, 3, crossing), ElementsAre(0));
  EXPECT_THAT(walked(graph, 2, 3, crossing), ElementsAre(2));
  crossing.fields = Fields::kNone;
  EXPECT_THAT(walked(graph, 2, 3, crossing), ElementsAre(0));
}

TEST(Spread, ReachesTheNearestFirst) {
  const Graph graph = graph_of(5, {edge(1, 3, 5, identity()), edge(2, 3, 1, identity()),
                                   edge(3, 1, 2, identity()), edge(4, 4, 3, unmappable())});
  const Spread spread(graph, 3, {});
  std::vector<SpaceId> reached;
  for (const Graph::Node node : spread.reached()) reached.push_back(graph.spaces()[node].id);
  EXPECT_THAT(reached, ElementsAre(3, 5, 1, 2));
}

TEST(Reach, OfSeveralWorldsLeadsToTheNearest) {
  const Graph graph = graph_of(5, {edge(1, 1, 2, identity()), edge(2, 2, 3, identity()),
                                   edge(3, 3, 4, identity()), edge(4, 5, 4, identity())});
  const Reach reach(graph, std::vector{*graph.find(3), *graph.find(4)}, {});
  const auto steps = [&](SpaceId from) { return reach.path(*graph.find(from))->size(); };
  EXPECT_EQ(steps(1), 2U);
  EXPECT_EQ(steps(4), 0U);
  EXPECT_EQ(steps(5), 1U);
  EXPECT_EQ(reach.path(*graph.find(5))->back().edge->output, 4);
}

TEST(Reach, ListsWhoGetsToTheWorldInOrder) {
  const Graph graph = graph_of(4, {edge(1, 4, 2, identity()), edge(2, 1, 2, unmappable())});
  EXPECT_THAT(Reach(graph, 2, {}).sources(), ElementsAre(1U, 3U));
  EXPECT_THAT(Reach(graph, 77, {}).sources(), ElementsAre());
}

}  // namespace
}  // namespace mikro::space
