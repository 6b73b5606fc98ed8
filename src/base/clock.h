// The time of day and the time that only moves forward.
#pragma once

#include <cstdint>

namespace base {

/// Microseconds since 1970 UTC, as stored and printed. May jump.
std::int64_t now_micros();

/// Microseconds since some moment before the program's start; never goes back.
std::int64_t monotonic_micros();

}  // namespace base
