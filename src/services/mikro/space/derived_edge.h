// The edges the server derives from shapes and selections: exact by construction, hence VALIDATED.
#pragma once

#include <cstdint>
#include <span>

#include "services/mikro/space/axis.h"
#include "services/mikro/space/transform.h"

namespace mikro::space {

/// From a pyramid level's grid into level 0's: factors shape0 / shape, and half a voxel of translation,
/// because voxel n spans [n - 0.5, n + 0.5). A SCALE if nothing is translated, else SEQUENCE[SCALE,
/// TRANSLATION]. Throws VALIDATION_ERROR naming the axis and both shapes if the ranks differ, an extent is
/// below 1 or a CHANNEL, COORDINATE, DISPLACEMENT or INDEX axis does not keep its extent.
Transform level_edge(std::span<const Axis> axes, std::span<const std::int64_t> shape0,
                     std::span<const std::int64_t> shape);

/// A lens' selection along one axis: position i of the lens is `start + step * i` of its dataset.
struct Cut {
  std::int64_t start = 0;
  std::int64_t step = 1;
};
/// From a sliced lens' grid into its dataset's, one cut per axis: TRANSLATION if every step is 1, else
/// SEQUENCE[SCALE, TRANSLATION]. Throws VALIDATION_ERROR for a step of 0.
Transform lens_edge(std::span<const Cut> cuts);

}  // namespace mikro::space
