// Annotation collections: sets of shapes, each with a space of its own to draw them in.
#pragma once

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// `feed` must outlive the registry's service.
void add_annotation_collections(entity::Registry& registry, Feed& feed);

}  // namespace mikro
