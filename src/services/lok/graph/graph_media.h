// Uploads of pictures, and addresses that show them.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"

namespace lok {

/// `stores` must outlive the registry's service.
void add_media(entity::Registry& registry, service::Stores& stores);

}  // namespace lok
