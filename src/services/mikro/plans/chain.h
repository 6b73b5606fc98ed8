// What one landing leads to: a table after another by the references between them, and arrays with a place
// for each row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/mikro/plans/landing.h"
#include "services/mikro/plans/library.h"
#include "services/mikro/plans/limit.h"

namespace mikro {

/// Exactly one of `table` and `array` is set. Refers into the library.
struct PlanHop {
  std::optional<std::size_t> parent;  ///< none for the landing
  const PlanTable* table = nullptr;
  const PlanArray* array = nullptr;
  const PlanColumn* via = nullptr;  ///< of the parent: its values are what is looked up
  std::vector<KeyBinding> keys;     ///< of a table
  /// The references from the landing to here, each with the table that it begins in.
  std::vector<std::pair<const PlanTable*, const PlanColumn*>> join_path;
};

/// The landing first, then all that is `joins` steps away at most, nearest first; beside each other in the
/// order of the parents' columns, arrays last. A way never comes back to a table that it was in before.
///
/// A hop begins with a value somebody holds: of a column that the parent's lookup answers with or was asked
/// by. A coordinate column that is neither (the other half of a key) leads nowhere. Throws as the limit.
std::vector<PlanHop> chain_from(const Library& library, const PlanTable& table, std::vector<KeyBinding> keys,
                                std::int64_t joins, PlanLimit& limit);

}  // namespace mikro
