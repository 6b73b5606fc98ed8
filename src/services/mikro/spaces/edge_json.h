// The parameters of a transformation as the columns of its row, and back; paths as clients see them.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/mikro/space/graph.h"
#include "services/mikro/space/transform.h"

namespace mikro {

template <class T>
base::Json json_list(const std::vector<T>& values) {
  base::Json list = base::Json::array();
  for (const T& value : values) list.push_back(value);
  return list;
}

/// Null unless it belongs to the kind, so that a column says what the edge is made of.
struct EdgeColumns {
  explicit EdgeColumns(const space::Transform& transform);
  base::Json scale, translation, affine, parts, steps;
};

/// The columns' texts; empty where they are null. The axes are those of a MAP_AXIS.
struct EdgeTexts {
  std::string_view kind, scale, translation, affine, parts, steps, input_axes, output_axes;
};
space::Transform transform_from(const EdgeTexts& texts);

/// `PlacementStep`s, in the order of the walk.
base::Json path_json(const space::Path& path);

}  // namespace mikro
