// What lies in a folder, of every kind, as one list.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_folder_children(entity::Registry& registry);

}  // namespace mikro
