// Lenses over annotation collections: windows in the space the shapes are drawn in.
#pragma once

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// `feed` must outlive the registry's service.
void add_annotation_lenses(entity::Registry& registry, Feed& feed);

}  // namespace mikro
