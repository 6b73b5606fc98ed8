// What is known of a file in no particular form.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_unstructured_meta(entity::Registry& registry);

}  // namespace mikro
