#include "services/mikro/spaces/anchors_in_view.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mikro {
namespace {

using base::Json;

/// Where a position of the grid comes to lie in a crop of it.
double within_crop(const Json& slices, const std::string& axis, double position) {
  for (const Json& slice : slices.items()) {
    if (slice["axis"].as_string() != axis) continue;
    return (position - slice["start"].as_double().value_or(0)) / slice["step"].as_double().value_or(1);
  }
  return position;
}

/// Over the axes it is bounded along.
space::Box slab(const Json& at, std::span<const space::Axis> axes, const AnchoredSpace& where) {
  const double half = where.shape.empty() ? 0 : 0.5;
  space::Box box;
  for (const space::Axis& axis : axes) {
    const Json* pinned = at.find(axis.name);
    if (pinned == nullptr) continue;
    const double middle = within_crop(where.slices, axis.name, pinned->as_double().value_or(0));
    box.push_back({axis.name, middle - half, middle + half});
  }
  for (space::AxisExtent& whole : space::grid_box(axes, where.shape)) {
    if (at.find(whole.axis) == nullptr) box.push_back(std::move(whole));
  }
  return box;
}

/// Whether the path holds for all that is pinned: a correction of one channel says nothing of another.
bool holds_for(const space::Path& path, const Json& at) {
  return std::all_of(path.begin(), path.end(), [&](const space::PathStep& step) {
    if (!step.edge->selector) return true;
    const Json* pinned = at.find(step.edge->selector->axis);
    return pinned == nullptr || pinned->as_int64() == step.edge->selector->index;
  });
}

}  // namespace

std::vector<std::int64_t> anchors_in_view(const space::Graph& graph, const space::World& world,
                                          const space::Box& region, const AnchoredSpace& where,
                                          std::span<const Pins> anchors) {
  const std::vector<space::Axis>& axes = graph.space(where.id)->axes;
  const auto path = space::extent_in(world, graph, where.id, {});
  std::optional<space::Placement> placement;
  if (path && path->state == space::ExtentState::kKnown) placement = world.as_affine(where.id, false);
  std::vector<std::int64_t> seen;
  for (const Pins& anchor : anchors) {
    if (!is_within(anchor.at, where.slices)) continue;
    if (placement && !(holds_for(path->path, anchor.at) &&
                       space::overlaps(space::pushed(slab(anchor.at, axes, where), *placement), region))) {
      continue;
    }
    seen.push_back(anchor.anchor);
  }
  return seen;
}

}  // namespace mikro
