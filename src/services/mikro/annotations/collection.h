// Annotation collections: sets of shapes, each with a space of its own to draw them in.
#pragma once

#include "entity/registry.h"

namespace mikro {

void add_annotation_collections(entity::Registry& registry);

}  // namespace mikro
