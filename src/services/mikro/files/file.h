// Files as people and instruments gave them.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"
#include "services/mikro/feed.h"

namespace mikro {

void add_files(entity::Registry& registry, service::Stores& stores, Feed& feed);

}  // namespace mikro
