#include "services/mikro/annotations/annotation_lens.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "services/mikro/annotations/batch.h"
#include "services/mikro/lenses/window.h"
#include "services/mikro/lenses/window_lens.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/lens.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using entity::Row;

std::int64_t create(Call& call, Feed& feed, const schema::CreateAnnotationLensInput& in) {
  const Maker maker = maker_of(call);
  std::int64_t lens = 0;
  call.database->write([&](sql::Writer& writer) {
    lens = find_or_create_lens(
        writer, feed, maker,
        stated_window_lens(writer, maker.organization, *container_called("annotationCollection"),
                           in.annotation_collection, in.lens, in.windows));
  });
  return lens;
}

// --- the shapes that a lens keeps ---------------------------------------------

/// The windows of a lens by what they are held against.
struct Kept {
  std::vector<std::pair<std::size_t, Window>> spatial;  ///< by component of a vertex
  std::vector<Window> pinned;
};

Kept kept_by(const std::vector<Window>& windows, const std::vector<space::Axis>& axes) {
  Kept kept;
  for (const Window& window : windows) {
    std::size_t component = 0;
    for (const space::Axis& axis : axes) {
      const bool is_spatial = axis.type == space::AxisType::kSpace;
      if (axis.name == window.axis) {
        if (is_spatial) kept.spatial.emplace_back(component, window);
        if (!is_spatial) kept.pinned.push_back(window);
      }
      component += is_spatial ? 1 : 0;
    }
  }
  return kept;
}

bool keeps(const Kept& kept, std::string_view vectors, std::string_view coordinates) {
  if (!kept.pinned.empty()) {
    const Json pins = Json::parse(coordinates);
    for (const Window& window : kept.pinned) {
      for (const Json& pin : pins.items()) {
        const double value = pin["value"].as_double().value_or(0);
        if (pin["name"].as_string() == window.axis && !meets(window, value, value)) return false;
      }
    }
  }
  if (kept.spatial.empty()) return true;
  const Json vertices = Json::parse(vectors);
  for (const auto& [component, window] : kept.spatial) {
    std::optional<double> min, max;
    for (const Json& vertex : vertices.items()) {
      const double value = vertex.items().at(component).as_double().value_or(0);
      min = std::min(min.value_or(value), value);
      max = std::max(max.value_or(value), value);
    }
    if (!min || !meets(window, *min, *max)) return false;
  }
  return true;
}

std::unordered_map<std::int64_t, std::vector<space::Axis>> axes_by_collection(Call& call,
                                                                              const sql::Ids& collections) {
  const sql::Rows rows = call.reader->query(
      "select c.id, a.name, a.type from annotation_collection c join axis a"
      " on a.coordinate_system_id = c.coordinate_system_id where c.id in_ids($1) order by c.id, a.\"order\"",
      {collections});
  std::unordered_map<std::int64_t, std::vector<space::Axis>> axes;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    axes[rows.integer(row, 0)].push_back(
        {std::string(rows.text(row, 1)), *space::axis_type_from(rows.text(row, 2)), {}});
  }
  return axes;
}

// Reads each collection once, however many lenses look at it.
entity::RowLists annotations(Call& call, std::span<const Row> rows) {
  using schema::AnnotationLens;
  sql::Ids collections;
  for (const Row& row : rows)
    collections.values.push_back(row.integer(AnnotationLens::kAnnotationCollection));
  collections = distinct(std::move(collections));
  const auto axes = axes_by_collection(call, collections);
  std::multimap<std::int64_t, std::pair<std::size_t, Kept>> lenses;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t collection = rows[i].integer(AnnotationLens::kAnnotationCollection);
    const std::vector<Window> windows = windows_from(Json::parse(rows[i].text(AnnotationLens::kWindows)));
    lenses.emplace(collection, std::pair(i, kept_by(windows, axes.at(collection))));
  }
  entity::SqlText sql(call.database->dialect());
  std::string text =
      fmt::format("select t.collection_id, t.id, t.vectors, t.coordinates from annotation t where {}",
                  sql.is_among("t.collection_id", collections));
  text += fmt::format(" and {} order by t.id", visible_shape(sql, "t", call));
  const sql::Rows shapes = call.reader->query(text, std::move(sql.parameters));
  call.budget.check(shapes.bytes());
  entity::RowLists lists(rows.size());
  for (std::size_t row = 0; row < shapes.size(); ++row) {
    const auto [first, last] = lenses.equal_range(shapes.integer(row, 0));
    for (auto lens = first; lens != last; ++lens) {
      const auto& [place, kept] = lens->second;
      if (keeps(kept, shapes.text(row, 2), shapes.text(row, 3)))
        lists[place].push_back(shapes.integer(row, 1));
    }
  }
  return lists;
}

}  // namespace

void add_annotation_lenses(entity::Registry& registry, Feed& feed) {
  registry.on(
      schema::mutation::kCreateAnnotationLens,
      [&feed](Call& call, const schema::CreateAnnotationLensInput& in) { return create(call, feed, in); });
  registry.on(schema::AnnotationLens::kAnnotations, annotations);
}

}  // namespace mikro
