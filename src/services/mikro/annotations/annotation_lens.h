// Lenses over annotation collections: windows in the space the shapes are drawn in.
#pragma once

#include <cstdint>

#include "entity/registry.h"
#include "services/mikro/ownership.h"
#include "sql/database.h"

namespace mikro {

/// The lens that selects everything; made with its collection.
std::int64_t insert_whole_annotation_lens(sql::Writer& writer, const Maker& maker, std::int64_t collection,
                                          std::int64_t system);

void add_annotation_lenses(entity::Registry& registry);

}  // namespace mikro
