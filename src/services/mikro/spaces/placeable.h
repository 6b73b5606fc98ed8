// Whose data can be composed in a space: what pickers offer, and the same that layers will accept.
#pragma once

#include "entity/call.h"
#include "entity/input.h"
#include "services/mikro/space/graph.h"
#include "sql/database.h"

namespace mikro {

/// One space, everything connected to it, and what of that reaches it.
struct Placeable {
  space::Graph graph;
  sql::Ids spaces;  ///< the space itself is among them
};
/// With `derived_only` those alone that get there across a derivation and no other way. Throws NOT_FOUND if
/// the organization has no such space.
Placeable placeable_in(const entity::Call& call, const entity::Id& space, bool derived_only = false);

}  // namespace mikro
