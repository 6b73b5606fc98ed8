// Which nodes a walk reaches over which way, where it stops, and what it leaves out.
#include "services/mikro/lineage/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace mikro::lineage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Node n(std::int64_t id) { return {Kind::kDataset, id}; }

/// A graph by its ties, parent first.
class Graph {
 public:
  explicit Graph(std::vector<std::pair<std::int64_t, std::int64_t>> ties) {
    for (const auto& [parent, child] : ties) {
      ties_.push_back({n(parent), n(child)});
      down_[n(parent)].push_back(n(child));
      up_[n(child)].push_back(n(parent));
    }
  }
  Walk walked(std::vector<Start> starts, std::size_t room = 100, std::size_t fanout = 100) {
    Walk walk(std::move(starts), room, fanout);
    for (levels_ = 0; !walk.is_over(); ++levels_) {
      walk.go_on(of(walk.wanted(Direction::kUp), up_), of(walk.wanted(Direction::kDown), down_));
    }
    return walk;
  }
  /// `node@depth<parent`
  std::vector<std::string> down(std::int64_t root, std::int64_t depth, std::size_t room = 100,
                                std::size_t fanout = 100) {
    return texts(walked({{n(root), Direction::kDown, depth}}, room, fanout).reached(0));
  }
  std::vector<std::string> up(std::int64_t root, std::int64_t depth) {
    return texts(walked({{n(root), Direction::kUp, depth}}).reached(0));
  }
  static std::vector<std::string> texts(const std::vector<Reached>& reached) {
    std::vector<std::string> list;
    for (const Reached& one : reached) {
      list.push_back(std::to_string(one.node.id) + "@" + std::to_string(one.depth) + "<" +
                     std::to_string(one.parent.id));
    }
    return list;
  }
  std::vector<std::int64_t> more(Direction direction, std::vector<std::int64_t> ids) {
    std::set<Node> nodes;
    for (const std::int64_t id : ids) nodes.insert(n(id));
    Degrees degrees;
    for (const auto& [node, list] : direction == Direction::kUp ? up_ : down_) degrees[node] = list.size();
    std::vector<std::int64_t> found;
    for (const Node& node : with_more(nodes, neighbours(direction, ties_), degrees)) found.push_back(node.id);
    return found;
  }
  std::size_t levels() const { return levels_; }

 private:
  static Hops of(const std::vector<Node>& nodes, const Hops& all) {
    Hops hops;
    for (const Node& node : nodes) {
      if (const auto found = all.find(node); found != all.end()) hops.insert(*found);
    }
    return hops;
  }

  std::vector<Tie> ties_;
  Hops up_, down_;
  std::size_t levels_ = 0;
};

TEST(LineageWalk, GoesDownAndUpWithoutTurning) {
  Graph graph({{1, 2}, {2, 3}, {1, 4}, {9, 2}});
  EXPECT_THAT(graph.down(1, 5), ElementsAre("2@1<1", "4@1<1", "3@2<2"));
  EXPECT_THAT(graph.up(3, 5), ElementsAre("2@1<3", "1@2<2", "9@2<2"));
  EXPECT_THAT(graph.down(3, 5), IsEmpty());
}

TEST(LineageWalk, StopsAtItsDepth) {
  Graph graph({{1, 2}, {2, 3}, {3, 4}});
  EXPECT_THAT(graph.down(1, 0), IsEmpty());
  EXPECT_EQ(graph.levels(), 0U);
  EXPECT_THAT(graph.down(1, 2), ElementsAre("2@1<1", "3@2<2"));
  EXPECT_EQ(graph.levels(), 2U);
  EXPECT_FALSE(graph.walked({{n(1), Direction::kDown, 2}}).is_truncated());
}

TEST(LineageWalk, ReachesTheEndOfADiamondOnceOverTheShorterWay) {
  Graph graph({{1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 5}, {1, 5}});
  EXPECT_THAT(graph.down(1, 9), ElementsAre("2@1<1", "3@1<1", "5@1<1", "4@2<2"));
}

