// Shortest paths: from one space to another, and from every space to one world at once.
//
// Both walk breadth first and agree: among the shortest paths the one whose edges, in the order they are
// walked, have the smallest ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/mikro/space/graph.h"

namespace mikro::space {

/// A coordinate a query fixes: channel 2 is {"c", 2}.
struct Coordinate {
  std::string axis;
  std::int64_t value = 0;
};

/// Which registrations a path may use beside the facts (levels, lenses, derivations).
enum class Registrations : std::uint8_t {
  kOfTheWorld,       ///< those landing in the destination itself
  kTowardsTheWorld,  ///< any, forward: also a physical space's own claim into a wider one
  kBothWays,         ///< any, backward too where it has an inverse
};
/// Which edges read from arrays a path may use.
enum class Fields : std::uint8_t { kAll, kNotSpatial, kNone };

/// What a search may cross. UNMAPPABLE and keys it never crosses, and nothing backward without inverse.
struct Crossing {
  Registrations registrations = Registrations::kTowardsTheWorld;
  Fields fields = Fields::kAll;
  /// Scoped edges are crossed where one of these fixes their coordinate.
  std::vector<Coordinate> at;
  /// Cross every scoped edge, as if each were fixed: what a path could be.
  bool any_coordinate = false;
  /// Cross UNMAPPABLE forward, too: what a path would have been. Never compose along it.
  bool unmappable = false;
};

/// Whether one edge may be walked under a Crossing; what both searches ask of each arc.
class Gate {
 public:
  Gate(const Graph& graph, SpaceId world, const Crossing& crossing);
  /// `inverted`: from output to input.
  bool open(std::uint32_t edge, bool inverted) const {
    const std::uint8_t traits = graph_.traits(edge);
    if ((traits & ask_) != 0) return open_slowly(edge, traits, inverted);
    return (traits & (inverted ? Graph::kBackward : Graph::kForward)) != 0;
  }

 private:
  bool open_slowly(std::uint32_t edge, std::uint8_t traits, bool inverted) const;
  bool fixed(const Selector& selector) const;

  const Graph& graph_;
  SpaceId world_;
  const Crossing& crossing_;
  std::uint8_t ask_;
};

/// The path from one space to another. nullopt if there is none or a space was not loaded. Time and
/// memory grow with the nodes and edges that are reached.
std::optional<Path> find_path(const Graph& graph, SpaceId from, SpaceId to, const Crossing& crossing);

/// The paths from one space to all others, by one walk. Refers to its graph.
class Spread {
 public:
  /// With a `goal` the walk ends there. Without one `crossing.registrations` is not kOfTheWorld.
  Spread(const Graph& graph, SpaceId from, const Crossing& crossing, std::optional<SpaceId> goal = {});

  /// As find_path() to that node. nullopt if it was not reached.
  std::optional<Path> path(Graph::Node node) const;
  /// All that were, the space itself first, in the order of their distance.
  std::vector<Graph::Node> reached() const;

 private:
  static constexpr std::uint32_t kUnseen = 0xffffffff;
  struct Visit {
    Graph::Node node;
    std::uint32_t parent;  ///< position among the visits
    std::uint32_t edge;
    bool inverted;
  };

  const Graph* graph_;
  std::vector<Visit> visits_;
  std::vector<std::uint32_t> position_;  ///< among the visits, by node
};

/// The paths of all spaces to one world, by one walk from the world against the direction of the paths.
/// Refers to its graph.
class Reach {
 public:
  Reach(const Graph& graph, SpaceId world, const Crossing& crossing);
  /// To the nearest of several; then `crossing.registrations` is not kOfTheWorld.
  Reach(const Graph& graph, std::vector<Graph::Node> worlds, const Crossing& crossing);

  bool reaches(Graph::Node node) const { return distance_[node] != kUnreached; }
  /// As find_path() from that node. nullopt if it does not reach the world.
  std::optional<Path> path(Graph::Node node) const;
  /// All that reach the world, itself included, in ascending order of their ids.
  std::vector<Graph::Node> sources() const;

 private:
  static constexpr std::uint32_t kUnreached = 0xffffffff;
  struct Next {
    std::uint32_t edge = kUnreached;
    Graph::Node node = 0;
    bool inverted = false;
  };
  void walk(std::vector<Graph::Node> queue, const Gate& gate);

  const Graph* graph_;
  std::vector<std::uint32_t> distance_;
  std::vector<Next> next_;
};

}  // namespace mikro::space
