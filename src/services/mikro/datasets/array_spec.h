// What an array structurally is, read off its axes and shape.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "services/mikro/space/axis.h"

namespace mikro {

/// Values of `ArrayDatasetSpec`, in its order: one for the SPACE axes, then one for each other kind of axis
/// that has more than one position, last TRACE for a curve. Both have one entry an axis.
std::vector<std::string_view> array_spec(std::span<const space::Axis> axes,
                                         std::span<const std::int64_t> shape);

}  // namespace mikro
