// Edges that do not hold everywhere: the correction of one channel, the drift of one frame.
#pragma once

#include <cstdint>
#include <string>

#include "services/mikro/space/transform_check.h"

namespace mikro::space {

/// The one position of one input axis at which an edge holds.
struct Selector {
  std::string axis;
  std::int64_t index = 0;

  bool operator==(const Selector&) const = default;
};
/// Throws VALIDATION_ERROR unless it names a CHANNEL, TIME, INDEX, MICROTIME or SPECTRUM axis of `input`
/// and a position on it.
void check_selector(const Selector& selector, const SystemView& input);

}  // namespace mikro::space
