// Whether a transformation fits the two coordinate systems it relates. Runs once, when an edge is
// written or refined; what is stored can be composed without asking again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/mikro/space/axis.h"
#include "services/mikro/space/transform.h"

namespace mikro::space {

/// A coordinate system as a check needs it: a name for errors, its axes in order, and the instant its
/// clock starts at, in microseconds since 1970.
struct SystemView {
  std::string name;
  std::span<const Axis> axes;
  std::optional<std::int64_t> epoch;
};

/// What a FIELD part's array is: its axes, and how many positions its value axis has (the number of
/// components of each value) where that is known.
struct FieldSource {
  std::vector<Axis> axes;
  std::optional<std::int64_t> components;
};
/// Finds the array behind a field. nullopt if the caller has no such coordinate system.
using FieldLookup = std::function<std::optional<FieldSource>(SpaceId)>;

/// The same transformation, its fields' units by full name and `values`, `spatial` and `dereference`
/// filled in. Throws VALIDATION_ERROR, naming axes and numbers, unless ranks, names, types, units and
/// numbers fit as the contract's table of kinds says, and both clocks start at the same time.
Transform checked(Transform transform, const SystemView& input, const SystemView& output,
                  const FieldLookup& field);

/// Throws VALIDATION_ERROR, naming both entries, if a derivation that says where data sits comes after one
/// that is UNMAPPABLE: the first entry is the primary parent, which places.
void check_derivation_order(std::span<const Kind> kinds);

}  // namespace mikro::space
