// Quantities as instruments report them: `488 nm`, `37 degC`.
#pragma once

#include <string_view>

#include "base/json.h"

namespace mikro {

/// What a quantity measures; any takes whatever has a unit.
enum class Measure { kAny, kLength, kPower, kFrequency, kTemperature };

/// Throws VALIDATION_ERROR naming `field` unless the value is null or a text of one finite number and a unit
/// of that measure.
void check_quantity(const base::Json& value, Measure measure, std::string_view field);

}  // namespace mikro
