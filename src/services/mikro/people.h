// Callers as Mikro's clients see them.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_people(entity::Registry& registry);

}  // namespace mikro
