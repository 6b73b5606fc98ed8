// Boxes: what a shape or an array covers, and what that becomes along a path.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/mikro/space/compose.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/placement.h"

namespace mikro::space {

/// What is covered along one axis.
struct AxisExtent {
  std::string axis;
  double min = 0;
  double max = 0;

  bool operator==(const AxisExtent&) const = default;
};
using Box = std::vector<AxisExtent>;

/// An array's voxels, each spanning [n - 0.5, n + 0.5): from -0.5 to extent - 0.5 along every axis.
Box grid_box(std::span<const Axis> axes, std::span<const std::int64_t> shape);

/// The box around the images of all corners of `box`, over the axes that `placement` states and computes
/// from axes of `box` alone; an axis that depends on another is unbounded and left out. The same numbers as
/// mapping the 2^n corners one by one, in time that grows with the axes.
Box pushed(const Box& box, const Placement& placement);

/// What `inView` can say about a source.
enum class ExtentState : std::uint8_t {
  kKnown,
  kConditional,  ///< where it is depends on a coordinate that was not fixed
  kNonAffine,    ///< the path does not compose
  kInverted,     ///< the path walks an edge backward, and boxes are pushed forward only
  kUnreadable,   ///< nobody here knows what the source covers
};
struct Extent {
  ExtentState state = ExtentState::kKnown;
  Box box;    ///< empty unless the state is kKnown
  Path path;  ///< of the placement, or of one scoped route
};
/// Where `box`, stated in `source`, comes to lie in the world. nullopt if `source` is not placed there, not
/// even conditionally.
std::optional<Extent> extent_in(const World& world, const Graph& graph, SpaceId source, const Box& box);
/// The same of a source that covers nobody knows what.
std::optional<Extent> unreadable_in(const World& world, SpaceId source);

/// Whether the boxes meet along every axis both state; touching counts. `region` may be a prefix of the
/// frame's axes, an axis without entry is unbounded.
bool overlaps(const Box& box, const Box& region);

}  // namespace mikro::space
