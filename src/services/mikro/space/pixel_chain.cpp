#include "services/mikro/space/pixel_chain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "services/mikro/space/placement.h"

namespace mikro::space {
namespace {

std::vector<std::string> space_axes(std::span<const Axis> axes) {
  std::vector<std::string> result;
  for (const Axis& axis : axes) {
    if (axis.type == AxisType::kSpace) result.push_back(axis.name);
  }
  return result;
}

/// The fact that leads on from a node: its lens or level edge, else its first derivation as declared.
const Edge* fact_from(const Graph& graph, Graph::Node node) {
  const Edge* primary = nullptr;
  for (const Graph::Arc& arc : graph.arcs(node)) {
    const Edge& edge = graph.edges()[arc.edge];
    if (!arc.outgoing || edge.role == Role::kRegistration) continue;
    if (edge.role != Role::kDerivation) return &edge;
    if (primary == nullptr || edge.priority < primary->priority) primary = &edge;
  }
  return primary;
}

bool carries_boxes(const Graph& graph, const Edge& edge) {
  return !edge.selector && walkable(edge.transform) && !has_field(edge.transform) &&
         graph.space(edge.input)->axes.size() == graph.space(edge.output)->axes.size();
}

/// A map restricted to the SPACE axes of its destination. nullopt if one of them is not stated, or is
/// computed from anything but SPACE axes of the drawing, which is all that vertices have numbers for.
std::optional<Placement> spatial_part(const Placement& whole, std::span<const Axis> drawing,
                                      std::span<const Axis> grid) {
  const std::vector<std::string> wanted = space_axes(grid);
  Placement result;
  result.input_axes = whole.input_axes;
  result.output_axes = wanted;
  const std::size_t inputs = whole.input_axes.size();
  result.matrix = Matrix(wanted.size(), inputs + 1);
  for (std::size_t row = 0; row < wanted.size(); ++row) {
    const auto found = std::find(whole.output_axes.begin(), whole.output_axes.end(), wanted[row]);
    if (found == whole.output_axes.end()) return std::nullopt;
    const double* numbers = whole.matrix.row(static_cast<std::size_t>(found - whole.output_axes.begin()));
    for (std::size_t i = 0; i < inputs; ++i) {
      if (numbers[i] != 0 && drawing[i].type != AxisType::kSpace) return std::nullopt;
    }
    std::copy_n(numbers, inputs + 1, result.matrix.row(row));
  }
  return result;
}

}  // namespace

std::optional<Path> chain_to_pixels(const Graph& graph, SpaceId start) {
  std::optional<Graph::Node> node = graph.find(start);
  if (!node) return std::nullopt;
  Path path;
  while (!graph.spaces()[*node].intrinsic) {
    const Edge* edge = fact_from(graph, *node);
    if (edge == nullptr || !carries_boxes(graph, *edge) || path.size() > graph.spaces().size())
      return std::nullopt;
    path.push_back({edge, false});
    node = graph.find(edge->output);
  }
  return path;
}

std::int64_t transform_version(const Graph& graph, SpaceId start) {
  const std::optional<Path> chain = chain_to_pixels(graph, start);
  return chain ? version_of(*chain) : 0;
}

ShapeFrame::ShapeFrame(const Graph& graph, SpaceId drawing) : frame_(drawing) {
  const Space* space = graph.space(drawing);
  if (space == nullptr)
    throw base::Error(base::code::kNotFound, "There is no coordinate system {}.", drawing);
  drawn_ = space_axes(space->axes);
  const std::optional<Path> chain = chain_to_pixels(graph, drawing);
  if (!chain || chain->empty()) return;
  const Space& grid = *graph.space(chain->back().edge->output);
  placement_ = spatial_part(compose(space->axes, graph.hops(*chain)), space->axes, grid.axes);
  if (!placement_) return;
  frame_ = grid.id;
  version_ = version_of(*chain);
}

std::optional<Box> ShapeFrame::box(std::span<const std::vector<double>> vertices) const {
  if (vertices.empty()) return std::nullopt;
  Box result;
  for (const std::string& axis : drawn_) result.push_back({axis, HUGE_VAL, -HUGE_VAL});
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    if (vertices[i].size() != drawn_.size()) {
      throw base::Error(base::code::kValidation,
                        "Vertex {} has {} numbers; give one for each of the SPACE axes {}, in this "
                        "order.",
                        i, vertices[i].size(), names_of(drawn_));
    }
    for (std::size_t k = 0; k < drawn_.size(); ++k) {
      const double value = vertices[i][k];
      if (!std::isfinite(value)) {
        throw base::Error(base::code::kValidation, "Vertex {} is {} along '{}', but must be finite.", i,
                          value, drawn_[k]);
      }
      result[k].min = std::min(result[k].min, value);
      result[k].max = std::max(result[k].max, value);
    }
  }
  return placement_ ? pushed(result, *placement_) : result;
}

}  // namespace mikro::space
