// `attributePlans`: how what is known of the thing under a point is looked up.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_attribute_plans(entity::Registry& registry);

}  // namespace mikro
