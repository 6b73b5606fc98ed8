#include "services/mikro/spaces/in_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "services/mikro/annotations/batch.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/view.h"
#include "services/mikro/space/extent.h"
#include "services/mikro/space/pixel_chain.h"
#include "services/mikro/space/placement.h"
#include "services/mikro/spaces/anchors_in_view.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/edge_json.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Row;
using space::ExtentState;
namespace code = base::code;

Json coordinate_graph(Call& call, const schema::CoordinateGraphArguments& in) {
  const std::int64_t root = in.coordinate_system.row("coordinate system");
  Json answer = Json::object({{"root", root}});
  call.read([&](sql::Reader& reader) {
    const space::Graph graph = load_connections(reader, call.organization, {{root}});
    const space::Component component = graph.coordinate_graph(root, in.max_depth);
    answer.set("systems", Json(Json::Array(component.systems.begin(), component.systems.end())));
    answer.set("transformations",
               Json(Json::Array(component.transformations.begin(), component.transformations.end())));
  });
  return answer;
}

/// By dataset: its grid first, then its lenses that have a space of their own.
using Windows = std::map<std::int64_t, std::vector<AnchoredSpace>>;

Windows windows_in(sql::Reader& reader, const space::Graph& graph) {
  sql::Ids spaces;
  for (const space::Space& space : graph.spaces()) spaces.values.push_back(space.id);
  const sql::Rows rows = reader.query(
      "select id, intrinsic_system_id, shape, 0, '[]' from array_dataset where intrinsic_system_id in_ids($1)"
      " union all select dataset_id, coordinate_system_id, shape, id, slices from lens"
      " where coordinate_system_id in_ids($1) and kind = 'ARRAY' and selection <> '' order by 1, 4",
      {spaces});
  Windows windows;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    AnchoredSpace& window = windows[rows.integer(row, 0)].emplace_back();
    window.id = rows.integer(row, 1);
    window.slices = Json::parse(rows.text(row, 4));
    for (const Json& extent : Json::parse(rows.text(row, 2)).items()) {
      window.shape.push_back(extent.as_int64().value());
    }
  }
  return windows;
}

/// What is no array, in a space of its own.
struct Collection {
  entity::Ref ref;
  std::int64_t space = 0;
  std::int64_t frame = 0;         ///< where its shapes are boxed
  std::optional<space::Box> box;  ///< around all of them there; none if nobody knows
};

// Drawings are boxed in the nearest grid or in their own space; what tables cover stands in files that nobody
// here opens.
std::vector<Collection> collections_in(Call& call, const space::Graph& graph) {
  sql::Ids spaces;
  for (const space::Space& space : graph.spaces()) spaces.values.push_back(space.id);
  std::vector<Collection> collections;
  sql::Ids drawings;
  for (const auto& [space, placed] : containers_at(*call.reader, spaces)) {
    if (placed.ref.type == "ArrayDataset") continue;
    if (placed.ref.type == "AnnotationCollection") drawings.values.push_back(placed.ref.id);
    collections.push_back({placed.ref, space, space, {}});
  }
  entity::SqlText sql(call.database->dialect());
  std::string text = fmt::format(
      "select t.collection_id, t.box_rank, min(t.box_min0), max(t.box_max0), min(t.box_min1), "
      "max(t.box_max1),"
      " min(t.box_min2), max(t.box_max2) from annotation t where t.box_rank > 0 and {}",
      sql.is_among("t.collection_id", std::move(drawings)));
  text += fmt::format(" and {} group by t.collection_id, t.box_rank", visible_shape(sql, "t", call));
  const sql::Rows boxes = call.reader->query(text, std::move(sql.parameters));
  std::map<std::int64_t, std::size_t> rows;
  for (std::size_t row = 0; row < boxes.size(); ++row) rows.emplace(boxes.integer(row, 0), row);
  for (Collection& collection : collections) {
    const auto found = rows.find(collection.ref.id);
    if (collection.ref.type != "AnnotationCollection" || found == rows.end()) continue;
    collection.frame = space::ShapeFrame(graph, collection.space).frame();
    space::Box box;
    for (const space::Axis& axis : graph.space(collection.frame)->axes) {
      if (axis.type == space::AxisType::kSpace) box.push_back({axis.name, 0, 0});
    }
    // Drawn before an edge was taken away or declared: then the boxes are of another frame.
    if (static_cast<std::int64_t>(box.size()) != boxes.integer(found->second, 1)) continue;
    for (std::size_t i = 0; i < box.size(); ++i) {
      box[i].min = boxes.real(found->second, 2 + 2 * i);
      box[i].max = boxes.real(found->second, 3 + 2 * i);
    }
    collection.box = std::move(box);
  }
  std::sort(collections.begin(), collections.end(), [](const Collection& a, const Collection& b) {
    return std::pair(a.ref.type, a.ref.id) < std::pair(b.ref.type, b.ref.id);
  });
  return collections;
}

