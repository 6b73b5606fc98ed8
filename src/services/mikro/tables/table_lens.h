// Lenses over tables: windows along the coordinate columns.
#pragma once

#include <cstdint>
#include <vector>

#include "entity/registry.h"
#include "services/mikro/feed.h"
#include "services/mikro/ownership.h"
#include "services/mikro/tables/table_spec.h"
#include "sql/database.h"

namespace mikro {

/// The lens that selects everything; made with its table.
std::int64_t insert_whole_table_lens(sql::Writer& writer, Feed& feed, const Maker& maker, std::int64_t table,
                                     std::int64_t system, std::span<const SpecColumn> columns);

void add_table_lenses(entity::Registry& registry, Feed& feed);

}  // namespace mikro
