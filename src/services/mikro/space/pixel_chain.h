// From a drawing down to pixels: the chain of facts from a space to the array grid its data came from, and
// the boxes of shapes in that grid.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "services/mikro/space/compose.h"
#include "services/mikro/space/extent.h"
#include "services/mikro/space/graph.h"

namespace mikro::space {

/// The chain from `start` along lens edges, level edges and primary derivations to the nearest array grid.
/// nullopt if there is none: it ends at a space without such an edge, at a derivation that changes the number
/// of axes, is UNMAPPABLE, reads an array or holds at one position only, or goes in a circle. Empty for a
/// grid itself.
std::optional<Path> chain_to_pixels(const Graph& graph, SpaceId start);

/// `transformVersion`: how often the edges of the chain have been written; 0 without chain.
std::int64_t transform_version(const Graph& graph, SpaceId start);

/// Where the shapes drawn in one space are boxed. Found once per space, asked once per shape: a hundred
/// thousand shapes walk the graph once. Immutable.
class ShapeFrame {
 public:
  /// Throws NOT_FOUND if there is no such space.
  ShapeFrame(const Graph& graph, SpaceId drawing);

  /// The grid's id, or the drawing space's own if no chain gives every SPACE axis of a grid.
  SpaceId frame() const { return frame_; }
  /// `createdWithTransforms`: of the chain that boxes are pushed along, 0 if they stay.
  std::int64_t version() const { return version_; }
  /// Number of SPACE axes of the drawing space: what each vertex has as components, in axis order.
  std::size_t components() const { return drawn_.size(); }

  /// The box of a shape, one entry per SPACE axis of the frame in its order: all corners of the vertices' own
  /// box, carried along the chain. nullopt without vertices. Throws VALIDATION_ERROR naming the vertex if one
  /// has another number of components or one that is not finite.
  std::optional<Box> box(std::span<const std::vector<double>> vertices) const;

 private:
  std::vector<std::string> drawn_;  ///< names of the SPACE axes
  SpaceId frame_;
  std::int64_t version_ = 0;
  std::optional<Placement> placement_;  ///< rows of the grid's SPACE axes; none if boxes stay
};

}  // namespace mikro::space
