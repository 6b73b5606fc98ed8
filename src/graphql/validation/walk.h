// Visits every definition of a document once.
#pragma once

#include "graphql/validation/context.h"

namespace graphql::validation {

/// Shows each node to the rules of its kind and collects, for each definition,
/// its variable uses and spreads. Recursion is as deep as the text nests.
void walk(Context& context);

}  // namespace graphql::validation
