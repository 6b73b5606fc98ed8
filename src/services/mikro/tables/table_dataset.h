// Tables: rows of records in a Parquet file, with columns that say what they are.
#pragma once

#include "entity/registry.h"
#include "service/stores.h"
#include "services/mikro/feed.h"

namespace mikro {

void add_tables(entity::Registry& registry, service::Stores& stores, Feed& feed);
/// What is asked of tables beside their rows, and which of them are meant.
void add_table_fields(entity::Registry& registry);

}  // namespace mikro
