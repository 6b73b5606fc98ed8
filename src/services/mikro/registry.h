// What Mikro's schema does not derive, put together.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"
#include "services/mikro/feed.h"

namespace mikro {

/// What is referred to must outlive the registry's service.
entity::Registry make_registry(service::Stores& stores, Feed& feed);

}  // namespace mikro
