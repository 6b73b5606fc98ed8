// Things put into folders and taken out again, all of them where a folder is deleted.
#pragma once

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// The feed must outlive the registry's service.
void add_folder_contents(entity::Registry& registry, Feed& feed);

}  // namespace mikro