space::Box region_of(const schema::BoundingBoxInput& in, std::span<const space::Axis> axes) {
  if (in.min.size() != in.max.size() || in.min.empty() || in.min.size() > axes.size()) {
    throw Error(code::kValidation,
                "`region` has {} lower and {} upper bounds; give one of each for the first axes of {}.",
                in.min.size(), in.max.size(), space::names_of(axes));
  }
  space::Box region;
  for (std::size_t i = 0; i < in.min.size(); ++i) {
    if (!std::isfinite(in.min[i]) || !std::isfinite(in.max[i]) || in.min[i] > in.max[i]) {
      throw Error(code::kValidation,
                  "`region` goes from {} to {} along '{}'; give finite bounds, the lower one first.",
                  in.min[i], in.max[i], axes[i].name);
    }
    region.push_back({axes[i].name, in.min[i], in.max[i]});
  }
  return region;
}

std::string_view text_of(ExtentState state) {
  switch (state) {
    case ExtentState::kKnown:
      return "KNOWN";
    case ExtentState::kConditional:
      return "CONDITIONAL";
    case ExtentState::kNonAffine:
      return "NON_AFFINE";
    case ExtentState::kInverted:
      return "INVERTED";
    case ExtentState::kUnreadable:
      return "UNREADABLE";
  }
  return "";
}

Json extent_json(const space::Box& box) {
  Json list = Json::array();
  for (const space::AxisExtent& extent : box) {
    list.push_back(Json::object({{"axis", extent.axis}, {"min", extent.min}, {"max", extent.max}}));
  }
  return list;
}

/// The sources of one world that a region shows.
class View {
 public:
  View(const space::Graph& graph, space::SpaceId world, std::vector<space::Coordinate> at,
       const schema::BoundingBoxInput& region)
      : graph_(graph),
        world_(graph, world, placing(std::move(at))),
        region_(region_of(region, graph.space(world)->axes)) {}

  // A registration attaches to the grid or to a lens' crop of it. From where it attaches the walk runs
  // forward, and only forward can boxes be pushed: the crops speak where the grid cannot.
  void add(std::int64_t dataset, const std::vector<AnchoredSpace>& windows) {
    const auto whole = windows.begin();
    const auto grid = extent_of(*whole);
    if (!grid) return;
    bool has_crop = false;
    if (grid->state == ExtentState::kInverted) {
      for (auto window = std::next(whole); window != windows.end(); ++window) {
        const auto crop = extent_of(*window);
        if (!crop || crop->state == ExtentState::kInverted) continue;
        has_crop = true;
        show({"ArrayDataset", dataset}, *window, *crop);
      }
    }
    if (!has_crop) show({"ArrayDataset", dataset}, *whole, *grid);
  }

