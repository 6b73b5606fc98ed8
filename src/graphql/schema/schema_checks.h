// Is a schema valid by section 3 of the specification? Inside this folder only.
#pragma once

#include "graphql/schema/merge.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// Names beginning with `__` belong to introspection.
void check_names(const ast::TypeSystemDocument& document, Problems& problems);

/// Types: what they must contain, and what may stand where.
void check_definitions(const Schema& schema, Problems& problems);

/// Directives that the schema defines, where it uses them: place, repetition,
/// arguments. Directives that nobody defined are other rooms' business.
void check_directive_uses(const Schema& schema, const ast::TypeSystemDocument& document, Problems& problems);

}  // namespace graphql
