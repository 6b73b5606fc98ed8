// Filters about things that are not built yet.
#pragma once

#include "entity/registry.h"

namespace mikro {

/// They answer NOT_IMPLEMENTED, like fields do.
void add_what_is_to_come(entity::Registry& registry);

}  // namespace mikro
