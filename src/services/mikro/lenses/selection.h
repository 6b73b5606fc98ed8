// What a lens keeps of an array: along every axis some positions, one after the other. Pure computation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/mikro/space/axis.h"

namespace mikro {

/// The positions start, start + step, ...: `count` of them, in the dataset's grid. `step` is 1 where there is
/// one position, so that equal selections are equal.
struct Range {
  std::int64_t start = 0;
  std::int64_t count = 0;
  std::int64_t step = 1;

  bool operator==(const Range&) const = default;
};
/// One entry an axis, in the dataset's order. No axis is ever dropped.
using Selection = std::vector<Range>;

/// A slice as a client states it; bounds as Python reads them: negative from the end, absent open, clipped.
struct StatedSlice {
  std::string axis;
  std::optional<std::int64_t> start, stop, step;
};

Selection everything(std::span<const std::int64_t> shape);
/// `from` cut by slices that are stated in its own positions. Throws VALIDATION_ERROR naming the axis if it
/// is none or named twice, for a step below 1, and if nothing is left along it.
Selection cut(Selection from, std::span<const space::Axis> axes, std::span<const StatedSlice> slices);

/// The positions of `from` that lie within `box`, whose steps are 1. Throws VALIDATION_ERROR naming an axis
/// along which there are none.
Selection common(const Selection& from, const Selection& box, std::span<const space::Axis> axes);
/// Whether there are some along every axis.
bool have_common(const Selection& from, const Selection& box);

/// What tells selections of one dataset apart; empty for everything.
std::string selection_key(const Selection& selection, std::span<const std::int64_t> shape);
/// ` · c[0:1], y[0:64:2]`; empty for everything.
std::string selection_suffix(const Selection& selection, std::span<const space::Axis> axes,
                             std::span<const std::int64_t> shape);
/// The one normalized spelling: the axes that are not kept whole, with all three numbers.
base::Json slices_json(const Selection& selection, std::span<const space::Axis> axes,
                       std::span<const std::int64_t> shape);
/// Back from what slices_json() gave.
Selection selection_from(const base::Json& slices, std::span<const space::Axis> axes,
                         std::span<const std::int64_t> shape);
std::vector<std::int64_t> shape_of(const Selection& selection);

}  // namespace mikro
