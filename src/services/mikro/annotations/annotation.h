// Shapes that people and programs draw: making, changing, deleting and following them.
#pragma once

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// As many may be drawn in one call.
inline constexpr std::size_t kMostShapesAtOnce = 100'000;

void add_annotations(entity::Registry& registry, Feed& feed);
/// What they are found by, and which of them are nearest to a point.
void add_annotation_filters(entity::Registry& registry);

}  // namespace mikro
