// Microscope states: what an instrument was set to, kept as it was reported.
#pragma once

#include "base/json.h"

namespace mikro {

/// A coerced OptikitStateInput as its column has it. Throws VALIDATION_ERROR naming the device and setting if
/// a quantity has no unit of its kind, a device or setting no name, or a setting not exactly one value.
base::Json checked_microscope(const base::Json& input);

/// The same JSON with every member's name in `snake_case`, as stored values have them. Throws
/// VALIDATION_ERROR for a number that is not finite.
base::Json as_stored(const base::Json& input);

}  // namespace mikro
