// Transformations: what clients state of two spaces, refine and take back.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_transformations(entity::Registry& registry);

}  // namespace mikro
