// The facts that lead from a space to what its data came from: levels, lenses and derivations as a small
// graph.
#pragma once

#include <cstdint>

#include "services/mikro/space/graph.h"
#include "sql/database.h"

namespace mikro {

/// `start` and every space that levels, lenses and derivations lead to from it, with those edges; no
/// registrations. Four statements in two round trips, however long the chain. Without nodes if there is no
/// such space.
space::Graph load_facts(sql::Reader& reader, std::int64_t start);

}  // namespace mikro
