// One hop of a path as rows over the axes it comes from; what compose.h substitutes into.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "services/mikro/space/compose.h"

namespace mikro::space {

/// A row read from an array instead of computed: component `component` of the field of `part`.
struct FieldRow {
  const Part* part = nullptr;
  std::size_t component = 0;
};

/// What a hop says about one axis of its target: a coefficient per axis of its source and a constant, or
/// a field's values.
struct EdgeRow {
  std::size_t target = 0;  ///< index into the target's axes
  std::variant<std::vector<double>, FieldRow> form;
};

/// The rows of a hop in its target's axis order; axes it does not state have none. Throws as compose().
std::vector<EdgeRow> edge_rows(const Hop& hop);

/// VALIDATION_ERROR saying that this transformation stopped a composition, and why.
[[noreturn]] void refuse_hop(const Hop& hop, std::string_view why);

}  // namespace mikro::space
