#include "services/mikro/space/graph.h"

#include <algorithm>

#include "base/error.h"

namespace mikro::space {
namespace {

template <class Row>
void sort_by_id(std::vector<Row>& rows, std::string_view what) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.id < b.id; });
  const auto twice =
      std::adjacent_find(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.id == b.id; });
  if (twice != rows.end())
    throw base::Error(base::code::kInternal, "There are two {} rows with id {}.", what, twice->id);
}

std::uint8_t traits_of(const Edge& edge, bool equal_rank) {
  unsigned bits = 0;
  if (walkable(edge.transform)) {
    bits |= Graph::kForward;
    if (equal_rank && invertible(edge.transform)) bits |= Graph::kBackward;
  }
  if (edge.selector) bits |= Graph::kScoped;
  if (edge.role == Role::kRegistration) bits |= Graph::kIsRegistration;
  if (has_field(edge.transform)) bits |= Graph::kHasField;
  if (has_spatial_field(edge.transform)) bits |= Graph::kHasSpatialField;
  if (edge.transform.kind == Kind::kUnmappable) bits |= Graph::kUnmappable;
  return static_cast<std::uint8_t>(bits);
}

}  // namespace

Graph::Graph(std::vector<Space> spaces, std::vector<Edge> edges)
    : spaces_(std::move(spaces)), edges_(std::move(edges)) {
  sort_by_id(spaces_, "coordinate system");
  sort_by_id(edges_, "transformation");
  nodes_.reserve(spaces_.size());
  for (Node node = 0; node < spaces_.size(); ++node) nodes_.emplace(spaces_[node].id, node);
  connect();
}

void Graph::connect() {
  std::vector<std::pair<Node, Node>> ends;
  ends.reserve(edges_.size());
  traits_.reserve(edges_.size());
  first_arc_.assign(spaces_.size() + 1, 0);
  for (const Edge& edge : edges_) {
    const std::optional<Node> input = find(edge.input);
    const std::optional<Node> output = find(edge.output);
    if (!input || !output) {
      throw base::Error(base::code::kInternal,
                        "Transformation {} relates coordinate systems {} and {}, but only one "
                        "was loaded.",
                        edge.id, edge.input, edge.output);
    }
    ends.emplace_back(*input, *output);
    traits_.push_back(traits_of(edge, spaces_[*input].axes.size() == spaces_[*output].axes.size()));
    any_traits_ |= traits_.back();
    if (*input == *output) continue;
    ++first_arc_[*input + 1];
    ++first_arc_[*output + 1];
  }
  for (std::size_t i = 1; i < first_arc_.size(); ++i) first_arc_[i] += first_arc_[i - 1];
  arcs_.resize(first_arc_.back());
  std::vector<std::uint32_t> next(first_arc_.begin(), first_arc_.end() - 1);
  for (std::uint32_t edge = 0; edge < ends.size(); ++edge) {
    const auto [input, output] = ends[edge];
    if (input == output) continue;
    arcs_[next[input]++] = {output, edge, true};
    arcs_[next[output]++] = {input, edge, false};
  }
}

std::optional<Graph::Node> Graph::find(SpaceId id) const {
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) return std::nullopt;
  return found->second;
}

const Space* Graph::space(SpaceId id) const {
  const std::optional<Node> node = find(id);
  return node ? &spaces_[*node] : nullptr;
}

const Edge* Graph::edge(EdgeId id) const {
  const auto found = std::lower_bound(edges_.begin(), edges_.end(), id,
                                      [](const Edge& edge, EdgeId wanted) { return edge.id < wanted; });
  return found == edges_.end() || found->id != id ? nullptr : &*found;
}

Component Graph::coordinate_graph(SpaceId root, std::optional<std::int64_t> max_depth) const {
  if (max_depth && *max_depth < 0) {
    throw base::Error(base::code::kValidation, "`maxDepth` is {}; it counts edges and cannot be negative.",
                      *max_depth);
  }
  const std::optional<Node> start = find(root);
  if (!start) throw base::Error(base::code::kNotFound, "There is no coordinate system {}.", root);
  std::vector<bool> inside(spaces_.size(), false);
  std::vector<Node> level{*start};
  inside[*start] = true;
  for (std::int64_t depth = 0; !level.empty() && (!max_depth || depth < *max_depth); ++depth) {
    std::vector<Node> next;
    for (const Node node : level) {
      for (const Arc& arc : arcs(node)) {
        if (inside[arc.to]) continue;
        inside[arc.to] = true;
        next.push_back(arc.to);
      }
    }
    level = std::move(next);
  }
  Component result;
  for (Node node = 0; node < spaces_.size(); ++node) {
    if (inside[node]) result.systems.push_back(spaces_[node].id);
  }
  for (const Edge& edge : edges_) {
    if (inside[*find(edge.input)] && inside[*find(edge.output)]) result.transformations.push_back(edge.id);
  }
  return result;
}

Hop Graph::hop(const PathStep& step) const {
  const Edge& edge = *step.edge;
  return {edge.id, &edge.transform, space(edge.input)->axes, space(edge.output)->axes, step.inverted};
}

std::vector<Hop> Graph::hops(const Path& path) const {
  std::vector<Hop> result;
  result.reserve(path.size());
  for (const PathStep& step : path) result.push_back(hop(step));
  return result;
}

}  // namespace mikro::space
