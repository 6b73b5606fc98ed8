// What the catalog's part of the schema needs of code: fields that are no
// column, filters that are no equality, root fields that are no plain list.
#pragma once

#include "entity/registry.h"

namespace rekuest {

/// `@sql` and `@computed` fields.
void add_catalog_fields(entity::Registry& registry);

/// Predicates of filters, and orderings.
void add_catalog_filters(entity::Registry& registry);

/// Custom root queries over agents, actions, implementations, states and
/// tasks.
void add_catalog_queries(entity::Registry& registry);

}  // namespace rekuest
