#include "services/mikro/space/search.h"

#include <algorithm>
#include <utility>

namespace mikro::space {

Gate::Gate(const Graph& graph, SpaceId world, const Crossing& crossing)
    : graph_(graph), world_(world), crossing_(crossing) {
  unsigned ask = 0;
  if (!crossing.any_coordinate) ask |= Graph::kScoped;
  if (crossing.registrations != Registrations::kBothWays) ask |= Graph::kIsRegistration;
  if (crossing.fields == Fields::kNone) ask |= Graph::kHasField;
  if (crossing.fields == Fields::kNotSpatial) ask |= Graph::kHasSpatialField;
  if (crossing.unmappable) ask |= Graph::kUnmappable;
  ask_ = static_cast<std::uint8_t>(ask);
}

bool Gate::open_slowly(std::uint32_t edge, std::uint8_t traits, bool inverted) const {
  const Edge& row = graph_.edges()[edge];
  if ((traits & ask_ & (Graph::kHasField | Graph::kHasSpatialField)) != 0) return false;
  if ((traits & ask_ & Graph::kScoped) != 0 && !fixed(*row.selector)) return false;
  if ((traits & ask_ & Graph::kIsRegistration) != 0) {
    if (inverted) return false;
    if (crossing_.registrations == Registrations::kOfTheWorld && row.output != world_) return false;
  }
  if (crossing_.unmappable && (traits & Graph::kUnmappable) != 0) return !inverted;
  return (traits & (inverted ? Graph::kBackward : Graph::kForward)) != 0;
}

bool Gate::fixed(const Selector& selector) const {
  return std::any_of(crossing_.at.begin(), crossing_.at.end(), [&](const Coordinate& coordinate) {
    return coordinate.axis == selector.axis && coordinate.value == selector.index;
  });
}

std::optional<Path> find_path(const Graph& graph, SpaceId from, SpaceId to, const Crossing& crossing) {
  const std::optional<Graph::Node> goal = graph.find(to);
  if (!goal) return std::nullopt;
  return Spread(graph, from, crossing, to).path(*goal);
}

Spread::Spread(const Graph& graph, SpaceId from, const Crossing& crossing, std::optional<SpaceId> goal)
    : graph_(&graph), position_(graph.spaces().size(), kUnseen) {
  const std::optional<Graph::Node> start = graph.find(from);
  if (!start) return;
  const std::optional<Graph::Node> end = goal ? graph.find(*goal) : std::nullopt;
  const Gate gate(graph, goal.value_or(from), crossing);
  visits_.push_back({*start, 0, 0, false});
  position_[*start] = 0;
  for (std::uint32_t head = 0; head < visits_.size(); ++head) {
    for (const Graph::Arc& arc : graph.arcs(visits_[head].node)) {
      if (end && position_[*end] != kUnseen) return;
      if (position_[arc.to] != kUnseen || !gate.open(arc.edge, !arc.outgoing)) continue;
      position_[arc.to] = static_cast<std::uint32_t>(visits_.size());
      visits_.push_back({arc.to, head, arc.edge, !arc.outgoing});
    }
  }
}

std::optional<Path> Spread::path(Graph::Node node) const {
  if (position_[node] == kUnseen) return std::nullopt;
  Path path;
  for (std::uint32_t at = position_[node]; at != 0; at = visits_[at].parent) {
    path.push_back({&graph_->edges()[visits_[at].edge], visits_[at].inverted});
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<Graph::Node> Spread::reached() const {
  std::vector<Graph::Node> nodes;
  for (const Visit& visit : visits_) nodes.push_back(visit.node);
  return nodes;
}

Reach::Reach(const Graph& graph, SpaceId world, const Crossing& crossing)
    : graph_(&graph), distance_(graph.spaces().size(), kUnreached), next_(graph.spaces().size()) {
  if (const std::optional<Graph::Node> node = graph.find(world)) walk({*node}, Gate(graph, world, crossing));
}

Reach::Reach(const Graph& graph, std::vector<Graph::Node> worlds, const Crossing& crossing)
    : graph_(&graph), distance_(graph.spaces().size(), kUnreached), next_(graph.spaces().size()) {
  walk(std::move(worlds), Gate(graph, 0, crossing));
}

void Reach::walk(std::vector<Graph::Node> queue, const Gate& gate) {
  for (const Graph::Node world : queue) distance_[world] = 0;
  queue.reserve(graph_->spaces().size());
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const Graph::Node node = queue[head];
    for (const Graph::Arc& arc : graph_->arcs(node)) {
      // A path that goes on from arc.to to here walks the edge forward if arc.to is its input.
      const bool inverted = arc.outgoing;
      std::uint32_t& distance = distance_[arc.to];
      if (distance <= distance_[node] || !gate.open(arc.edge, inverted)) continue;
      if (distance == kUnreached) {
        distance = distance_[node] + 1;
        queue.push_back(arc.to);
      }
      // Of all first steps of shortest paths the one of the smallest id: followed from node to node this is
      // the path a search from the source would find first.
      if (arc.edge < next_[arc.to].edge) next_[arc.to] = {arc.edge, node, inverted};
    }
  }
}

std::optional<Path> Reach::path(Graph::Node node) const {
  if (!reaches(node)) return std::nullopt;
  Path path;
  path.reserve(distance_[node]);
  while (distance_[node] != 0) {
    const Next& next = next_[node];
    path.push_back({&graph_->edges()[next.edge], next.inverted});
    node = next.node;
  }
  return path;
}

std::vector<Graph::Node> Reach::sources() const {
  std::vector<Graph::Node> result;
  for (Graph::Node node = 0; node < distance_.size(); ++node) {
    if (reaches(node)) result.push_back(node);
  }
  return result;
}

}  // namespace mikro::space
