#include "services/mikro/space/search.h"

#include <algorithm>

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
  const std::optional<Graph::Node> start = graph.find(from);
  const std::optional<Graph::Node> goal = graph.find(to);
  if (!start || !goal) return std::nullopt;
  if (*start == *goal) return Path{};
  struct Entry {
    Graph::Node node;
    std::uint32_t parent;  ///< position in the queue
    std::uint32_t edge;
    bool inverted;
  };
  const Gate gate(graph, to, crossing);
  std::vector<bool> seen(graph.spaces().size(), false);
  std::vector<Entry> queue{{*start, 0, 0, false}};
  seen[*start] = true;
  for (std::uint32_t head = 0; head < queue.size(); ++head) {
    for (const Graph::Arc& arc : graph.arcs(queue[head].node)) {
      if (seen[arc.to] || !gate.open(arc.edge, !arc.outgoing)) continue;
      seen[arc.to] = true;
      queue.push_back({arc.to, head, arc.edge, !arc.outgoing});
      if (arc.to != *goal) continue;
      Path path;
      for (std::uint32_t at = static_cast<std::uint32_t>(queue.size() - 1); at != 0; at = queue[at].parent) {
        path.push_back({&graph.edges()[queue[at].edge], queue[at].inverted});
      }
      std::reverse(path.begin(), path.end());
      return path;
    }
  }
  return std::nullopt;
}

Reach::Reach(const Graph& graph, SpaceId world, const Crossing& crossing)
    : graph_(&graph), distance_(graph.spaces().size(), kUnreached), next_(graph.spaces().size()) {
  if (const std::optional<Graph::Node> node = graph.find(world)) walk(*node, crossing);
}

void Reach::walk(Graph::Node world, const Crossing& crossing) {
  const Gate gate(*graph_, graph_->spaces()[world].id, crossing);
  std::vector<Graph::Node> queue{world};
  queue.reserve(graph_->spaces().size());
  distance_[world] = 0;
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
