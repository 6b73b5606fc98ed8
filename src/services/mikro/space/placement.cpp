#include "services/mikro/space/placement.h"

#include <algorithm>

namespace mikro::space {
namespace {

Crossing with_any_coordinate(Crossing crossing) {
  crossing.any_coordinate = true;
  return crossing;
}

}  // namespace

std::string_view to_text(PlacementState state) {
  switch (state) {
    case PlacementState::kPlaced:
      return "PLACED";
    case PlacementState::kConditional:
      return "CONDITIONAL";
    case PlacementState::kUnregistered:
      return "UNREGISTERED";
    case PlacementState::kUnmappable:
      return "UNMAPPABLE";
  }
  return "";
}

Validity validity_of(const Path& path) {
  Validity weakest = Validity::kValidated;
  for (const PathStep& step : path) weakest = std::min(weakest, step.edge->validity);
  return weakest;
}

Invariance invariance_of(const Path& path) {
  Invariance weakest = Invariance::kIsometry;
  for (const PathStep& step : path) weakest = std::min(weakest, invariance_of(step.edge->transform));
  return weakest;
}

std::int64_t version_of(const Path& path) {
  std::int64_t sum = 0;
  for (const PathStep& step : path) sum += step.edge->version;
  return sum;
}

World::World(const Graph& graph, SpaceId world, Crossing crossing)
    : graph_(&graph), world_(world), certain_(graph, world, crossing) {
  if ((graph.any_traits() & Graph::kScoped) != 0)
    conditional_.emplace(graph, world, with_any_coordinate(crossing));
  if ((graph.any_traits() & Graph::kUnmappable) == 0) return;
  crossing = with_any_coordinate(std::move(crossing));
  crossing.unmappable = true;
  lost_.emplace(graph, world, crossing);
  crossing.unmappable = false;
  find_registered_elsewhere(crossing);
}

/// Data that came out of an UNMAPPABLE operation but was then registered somewhere is no lost case: one more
/// registration places it. Walks from what has a registration back over facts.
void World::find_registered_elsewhere(const Crossing& crossing) {
  Crossing any = crossing;
  any.registrations = Registrations::kTowardsTheWorld;
  const Gate gate(*graph_, world_, any);
  registered_elsewhere_.assign(graph_->spaces().size(), false);
  std::vector<Graph::Node> queue;
  for (Graph::Node node = 0; node < graph_->spaces().size(); ++node) {
    for (const Graph::Arc& arc : graph_->arcs(node)) {
      const bool claim = arc.outgoing && (graph_->traits(arc.edge) & Graph::kIsRegistration) != 0;
      if (!claim || !gate.open(arc.edge, false)) continue;
      registered_elsewhere_[node] = true;
      queue.push_back(node);
      break;
    }
  }
  for (std::size_t head = 0; head < queue.size(); ++head) {
    for (const Graph::Arc& arc : graph_->arcs(queue[head])) {
      const bool fact = (graph_->traits(arc.edge) & Graph::kIsRegistration) == 0;
      if (!fact || registered_elsewhere_[arc.to] || !gate.open(arc.edge, arc.outgoing)) continue;
      registered_elsewhere_[arc.to] = true;
      queue.push_back(arc.to);
    }
  }
}

std::optional<Path> World::path(SpaceId source) const {
  const std::optional<Graph::Node> node = graph_->find(source);
  return node ? certain_.path(*node) : std::nullopt;
}

std::optional<Path> World::possible_path(SpaceId source) const {
  const std::optional<Graph::Node> node = graph_->find(source);
  if (!node) return std::nullopt;
  if (certain_.reaches(*node)) return certain_.path(*node);
  return conditional_ ? conditional_->path(*node) : std::nullopt;
}

std::optional<Placement> World::as_affine(SpaceId source, bool strict) const {
  const std::optional<Path> found = path(source);
  if (!found) return std::nullopt;
  Placement placement = compose(graph_->space(source)->axes, graph_->hops(*found));
  if (strict) require_total(placement, graph_->space(world_)->axes);
  return placement;
}

PlacementState World::state(SpaceId source) const {
  const std::optional<Graph::Node> node = graph_->find(source);
  if (!node) return PlacementState::kUnregistered;
  if (certain_.reaches(*node)) return PlacementState::kPlaced;
  if (conditional_ && conditional_->reaches(*node)) return PlacementState::kConditional;
  if (lost_ && lost_->reaches(*node) && !registered_elsewhere_[*node]) return PlacementState::kUnmappable;
  return PlacementState::kUnregistered;
}

Validity World::validity(SpaceId source) const {
  const std::optional<Path> found = possible_path(source);
  return found ? validity_of(*found) : Validity::kUnknown;
}

Invariance World::invariance(SpaceId source) const {
  const std::optional<Path> found = possible_path(source);
  return found ? invariance_of(*found) : Invariance::kNone;
}

std::vector<SpaceId> World::placed() const {
  std::vector<SpaceId> result;
  for (const Graph::Node node : certain_.sources()) {
    const SpaceId id = graph_->spaces()[node].id;
    if (id != world_) result.push_back(id);
  }
  return result;
}

}  // namespace mikro::space
