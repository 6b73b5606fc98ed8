// What clients see of dependencies: a task's, those an assign would bind, kept ones.
#pragma once

#include "entity/registry.h"

namespace rekuest {

/// `Task.resolvedDependencies`, `dependencyTree`, `autoResolve`.
void add_dependency_fields(entity::Registry& registry);

}  // namespace rekuest
