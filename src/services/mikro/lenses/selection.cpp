#include "services/mikro/lenses/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

// A bound as Python reads it against an extent.
std::int64_t clipped(std::int64_t bound, std::int64_t extent) {
  if (bound < 0) bound = bound < -extent ? 0 : bound + extent;
  return std::min(bound, extent);
}

Range sliced(const Range& from, const StatedSlice& slice) {
  const std::int64_t step = slice.step.value_or(1);
  if (step < 1) {
    throw Error(code::kValidation,
                "The slice along '{}' has the step {}; steps go forward and are 1 at least.", slice.axis,
                step);
  }
  const std::int64_t start = clipped(slice.start.value_or(0), from.count);
  const std::int64_t stop = clipped(slice.stop.value_or(from.count), from.count);
  if (start >= stop) {
    throw Error(code::kValidation, "The slice along '{}' keeps none of its {} positions.", slice.axis,
                from.count);
  }
  const std::int64_t count = (stop - start - 1) / step + 1;
  return {from.start + start * from.step, count, count == 1 ? 1 : from.step * step};
}

std::int64_t stop_of(const Range& range) { return range.start + (range.count - 1) * range.step + 1; }

// `box` has the step 1.
std::optional<Range> common(const Range& range, const Range& box) {
  // Places in `range`, counted in its steps.
  const std::int64_t below = box.start - range.start;
  const std::int64_t first = below <= 0 ? 0 : (below + range.step - 1) / range.step;
  const std::int64_t end = stop_of(box) - range.start;
  const std::int64_t last = end <= 0 ? -1 : std::min((end - 1) / range.step, range.count - 1);
  if (first > last) return std::nullopt;
  const std::int64_t count = last - first + 1;
  return Range{range.start + first * range.step, count, count == 1 ? 1 : range.step};
}

bool is_whole(const Range& range, std::int64_t extent) { return range == Range{0, extent, 1}; }

}  // namespace

Selection everything(std::span<const std::int64_t> shape) {
  Selection selection;
  for (const std::int64_t extent : shape) selection.push_back({0, extent, 1});
  return selection;
}

Selection cut(Selection from, std::span<const space::Axis> axes, std::span<const StatedSlice> slices) {
  std::vector<bool> is_cut(axes.size(), false);
  for (const StatedSlice& slice : slices) {
    const auto axis = space::index_of(axes, slice.axis);
    if (!axis) {
      throw Error(code::kValidation, "There is no axis '{}' to slice, only {}.", slice.axis,
                  space::names_of(axes));
    }
    if (is_cut[*axis]) throw Error(code::kValidation, "The axis '{}' is sliced twice.", slice.axis);
    is_cut[*axis] = true;
    from[*axis] = sliced(from[*axis], slice);
  }
  return from;
}

Selection common(const Selection& from, const Selection& box, std::span<const space::Axis> axes) {
  Selection kept;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::optional<Range> range = common(from[i], box[i]);
    if (!range) {
      throw Error(code::kValidation, "The box misses what the lens keeps along '{}'.", axes[i].name);
    }
    kept.push_back(*range);
  }
  return kept;
}

bool have_common(const Selection& from, const Selection& box) {
  return std::equal(from.begin(), from.end(), box.begin(), box.end(),
                    [](const Range& range, const Range& other) { return common(range, other).has_value(); });
}

std::string selection_key(const Selection& selection, std::span<const std::int64_t> shape) {
  std::string key;
  for (std::size_t i = 0; i < selection.size(); ++i) {
    const Range& range = selection[i];
    if (is_whole(range, shape[i])) continue;
    key += fmt::format("{}{}[{}:{}:{}]", key.empty() ? "" : ",", i, range.start, stop_of(range), range.step);
  }
  return key;
}

std::string selection_suffix(const Selection& selection, std::span<const space::Axis> axes,
                             std::span<const std::int64_t> shape) {
  std::string suffix;
  for (std::size_t i = 0; i < selection.size(); ++i) {
    const Range& range = selection[i];
    if (is_whole(range, shape[i])) continue;
    suffix += fmt::format("{}{}[{}:{}{}]", suffix.empty() ? " · " : ", ", axes[i].name, range.start,
                          stop_of(range), range.step == 1 ? "" : fmt::format(":{}", range.step));
  }
  return suffix;
}

Json slices_json(const Selection& selection, std::span<const space::Axis> axes,
                 std::span<const std::int64_t> shape) {
  Json list = Json::array();
  for (std::size_t i = 0; i < selection.size(); ++i) {
    const Range& range = selection[i];
    if (is_whole(range, shape[i])) continue;
    list.push_back(Json::object(
        {{"axis", axes[i].name}, {"start", range.start}, {"stop", stop_of(range)}, {"step", range.step}}));
  }
  return list;
}

Selection selection_from(const Json& slices, std::span<const space::Axis> axes,
                         std::span<const std::int64_t> shape) {
  std::vector<StatedSlice> stated;
  for (const Json& slice : slices.items()) {
    stated.push_back({slice["axis"].as_string(), slice["start"].as_int64(), slice["stop"].as_int64(),
                      slice["step"].as_int64()});
  }
  return cut(everything(shape), axes, stated);
}

std::vector<std::int64_t> shape_of(const Selection& selection) {
  std::vector<std::int64_t> shape;
  for (const Range& range : selection) shape.push_back(range.count);
  return shape;
}

}  // namespace mikro
