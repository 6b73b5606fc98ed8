// Shapes as clients draw them, checked against the space they are drawn in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "services/mikro/annotations/canvas.h"
#include "services/mikro/schema/annotation.h"

namespace mikro {

/// Boxes are stored, and filtered by, along as many axes.
inline constexpr std::size_t kMostBoxAxes = 3;

/// What follows from the vertices.
struct Geometry {
  base::Json vectors;             ///< a list of vertices, each a list of doubles
  std::optional<space::Box> box;  ///< in the canvas' frame; none without vertices
  std::int64_t version = 0;       ///< of the chain the box was carried along
};
/// Each vertex has one finite number for each SPACE axis of the canvas. Throws VALIDATION_ERROR naming the
/// vertex.
Geometry geometry_of(const Canvas& canvas, const std::vector<base::Json>& vectors);

/// RGBA, each from 0 to 255. Throws VALIDATION_ERROR naming `field`.
base::Json color_of(const std::vector<std::int64_t>& rgba, std::string_view field);
/// Finite and not negative.
double stroke_width_of(double width);

/// A coordinate that a shape is pinned to; it spans the others.
using Pin = std::pair<std::string, std::int64_t>;
/// Each axis once; not a SPACE axis, which is what vertices are for. Throws VALIDATION_ERROR naming it.
std::vector<Pin> pins_of(const Canvas& canvas, const std::vector<schema::CoordinateInput>& coordinates);
/// As the column has them: `[{"name", "value"}]`.
base::Json pins_json(const std::vector<Pin>& pins);
/// `{"min", "max"}`, or null.
base::Json box_json(const std::optional<space::Box>& box);

struct NewShape {
  std::string kind;
  std::string name;
  std::optional<std::string> description;
  Geometry geometry;
  base::Json stroke_color;
  base::Json fill_color;  ///< null: not filled with a color of its own
  double stroke_width = 1;
  bool filled = false;
  std::vector<Pin> pins;
};
/// With the defaults for what was not given.
NewShape shape_of(const Canvas& canvas, const schema::AnnotationSpecInput& drawn);

}  // namespace mikro
