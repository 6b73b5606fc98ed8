// Checking out: the value a state had, put together from snapshots and patches.
#pragma once

#include "entity/registry.h"

namespace rekuest {

/// `checkout` and `checkoutAgent`.
void add_state_checkout(entity::Registry& registry);

}  // namespace rekuest
