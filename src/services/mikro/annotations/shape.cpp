#include "services/mikro/annotations/shape.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace mikro {

using base::Error;
using base::Json;
namespace code = base::code;

Geometry geometry_of(const Canvas& canvas, const std::vector<Json>& vectors) {
  std::vector<std::vector<double>> vertices;
  vertices.reserve(vectors.size());
  Json::Array lists;
  lists.reserve(vectors.size());
  for (const Json& vector : vectors) {
    std::vector<double>& vertex = vertices.emplace_back();
    Json::Array list;
    if (vector.is_array()) {
      for (const Json& item : vector.items()) {
        const std::optional<double> number = item.is_number() ? item.as_double() : std::nullopt;
        if (!number) {
          throw Error(code::kValidation, "Vertex {} has {} where a number belongs.", vertices.size() - 1,
                      item.dump());
        }
        vertex.push_back(*number);
        list.emplace_back(*number);
      }
    }
    lists.emplace_back(std::move(list));
  }
  Geometry geometry{Json(std::move(lists)), canvas.frame.box(vertices), canvas.frame.version()};
  if (geometry.box && geometry.box->size() > kMostBoxAxes) {
    throw Error(code::kValidation,
                "Shapes over data with {} SPACE axes are not supported; draw in a space with {} at most.",
                geometry.box->size(), kMostBoxAxes);
  }
  return geometry;
}

Json color_of(const std::vector<std::int64_t>& rgba, std::string_view field) {
  const bool is_color = rgba.size() == 4 && std::all_of(rgba.begin(), rgba.end(), [](std::int64_t value) {
                          return value >= 0 && value <= 255;
                        });
  if (!is_color) {
    throw Error(code::kValidation, "`{}` takes four numbers from 0 to 255: red, green, blue and opacity.",
                field);
  }
  return Json(Json::Array(rgba.begin(), rgba.end()));
}

double stroke_width_of(double width) {
  if (std::isfinite(width) && width >= 0) return width;
  throw Error(code::kValidation, "`strokeWidth` is {}, but cannot be below 0 or infinite.", width);
}

std::vector<Pin> pins_of(const Canvas& canvas, const std::vector<schema::CoordinateInput>& coordinates) {
  std::vector<Pin> pins;
  for (const schema::CoordinateInput& one : coordinates) {
    const auto axis = space::index_of(canvas.axes, one.name);
    if (!axis) {
      throw Error(code::kValidation, "There is no axis '{}' to be pinned to; shapes are drawn along {}.",
                  one.name, space::names_of(canvas.axes));
    }
    if (canvas.axes[*axis].type == space::AxisType::kSpace) {
      throw Error(code::kValidation,
                  "'{}' is a SPACE axis: say where the shape is along it with its vertices.", one.name);
    }
    if (std::any_of(pins.begin(), pins.end(), [&](const Pin& pin) { return pin.first == one.name; })) {
      throw Error(code::kValidation,
                  "`coordinates` names '{}' twice: a shape is pinned to one value of each.", one.name);
    }
    pins.emplace_back(one.name, one.value);
  }
  return pins;
}

Json pins_json(const std::vector<Pin>& pins) {
  Json list = Json::array();
  for (const auto& [name, value] : pins) list.push_back(Json::object({{"name", name}, {"value", value}}));
  return list;
}

Json box_json(const std::optional<space::Box>& box) {
  if (!box) return {};
  Json min = Json::array();
  Json max = Json::array();
  for (const space::AxisExtent& extent : *box) {
    min.push_back(extent.min);
    max.push_back(extent.max);
  }
  return Json::object({{"min", std::move(min)}, {"max", std::move(max)}});
}

NewShape shape_of(const Canvas& canvas, const schema::AnnotationSpecInput& drawn) {
  NewShape shape;
  shape.kind = entity::text_of(drawn.kind);
  shape.name = drawn.name.value_or("Annotation in " + canvas.name);
  shape.description = drawn.description;
  shape.geometry = geometry_of(canvas, drawn.vectors);
  shape.stroke_color =
      color_of(drawn.stroke_color.value_or(std::vector<std::int64_t>{255, 255, 255, 255}), "strokeColor");
  if (drawn.fill_color) shape.fill_color = color_of(*drawn.fill_color, "fillColor");
  shape.stroke_width = stroke_width_of(drawn.stroke_width.value_or(1.0));
  shape.filled = drawn.filled.value_or(false);
  if (drawn.coordinates) shape.pins = pins_of(canvas, *drawn.coordinates);
  return shape;
}

}  // namespace mikro
