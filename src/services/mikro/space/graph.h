// The coordinate graph in memory: coordinate systems as nodes, transformations as directed edges, both
// as rows of one organization (or of one connected component of it). Immutable: searches need no lock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "services/mikro/space/axis.h"
#include "services/mikro/space/compose.h"
#include "services/mikro/space/selector.h"
#include "services/mikro/space/transform.h"

namespace mikro::space {

/// Why an edge is there, which decides where searches may use it.
enum class Role : std::uint8_t {
  kLevel,         ///< a pyramid level into its dataset's grid
  kLens,          ///< a sliced lens into its dataset's grid
  kDerivation,    ///< derived data into what it was computed from
  kRegistration,  ///< a claim that places one space in another; keys of tables, too
};

/// A coordinate system.
struct Space {
  SpaceId id = 0;
  std::vector<Axis> axes;
  std::optional<std::int64_t> epoch;  ///< microseconds since 1970
  bool intrinsic = false;             ///< an array dataset's level-0 grid
};

/// A transformation edge.
struct Edge {
  EdgeId id = 0;
  SpaceId input = 0;
  SpaceId output = 0;
  Role role = Role::kRegistration;
  Validity validity = Validity::kManual;
  std::int64_t version = 1;  ///< number of history rows
  /// Place among the derivations of `input` as declared; the lowest is the primary parent.
  std::int32_t priority = 0;
  std::optional<Selector> selector;
  Transform transform;
};

/// One edge of a path, and whether it is walked from output to input.
struct PathStep {
  const Edge* edge = nullptr;  ///< lives as long as the graph
  bool inverted = false;

  bool operator==(const PathStep&) const = default;
};
/// The walk from a source to a destination; empty if they are the same.
using Path = std::vector<PathStep>;

/// What a coordinateGraph query answers: indices into nothing, ids in ascending order.
struct Component {
  std::vector<SpaceId> systems;
  std::vector<EdgeId> transformations;
};

class Graph {
 public:
  /// Throws INTERNAL_ERROR if two rows share an id or an edge names a space that is not there: rows of
  /// one snapshot cannot do either.
  Graph(std::vector<Space> spaces, std::vector<Edge> edges);
  Graph(Graph&&) noexcept = default;
  Graph& operator=(Graph&&) noexcept = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// Nodes and edges by position, in ascending order of their ids.
  using Node = std::uint32_t;
  std::span<const Space> spaces() const { return spaces_; }
  std::span<const Edge> edges() const { return edges_; }
  /// nullopt if no such space was loaded.
  std::optional<Node> find(SpaceId id) const;
  /// nullptr if no such space (edge) was loaded.
  const Space* space(SpaceId id) const;
  const Edge* edge(EdgeId id) const;

  /// One end of an edge, seen from the node it belongs to.
  struct Arc {
    Node to = 0;
    std::uint32_t edge = 0;  ///< position among edges()
    bool outgoing = false;   ///< the node is the edge's input
  };
  /// The edges at a node in ascending order of their ids, without those from a node to itself.
  std::span<const Arc> arcs(Node node) const {
    return std::span(arcs_).subspan(first_arc_[node], first_arc_[node + 1] - first_arc_[node]);
  }

  /// What a search asks of an edge for every arc, as bits.
  enum Trait : std::uint8_t {
    kForward = 1,   ///< can be walked from input to output
    kBackward = 2,  ///< and back: it has an inverse, and both systems have the same rank
    kScoped = 4,    ///< holds at one position of one axis only
    kIsRegistration = 8,
    kHasField = 16,
    kHasSpatialField = 32,
    kUnmappable = 64,
  };
  std::uint8_t traits(std::uint32_t edge) const { return traits_[edge]; }
  /// The bits that any edge has.
  std::uint8_t any_traits() const { return any_traits_; }

  /// Every space within `max_depth` edges of `root`, whatever their direction and kind, and every edge
  /// between two of them. Without `max_depth` all that is connected. Throws NOT_FOUND if `root` is not
  /// there, VALIDATION_ERROR for a negative depth.
  Component coordinate_graph(SpaceId root, std::optional<std::int64_t> max_depth) const;

  /// A step as compose() reads it.
  Hop hop(const PathStep& step) const;
  std::vector<Hop> hops(const Path& path) const;

 private:
  void connect();

  std::vector<Space> spaces_;
  std::vector<Edge> edges_;
  std::unordered_map<SpaceId, Node> nodes_;
  std::vector<std::uint32_t> first_arc_;
  std::vector<Arc> arcs_;
  std::vector<std::uint8_t> traits_;
  std::uint8_t any_traits_ = 0;
};

}  // namespace mikro::space
