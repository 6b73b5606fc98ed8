// Which people a caller sees where none of their rows leads there.
#pragma once

#include "entity/registry.h"

namespace rekuest {

void add_people(entity::Registry& registry);

}  // namespace rekuest