  void add(const Collection& collection) {
    std::optional<space::Extent> extent;
    if (collection.box) extent = space::extent_in(world_, graph_, collection.frame, *collection.box);
    if (!extent) extent = space::unreadable_in(world_, collection.space);
    if (extent) show(collection.ref, {collection.space, {}}, *extent);
  }

  /// Everything that is shown and has anchors.
  void list_anchored(sql::Ids& datasets, sql::Ids& tables) const {
    for (const Shown& one : shown_) {
      if (one.source.type == "ArrayDataset") datasets.values.push_back(one.source.id);
      if (one.source.type == "TableDataset") tables.values.push_back(one.source.id);
    }
  }

  Json with_anchors(const AllPins& pins) const {
    Json list = Json::array();
    for (const Shown& one : shown_) {
      list.push_back(Json::object(
          {{"source", Json::object({{"type", one.source.type}, {"id", one.source.id}})},
           {"system", one.where.id},
           {"extent", extent_json(one.extent.box)},
           {"extent_state", text_of(one.extent.state)},
           {"invariance", space::to_text(space::invariance_of(one.extent.path))},
           {"validity", space::to_text(space::validity_of(one.extent.path))},
           {"path", path_json(one.extent.path)},
           {"anchors", anchors_of(one, one.source.type == "ArrayDataset" ? pins.datasets : pins.tables)}}));
    }
    return list;
  }

 private:
  std::optional<space::Extent> extent_of(const AnchoredSpace& window) const {
    const space::Space& space = *graph_.space(window.id);
    return space::extent_in(world_, graph_, window.id, space::grid_box(space.axes, window.shape));
  }

  struct Shown {
    entity::Ref source;
    AnchoredSpace where;
    space::Extent extent;
  };

  // What cannot be bounded is in view until somebody knows better.
  void show(const entity::Ref& source, const AnchoredSpace& where, const space::Extent& extent) {
    if (extent.state == ExtentState::kKnown && !space::overlaps(extent.box, region_)) return;
    shown_.push_back({source, where, extent});
  }

  // Only arrays and tables carry anchors.
  Json anchors_of(const Shown& one, const std::unordered_map<std::int64_t, std::vector<Pins>>& pins) const {
    const auto own = pins.find(one.source.id);
    if (own == pins.end() || one.source.type == "AnnotationCollection") return Json::array();
    const auto seen = anchors_in_view(graph_, world_, region_, one.where, own->second);
    return Json(Json::Array(seen.begin(), seen.end()));
  }

  const space::Graph& graph_;
  const space::World world_;
  const space::Box region_;
  std::vector<Shown> shown_;
};

std::vector<Json> in_view(Call& call, std::span<const Row> rows,
                          const schema::CoordinateSystemInViewArguments& in) {
  sql::Ids worlds;
  for (const Row& row : rows) worlds.values.push_back(row.id());
  const space::Graph graph = load_around(*call.reader, call.organization, worlds);
  const Windows windows = windows_in(*call.reader, graph);
  const std::vector<Collection> collections = collections_in(call, graph);
  std::vector<space::Coordinate> at;
  if (in.at) {
    for (const schema::CoordinateInput& one : *in.at) at.push_back({one.name, one.value});
  }
  std::vector<View> views;
  views.reserve(rows.size());
  sql::Ids datasets, tables;
  for (const Row& row : rows) {
    View& view = views.emplace_back(graph, row.id(), at, in.region);
    for (const auto& [dataset, list] : windows) view.add(dataset, list);
    for (const Collection& collection : collections) view.add(collection);
    view.list_anchored(datasets, tables);
  }
  const AllPins pins = load_pins(*call.reader, std::move(datasets), std::move(tables));
  std::vector<Json> lists;
  for (const View& view : views) lists.push_back(view.with_anchors(pins));
  return lists;
}

}  // namespace

void add_views(entity::Registry& registry) {
  registry.on(schema::query::kCoordinateGraph, coordinate_graph);
  registry.on(schema::CoordinateSystem::kInView, in_view);
}

}  // namespace mikro
