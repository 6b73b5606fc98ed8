// Coordinate anchors: what is known of positions along an array's axes.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_anchors(entity::Registry& registry);

}  // namespace mikro
