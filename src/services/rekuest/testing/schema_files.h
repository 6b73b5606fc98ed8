// The schema as it stands in the source tree, for tests.
#pragma once

#include <memory>

#include "graphql/schema/schema.h"

namespace rekuest_testing {

/// Read from the build tree's link to this room, once per process.
std::shared_ptr<const graphql::Schema> schema();

}  // namespace rekuest_testing
