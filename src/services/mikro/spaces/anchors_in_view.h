// Which anchors of what a region shows lie in it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/json.h"
#include "services/mikro/anchors/pins.h"
#include "services/mikro/space/extent.h"
#include "services/mikro/space/placement.h"

namespace mikro {

/// An array's grid or a lens' crop of it, or the space of a table's columns.
struct AnchoredSpace {
  space::SpaceId id = 0;
  std::vector<std::int64_t> shape;          ///< how many positions; empty for a table, which has no end
  base::Json slices = base::Json::array();  ///< what the crop keeps of the grid
};

/// Anchors whose slab meets `region`, boxed as its world is: one voxel wide along the axes an anchor pins (a
/// table's rows: exactly there) and all of the space along the others. A slab nobody can place is in view, as
/// its source is; one that the crop left out, or that is pinned to another index than the path holds for, is
/// not.
std::vector<std::int64_t> anchors_in_view(const space::Graph& graph, const space::World& world,
                                          const space::Box& region, const AnchoredSpace& where,
                                          std::span<const Pins> anchors);

}  // namespace mikro
