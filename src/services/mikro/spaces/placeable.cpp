#include "services/mikro/spaces/placeable.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/mikro/space/placement.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

std::vector<space::SpaceId> reaching(const space::Graph& graph, space::SpaceId world) {
  std::vector<space::SpaceId> spaces = space::World(graph, world, placing()).placed();
  spaces.insert(std::lower_bound(spaces.begin(), spaces.end(), world), world);
  return spaces;
}

space::Graph without_derivations(const space::Graph& graph) {
  std::vector<space::Edge> edges;
  for (const space::Edge& edge : graph.edges()) {
    if (edge.role != space::Role::kDerivation) edges.push_back(edge);
  }
  return {{graph.spaces().begin(), graph.spaces().end()}, std::move(edges)};
}

}  // namespace

Placeable placeable_in(const entity::Call& call, const entity::Id& space, bool derived_only) {
  const std::int64_t world = space.row("coordinate system");
  Placeable result{load_around(*call.reader, call.organization, {{world}}), {}};
  if (result.graph.space(world) == nullptr) {
    throw base::Error(base::code::kNotFound, "No coordinate system with the id {}.", space.text);
  }
  result.spaces.values = reaching(result.graph, world);
  if (!derived_only) return result;
  const auto directly = reaching(without_derivations(result.graph), world);
  std::vector<space::SpaceId> derived;
  std::set_difference(result.spaces.values.begin(), result.spaces.values.end(), directly.begin(),
                      directly.end(), std::back_inserter(derived));
  result.spaces.values = std::move(derived);
  return result;
}

}  // namespace mikro