TEST(LineageWalk, EndsInCycles) {
  Graph graph({{1, 2}, {2, 3}, {3, 1}, {3, 3}});
  EXPECT_THAT(graph.down(1, 1'000), ElementsAre("2@1<1", "3@2<2"));
  EXPECT_THAT(graph.up(1, 1'000), ElementsAre("3@1<1", "2@2<3"));
  EXPECT_LE(graph.levels(), 3U);
}

TEST(LineageWalk, KeepsTheFirstHopsOfANode) {
  Graph graph({{1, 2}, {1, 3}, {1, 4}, {3, 5}, {3, 6}, {4, 7}});
  EXPECT_THAT(graph.down(1, 9, 100, 2), ElementsAre("2@1<1", "3@1<1", "5@2<3", "6@2<3"));
  EXPECT_THAT(graph.down(1, 9, 100, 1), ElementsAre("2@1<1"));
  EXPECT_FALSE(graph.walked({{n(1), Direction::kDown, 9}}, 100, 1).is_truncated());
}

TEST(LineageWalk, IsTruncatedWhereTheRoomEnds) {
  Graph graph({{1, 2}, {1, 3}, {2, 4}, {3, 5}});
  EXPECT_THAT(graph.down(1, 9, 3), ElementsAre("2@1<1", "3@1<1", "4@2<2"));
  EXPECT_TRUE(graph.walked({{n(1), Direction::kDown, 9}}, 3).is_truncated());
  EXPECT_FALSE(graph.walked({{n(1), Direction::kDown, 9}}, 4).is_truncated());
  // What lies past the depth anyway is not missing for want of room.
  EXPECT_FALSE(graph.walked({{n(1), Direction::kDown, 1}}, 2).is_truncated());
  EXPECT_TRUE(graph.walked({{n(1), Direction::kDown, 1}}, 0).is_truncated());
}

TEST(LineageWalk, SharesItsRoomAmongAllStartsNearestFirst) {
  Graph graph({{1, 2}, {2, 3}, {3, 4}, {10, 11}, {11, 12}});
  Walk walk = graph.walked({{n(1), Direction::kDown, 9}, {n(10), Direction::kDown, 9}}, 3);
  EXPECT_THAT(Graph::texts(walk.reached(0)), ElementsAre("2@1<1", "3@2<2"));
  EXPECT_THAT(Graph::texts(walk.reached(1)), ElementsAre("11@1<10"));
  EXPECT_TRUE(walk.is_truncated());
}

TEST(LineageWalk, CountsWhatTwoRootsReachForEach) {
  Graph graph({{1, 3}, {2, 3}, {3, 4}});
  Walk walk = graph.walked({{n(1), Direction::kDown, 9}, {n(2), Direction::kDown, 9}}, 4);
  EXPECT_THAT(Graph::texts(walk.reached(0)), ElementsAre("3@1<1", "4@2<3"));
  EXPECT_THAT(Graph::texts(walk.reached(1)), ElementsAre("3@1<2", "4@2<3"));
  EXPECT_FALSE(walk.is_truncated());
  EXPECT_TRUE(graph.walked({{n(1), Direction::kDown, 9}, {n(2), Direction::kDown, 9}}, 3).is_truncated());
}

TEST(LineageWalk, FindsTheSameNodeUpAndDownInACycleAndCountsItOnce) {
  Graph graph({{1, 2}, {2, 1}, {2, 3}});
  Walk walk = graph.walked({{n(1), Direction::kUp, 1}, {n(1), Direction::kDown, 2}}, 2);
  EXPECT_FALSE(walk.is_truncated());
  const auto nodes = merged(n(1), walk.reached(0), walk.reached(1));
  EXPECT_THAT(nodes, ElementsAre(std::pair(n(1), 0), std::pair(n(2), -1), std::pair(n(3), 2)));
}

TEST(LineageWalk, MergesTheNearestFirstAndUpstreamBeforeDownstream) {
  Graph graph({{7, 8}, {8, 1}, {1, 2}, {2, 3}, {9, 1}, {3, 7}});
  Walk walk = graph.walked({{n(1), Direction::kUp, 2}, {n(1), Direction::kDown, 3}});
  EXPECT_THAT(merged(n(1), walk.reached(0), walk.reached(1)),
              ElementsAre(std::pair(n(1), 0), std::pair(n(8), -1), std::pair(n(9), -1), std::pair(n(2), 1),
                          std::pair(n(7), -2), std::pair(n(3), 2)));
}

TEST(LineageWalk, HasMoreWhereANeighbourIsLeftOut) {
  Graph graph({{1, 2}, {1, 3}, {2, 4}, {3, 4}, {4, 5}, {0, 3}});
  EXPECT_THAT(graph.more(Direction::kDown, {1, 2, 3, 4}), ElementsAre(4));
  EXPECT_THAT(graph.more(Direction::kUp, {1, 2, 3, 4}), ElementsAre(3));
  EXPECT_THAT(graph.more(Direction::kDown, {1, 2}), ElementsAre(1, 2));
  EXPECT_THAT(graph.more(Direction::kUp, {4, 5}), ElementsAre(4));
  EXPECT_THAT(graph.more(Direction::kDown, {0, 1, 2, 3, 4, 5}), IsEmpty());
}

TEST(LineageWalk, CountsANeighbourOnceHoweverManyTiesLeadThere) {
  const std::vector<Tie> ties{{n(1), n(2)}, {n(1), n(2)}, {n(1), n(1)}};
  EXPECT_THAT(with_more({n(1), n(2)}, neighbours(Direction::kDown, ties), {{n(1), 1}}), IsEmpty());
  EXPECT_THAT(with_more({n(1), n(2)}, neighbours(Direction::kDown, ties), {{n(1), 2}}), ElementsAre(n(1)));
}

TEST(LineageWalk, AsksForEachNodeOnceALevelThoughSeveralStartsWantIt) {
  Walk walk({{n(1), Direction::kDown, 2}, {n(2), Direction::kDown, 2}, {n(1), Direction::kUp, 1}}, 9, 9);
  walk.go_on({}, {{n(1), {n(3)}}, {n(2), {n(3)}}});
  EXPECT_THAT(walk.wanted(Direction::kDown), ElementsAre(n(3)));
  EXPECT_THAT(walk.wanted(Direction::kUp), IsEmpty());
}

// Depths of a random graph, found the other way: as the fixed point of "one more than my nearest parent".
TEST(LineageWalk, FindsTheNearestWayInAnyGraph) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<std::int64_t, std::int64_t>> ties;
    std::set<std::pair<std::int64_t, std::int64_t>> known;
    for (int i = 0; i < 30; ++i) {
      const std::pair<std::int64_t, std::int64_t> tie{random() % 15, random() % 15};
      if (known.insert(tie).second) ties.push_back(tie);
    }
    std::map<std::int64_t, std::int64_t> depths{{0, 0}};
    for (int i = 0; i < 15; ++i) {
      for (const auto& [parent, child] : ties) {
        if (!depths.contains(parent)) continue;
        const std::int64_t depth = depths[parent] + 1;
        if (!depths.contains(child) || depths[child] > depth) depths[child] = depth;
      }
    }
    std::map<std::int64_t, std::int64_t> found{{0, 0}};
    const Walk walk = Graph(ties).walked({{n(0), Direction::kDown, 100}});
    for (const Reached& one : walk.reached(0)) {
      EXPECT_TRUE(found.emplace(one.node.id, one.depth).second);
      EXPECT_EQ(found.at(one.parent.id), one.depth - 1);
    }
    EXPECT_EQ(found, depths);
  }
}

TEST(LineageNodes, HaveCodesInTheOrderOfKindsAndIds) {
  const Node table{Kind::kTableDataset, 1}, file{Kind::kFile, 1};
  EXPECT_LT(n(1'000'000).code(), table.code());
  EXPECT_LT(table.code(), file.code());
  for (const Node& node : {n(7), table, file}) EXPECT_EQ(node_of(node.code()), node);
  EXPECT_EQ(file.key(), "FILE:1");
}

}  // namespace
}  // namespace mikro::lineage
