// What can be seen of a space: everything connected to it, and what of that lies in a region of it.
#pragma once

#include "entity/registry.h"

namespace mikro {

/// `coordinateGraph` and `CoordinateSystem.inView`.
void add_views(entity::Registry& registry);

}  // namespace mikro
