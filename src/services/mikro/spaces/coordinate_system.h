// Coordinate systems that belong to nobody: worlds, stages, atlases. Those of datasets and collections come
// and go with what lives there.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_coordinate_systems(entity::Registry& registry);
/// Their fields and filters, those of everybody's.
void add_coordinate_system_fields(entity::Registry& registry);

}  // namespace mikro
