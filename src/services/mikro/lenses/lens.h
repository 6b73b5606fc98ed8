// Lenses: what is selected of a dataset. One row for each selection, whoever asks for it.
#pragma once

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// `feed` must outlive the registry's service.
void add_lenses(entity::Registry& registry, Feed& feed);
/// What lists of lenses are filtered by.
void add_lens_filters(entity::Registry& registry);
/// Crops to shapes, before and after they are made, and lenses found by a shape.
void add_annotation_crops(entity::Registry& registry);

}  // namespace mikro
