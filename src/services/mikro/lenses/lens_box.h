// A box in some coordinate system, as the voxels whose cells it meets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/mikro/lenses/selection.h"
#include "services/mikro/space/compose.h"

namespace mikro {

/// A side left open runs on.
struct AxisWindow {
  std::string axis;
  std::optional<double> min, max;
};

/// `placement` leads from the grid, one extent an axis, to the system of the windows. Each axis is cut to
/// the positions that any point of the box can have along it; where the map mixes axes the result is the
/// smallest such range if the box is bounded along as many axes as are mixed, else one that contains it.
/// Voxel n spans [n - 0.5, n + 0.5). Throws VALIDATION_ERROR if there is no window, for bounds that are not
/// finite or in the wrong order, for an axis that the map does not state, and if the box misses the grid.
Selection cut_to_box(std::span<const std::int64_t> shape, const space::Placement& placement,
                     std::span<const AxisWindow> windows);

}  // namespace mikro
