// Physical units: which dimension a unit of a QUANTITY port measures.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rekuest {

/// The canonical dimension of a unit expression such as `mV`, `m/s`,
/// `mol / L` or `m**0.5`: `[length] / [time]`, `1 / [time]`,
/// `dimensionless`. nullopt if it is no unit.
std::optional<std::string> dimension_of_unit(std::string_view unit);

/// A dimension in any order (`[mass] * [length] ** 2 / [time] ** 3`) in the
/// canonical one. nullopt if it is no dimension.
std::optional<std::string> canonical_dimension(std::string_view dimension);

}  // namespace rekuest
