// `ArrayLens.phasor`: how one axis of a lens is reduced to a phasor, as everybody who looks at it needs it.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_phasor_contexts(entity::Registry& registry);

}  // namespace mikro
