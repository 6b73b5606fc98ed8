// The space of an annotation collection as shapes are drawn in it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "entity/call.h"
#include "services/mikro/space/axis.h"
#include "services/mikro/space/pixel_chain.h"

namespace mikro {

struct Canvas {
  std::int64_t collection = 0;
  std::string name;  ///< of the collection
  std::int64_t system = 0;
  std::vector<space::Axis> axes;
  space::ShapeFrame frame;
};

/// Throws NOT_FOUND if the organization has no such collection. A constant number of statements.
Canvas open_canvas(sql::Reader& reader, const entity::Call& call, std::int64_t collection);

}  // namespace mikro
