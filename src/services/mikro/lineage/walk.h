// Walks through a lineage, computed from edges that somebody else loads: level by level, so that whoever
// loads reads each level at once. No rows, no answers; exact and without surprises from cycles.
//
//   Walk walk({{root, Direction::kUp, 1}, {root, Direction::kDown, 3}}, 300, 50);
//   while (!walk.is_over()) walk.go_on(load(walk.wanted(kUp)), load(walk.wanted(kDown)));
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "services/mikro/lineage/node.h"

namespace mikro::lineage {

/// Up to what a node was made from, down to what was made from it.
enum class Direction { kUp, kDown };

/// Where the hops of each node lead in one direction: each neighbour once, those first that are kept first.
/// More than `fanout` of them need not be there.
using Hops = std::map<Node, std::vector<Node>>;

struct Start {
  Node root;
  Direction direction = Direction::kDown;
  std::int64_t depth = 0;  ///< how many hops at most
};

struct Reached {
  Node node;
  std::int64_t depth = 0;  ///< the nearest: hops from the root, 1 or more
  Node parent;             ///< where the walk came from
};

/// Starts are walked side by side, a level of all of them before the next one of any. All of them share the
/// room; what several starts with the same root reach takes it once.
class Walk {
 public:
  /// `room` is how many nodes may be reached, the roots not counted, `fanout` how many hops of one node are
  /// walked.
  Walk(std::vector<Start> starts, std::size_t room, std::size_t fanout);

  bool is_over() const;
  /// Whose hops the next level needs, each once.
  std::vector<Node> wanted(Direction direction) const;
  /// One level further. Nodes without an entry have no hops.
  void go_on(const Hops& up, const Hops& down);

  /// Nearest first, each once, without the root.
  const std::vector<Reached>& reached(std::size_t start) const { return starts_[start].reached; }
  /// Whether the room was too small for what the depths and the fan-out allow.
  bool is_truncated() const { return is_truncated_; }

 private:
  struct Side {
    Start start;
    std::int64_t level = 0;
    std::set<Node> seen;
    std::vector<Node> frontier;
    std::vector<Reached> reached;
  };
  void go_on(Side& side, const Hops& hops);
  bool has_room(const Node& root, const Node& node);

  std::vector<Side> starts_;
  std::size_t room_;
  std::size_t fanout_;
  std::set<std::pair<Node, Node>> taken_;  ///< root and what was reached from it
  bool is_truncated_ = false;
};

/// What two walks from one root reached, each node once with the sign of the nearer way: negative upstream.
/// The root first; then the nearest first, and of two as near the one upstream.
std::vector<std::pair<Node, std::int64_t>> merged(const Node& root, const std::vector<Reached>& up,
                                                  const std::vector<Reached>& down);

/// That one node was made from another.
struct Tie {
  Node parent;
  Node child;

  auto operator<=>(const Tie&) const = default;
};
/// Those of each node in one direction. Ties may be there several times; what was made from itself is none of
/// its neighbours.
using Neighbours = std::map<Node, std::set<Node>>;
Neighbours neighbours(Direction direction, const std::vector<Tie>& ties);
/// How many neighbours a node has in one direction, known or not.
using Degrees = std::map<Node, std::size_t>;

/// Those of `nodes` that have neighbours which are not among `nodes`. `known` has at least all that are.
std::set<Node> with_more(const std::set<Node>& nodes, const Neighbours& known, const Degrees& degrees);

}  // namespace mikro::lineage
