// Array datasets: images and other arrays, level by level.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"
#include "services/mikro/feed.h"

namespace mikro {

/// What is referred to must outlive the registry's service.
void add_array_datasets(entity::Registry& registry, service::Stores& stores, Feed& feed);
/// What is asked of them, and by what lists of them are filtered.
void add_array_dataset_fields(entity::Registry& registry);

}  // namespace mikro
