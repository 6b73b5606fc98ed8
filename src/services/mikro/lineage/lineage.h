// The root fields about where data comes from and what became of it.
#pragma once

#include "entity/registry.h"

namespace mikro::lineage {

void add_lineage(entity::Registry& registry);

// Parts of it.
void add_roots(entity::Registry& registry);
void add_lineage_graph(entity::Registry& registry);

}  // namespace mikro::lineage
