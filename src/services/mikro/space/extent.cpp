#include "services/mikro/space/extent.h"

#include <algorithm>

#include "base/error.h"

namespace mikro::space {
namespace {

const AxisExtent* find(const Box& box, std::string_view axis) {
  const auto found =
      std::find_if(box.begin(), box.end(), [&](const AxisExtent& extent) { return extent.axis == axis; });
  return found == box.end() ? nullptr : &*found;
}

/// nullopt if the row reads an axis the box says nothing about.
///
/// The corner with the smallest image has, axis by axis, the end with the smaller product: rounding never
/// reverses an order, so adding these one after the other gives exactly what that corner's image is.
std::optional<AxisExtent> pushed_row(const Box& box, const Placement& placement, std::size_t row) {
  const std::size_t inputs = placement.input_axes.size();
  const double constant = placement.matrix.at(row, inputs);
  AxisExtent result{placement.output_axes[row], constant, constant};
  for (std::size_t i = 0; i < inputs; ++i) {
    const double factor = placement.matrix.at(row, i);
    if (factor == 0) continue;
    const AxisExtent* read = find(box, placement.input_axes[i]);
    if (read == nullptr) return std::nullopt;
    const double a = factor * read->min;
    const double b = factor * read->max;
    result.min += std::min(a, b);
    result.max += std::max(a, b);
  }
  return result;
}

bool walks_backward(const Path& path) {
  return std::any_of(path.begin(), path.end(), [](const PathStep& step) { return step.inverted; });
}

}  // namespace

Box grid_box(std::span<const Axis> axes, std::span<const std::int64_t> shape) {
  Box result;
  for (std::size_t i = 0; i < std::min(axes.size(), shape.size()); ++i) {
    result.push_back({axes[i].name, -0.5, static_cast<double>(shape[i]) - 0.5});
  }
  return result;
}

Box pushed(const Box& box, const Placement& placement) {
  Box result;
  for (std::size_t row = 0; row < placement.output_axes.size(); ++row) {
    if (std::optional<AxisExtent> extent = pushed_row(box, placement, row))
      result.push_back(*std::move(extent));
  }
  return result;
}

std::optional<Extent> extent_in(const World& world, const Graph& graph, SpaceId source, const Box& box) {
  std::optional<Path> path = world.path(source);
  if (!path) {
    path = world.possible_path(source);
    if (!path) return std::nullopt;
    return Extent{ExtentState::kConditional, {}, *std::move(path)};
  }
  if (walks_backward(*path)) return Extent{ExtentState::kInverted, {}, *std::move(path)};
  try {
    const Placement placement = compose(graph.space(source)->axes, graph.hops(*path));
    return Extent{ExtentState::kKnown, pushed(box, placement), *std::move(path)};
  } catch (const base::Error&) {
    return Extent{ExtentState::kNonAffine, {}, *std::move(path)};
  }
}

std::optional<Extent> unreadable_in(const World& world, SpaceId source) {
  if (auto path = world.path(source)) return Extent{ExtentState::kUnreadable, {}, *std::move(path)};
  auto path = world.possible_path(source);
  if (!path) return std::nullopt;
  return Extent{ExtentState::kConditional, {}, *std::move(path)};
}

bool overlaps(const Box& box, const Box& region) {
  return std::all_of(region.begin(), region.end(), [&](const AxisExtent& asked) {
    const AxisExtent* extent = find(box, asked.axis);
    return extent == nullptr || (extent->min <= asked.max && extent->max >= asked.min);
  });
}

}  // namespace mikro::space
