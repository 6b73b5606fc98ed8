#include "services/mikro/lenses/annotation_crop.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "services/mikro/annotations/batch.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

std::string columns_where(std::string_view condition) {
  return fmt::format(
      "select a.id, c.coordinate_system_id, a.vectors, a.coordinates from annotation a join"
      " annotation_collection c on c.id = a.collection_id where {} and a.organization_id = $2 and {}",
      condition, is_published("a"));
}

DrawnShape shape_at(const sql::Rows& rows, std::size_t row) {
  DrawnShape shape{rows.integer(row, 0), rows.integer(row, 1), {}, {}};
  for (const Json& vertex : Json::parse(rows.text(row, 2)).items()) {
    const Json::Array& numbers = vertex.items();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double value = numbers[i].as_double().value_or(0);
      if (i == shape.bounds.size()) shape.bounds.emplace_back(value, value);
      shape.bounds[i].first = std::min(shape.bounds[i].first, value);
      shape.bounds[i].second = std::max(shape.bounds[i].second, value);
    }
  }
  for (const Json& pin : Json::parse(rows.text(row, 3)).items()) {
    shape.pins.emplace_back(pin["name"].as_string(), pin["value"].as_double().value_or(0));
  }
  return shape;
}

// Any claim counts, and backward too: the image and the drawing may each be registered in a third space.
space::Crossing co_registered() {
  space::Crossing crossing;
  crossing.registrations = space::Registrations::kBothWays;
  crossing.fields = space::Fields::kNone;
  return crossing;
}

space::Box box_of(std::span<const space::Axis> axes, const DrawnShape& shape) {
  space::Box box;
  for (const space::Axis& axis : axes) {
    if (axis.type != space::AxisType::kSpace || box.size() == shape.bounds.size()) continue;
    const auto& [min, max] = shape.bounds[box.size()];
    box.push_back({axis.name, min, max});
  }
  if (box.empty()) return box;
  for (const auto& [axis, value] : shape.pins) box.push_back({axis, value, value});
  return box;
}

}  // namespace

DrawnShape find_drawn_shape(sql::Reader& reader, std::int64_t organization, const entity::Id& id) {
  const sql::Rows rows = reader.query(columns_where("a.uuid = $1"), {id.text, organization});
  if (rows.empty()) throw Error(code::kNotFound, "No annotation with the id {}.", id.text);
  return shape_at(rows, 0);
}

std::map<std::int64_t, DrawnShape> read_drawn_shapes(sql::Reader& reader, std::int64_t organization,
                                                     const sql::Ids& rows) {
  const sql::Rows found = reader.query(columns_where("a.id in_ids($1)"), {rows, organization});
  std::map<std::int64_t, DrawnShape> shapes;
  for (std::size_t row = 0; row < found.size(); ++row) {
    shapes.emplace(found.integer(row, 0), shape_at(found, row));
  }
  return shapes;
}

DrawingSpace::DrawingSpace(const space::Graph& graph, space::SpaceId system)
    : graph_(graph),
      system_(system),
      outward_(graph, system, co_registered()),
      direct_(graph, system, co_registered()),
      to_shared_(graph, outward_.reached(), co_registered()) {}

std::span<const space::Axis> DrawingSpace::axes() const {
  const space::Space* space = graph_.space(system_);
  return space == nullptr ? std::span<const space::Axis>() : space->axes;
}

space::Placement DrawingSpace::placed(space::SpaceId from, const space::Path& path) const {
  return space::compose(graph_.space(from)->axes, graph_.hops(path));
}

const DrawingSpace::Meeting* DrawingSpace::meeting(space::SpaceId grid) const {
  auto known = meetings_.find(grid);
  if (known == meetings_.end()) known = meetings_.emplace(grid, find(grid)).first;
  return known->second ? &*known->second : nullptr;
}

std::optional<DrawingSpace::Meeting> DrawingSpace::find(space::SpaceId grid) const {
  const auto node = graph_.find(grid);
  if (!node) return std::nullopt;
  if (const auto path = direct_.path(*node)) return Meeting{std::nullopt, placed(grid, *path)};
  const auto path = to_shared_.path(*node);
  if (!path) return std::nullopt;
  space::SpaceId shared = grid;
  if (!path->empty()) shared = path->back().inverted ? path->back().edge->input : path->back().edge->output;
  return Meeting{placed(system_, *outward_.path(*graph_.find(shared))), placed(grid, *path)};
}

sql::Ids DrawingSpace::reachable() const {
  sql::Ids spaces;
  for (const space::Graph::Node node : to_shared_.sources()) {
    spaces.values.push_back(graph_.spaces()[node].id);
  }
  return spaces;
}

Crop::Crop(const DrawingSpace& drawing, const DrawnShape& shape)
    : drawing_(drawing), box_(box_of(drawing.axes(), shape)) {}

Selection Crop::under(const LensedArray& array) const {
  if (box_.empty()) {
    throw Error(code::kValidation, std::string("The annotation has no vertices; there is no box to cut to."));
  }
  const DrawingSpace::Meeting* both = drawing_.meeting(array.intrinsic_system);
  if (both == nullptr) {
    throw Error(code::kValidation,
                "No path of transformations leads from the dataset '{}' to where the annotation is drawn. "
                "Register both in one space, or draw on the dataset.",
                array.name);
  }
  const auto& axes = both->grid.output_axes;
  std::vector<AxisWindow> windows;
  for (const space::AxisExtent& extent : both->shapes ? space::pushed(box_, *both->shapes) : box_) {
    if (std::find(axes.begin(), axes.end(), extent.axis) == axes.end()) continue;
    windows.push_back({extent.axis, extent.min, extent.max});
  }
  if (windows.empty()) {
    throw Error(code::kValidation,
                "The dataset '{}' and the annotation share a space, but are placed along none of the same "
                "axes there.",
                array.name);
  }
  return cut_to_box(array.shape, both->grid, windows);
}

Selection Crop::of(const LensedArray& array, const Selection& from) const {
  return common(from, under(array), plain(array.axes));
}

std::optional<Selection> Crop::try_of(const LensedArray& array, const Selection& from) const {
  try {
    return of(array, from);
  } catch (const Error& error) {
    if (error.code() != code::kValidation) throw;
    return std::nullopt;
  }
}

bool Crop::meets(const std::vector<Window>& windows) const {
  return std::all_of(box_.begin(), box_.end(), [&](const space::AxisExtent& own) {
    return std::all_of(windows.begin(), windows.end(), [&](const Window& window) {
      return window.axis != own.axis || mikro::meets(window, own.min, own.max);
    });
  });
}

void record_cut(sql::Writer& writer, std::int64_t shape, std::int64_t lens) {
  writer.execute("insert into annotation_cut (annotation_id, lens_id) values ($1, $2) on conflict do nothing",
                 {shape, lens});
}

}  // namespace mikro
