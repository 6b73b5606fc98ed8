// Service instances, who may use them, and what an app is told of them,
// through GraphQL.
#pragma once

#include "entity/registry.h"
#include "services/lok/configuration.h"

namespace lok {

/// `createServiceInstance`, `updateServiceInstance`, `render`. `configuration` must outlive the registry's
/// service.
void add_instances(entity::Registry& registry, const Configuration& configuration);

}  // namespace lok
