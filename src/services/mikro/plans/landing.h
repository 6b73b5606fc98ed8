// Where an id comes from and which columns of a table it finds rows by: a key edge, read for somebody who
// holds a point.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/mikro/plans/library.h"
#include "services/mikro/space/axis.h"
#include "services/mikro/space/transform.h"

namespace mikro {

/// A value that is held under a name, and the column it is compared with.
struct KeyBinding {
  std::string held;
  const PlanColumn* column = nullptr;
};

struct Landing {
  space::SpaceId field = 0;              ///< whose values are the ids
  std::vector<std::string> consumes;     ///< what the array is indexed by, in its order
  std::vector<std::string> produces;     ///< the names the id is held under
  std::vector<std::string> passthrough;  ///< coordinates of the point that are held beside it
  std::vector<KeyBinding> keys;          ///< in the order of the table's columns
};

/// `root` are the axes of the key's input, `known` those of them that the path to it gives a coordinate for.
/// Columns refer into `table`. nullopt if the edge is no key, if the id cannot be read with what is known, if
/// the axis it lands on is no column that could be compared, or if the edge makes another coordinate column
/// out of what nobody holds (a second array's values, seconds out of frames): without that half of the key
/// the rows of other things would be found. Places that it computes are no half of a key.
///
/// A coordinate becomes a key by its name where the edge says nothing else about that column, and by another
/// name where an IDENTITY part says so. So an axis that the array is indexed by and the table has a column
/// for (`t` of a movie's labels, of a table with one row for each object and frame) is consumed and passed
/// through; only a SPACE column is not compared with what was consumed, since it has where the object is and
/// not where somebody pointed.
std::optional<Landing> landing_on(const PlanTable& table, const space::Transform& edge,
                                  std::span<const space::Axis> root, std::span<const std::string> known);

}  // namespace mikro
