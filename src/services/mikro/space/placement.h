// Where spaces have their place in one world: whether, along which path, how well that is known and what
// of their geometry survives. Answered for all spaces from a few walks, so that a scene of a thousand
// layers, or a filter over all datasets, costs what one layer costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "services/mikro/space/compose.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/search.h"

namespace mikro::space {

enum class PlacementState : std::uint8_t {
  kPlaced,
  kConditional,   ///< only across scoped edges whose coordinate was not fixed
  kUnregistered,  ///< nothing relates it to the world yet
  kUnmappable,    ///< only across an UNMAPPABLE edge, and registered nowhere else
};
std::string_view to_text(PlacementState state);

/// Weakest on the path: VALIDATED (ISOMETRY) if it is empty.
Validity validity_of(const Path& path);
Invariance invariance_of(const Path& path);
/// Sum over the path.
std::int64_t version_of(const Path& path);

/// One world and all that is placed in it. Refers to its graph; immutable, so any thread may ask.
class World {
 public:
  /// `crossing.at` is what the query fixed; its other members are the service's policy.
  World(const Graph& graph, SpaceId world, Crossing crossing);

  /// `pathToWorld`. nullopt if there is none; empty if `source` is the world.
  std::optional<Path> path(SpaceId source) const;
  /// `asAffine`: the composed path. nullopt exactly if path() is; throws as compose(), and with `strict`
  /// as require_total().
  std::optional<Placement> as_affine(SpaceId source, bool strict) const;
  PlacementState state(SpaceId source) const;
  /// Of the path, or of one of its scoped routes if it is CONDITIONAL; UNKNOWN and NONE without any.
  Validity validity(SpaceId source) const;
  Invariance invariance(SpaceId source) const;
  /// `placedSystems`: those with a path, without the world itself, in ascending order.
  std::vector<SpaceId> placed() const;
  /// A path if every scoped edge's coordinate were fixed; the same as path() for what is placed.
  std::optional<Path> possible_path(SpaceId source) const;

 private:
  void find_registered_elsewhere(const Crossing& crossing);

  const Graph* graph_;
  SpaceId world_;
  Reach certain_;
  std::optional<Reach> conditional_;        ///< only if the graph has scoped edges
  std::optional<Reach> lost_;               ///< only if it has UNMAPPABLE ones
  std::vector<bool> registered_elsewhere_;  ///< by node, beside lost_
};

}  // namespace mikro::space
