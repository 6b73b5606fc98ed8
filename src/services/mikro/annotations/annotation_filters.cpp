#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "services/mikro/annotations/annotation.h"
#include "services/mikro/annotations/batch.h"
#include "services/mikro/annotations/drawn_over.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/common.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/view.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::SqlText;
namespace code = base::code;

void expect_finite(const std::vector<double>& numbers, std::string_view field) {
  if (std::all_of(numbers.begin(), numbers.end(), [](double value) { return std::isfinite(value); })) return;
  throw Error(code::kValidation, "`{}` takes finite numbers.", field);
}

/// Rows whose box meets the one from `min` to `max`, both included. A box of another rank is in another
/// frame.
std::string meets_box(SqlText& sql, const std::string& alias, const std::vector<double>& min,
                      const std::vector<double>& max) {
  if (min.empty() || min.size() > kMostBoxAxes) return "1 = 0";
  std::string text = fmt::format("{}.box_rank = {}", alias, min.size());
  for (std::size_t axis = 0; axis < min.size(); ++axis) {
    text += fmt::format(" and {0}.box_min{1} <= {2} and {0}.box_max{1} >= {3}", alias, axis,
                        sql.bind(max[axis]), sql.bind(min[axis]));
  }
  return text;
}

std::string intersects(SqlText& sql, const std::string& alias, const schema::BoundingBoxInput& box,
                       const Call&) {
  expect_finite(box.min, "intersects");
  expect_finite(box.max, "intersects");
  bool is_box = box.min.size() == box.max.size();
  for (std::size_t axis = 0; is_box && axis < box.min.size(); ++axis) is_box = box.min[axis] <= box.max[axis];
  if (!is_box) {
    throw Error(
        code::kValidation,
        std::string("`intersects` takes two corners of the same number of axes, `min` nowhere above `max`."));
  }
  return meets_box(sql, alias, box.min, box.max);
}

std::string pinned_to(SqlText& sql, const std::string& alias,
                      const std::vector<schema::CoordinateInput>& pins, const Call&) {
  std::string text = "1 = 1";
  for (const schema::CoordinateInput& pin : pins) {
    text += fmt::format(
        " and exists (select 1 from annotation_pin p where p.annotation_id = {}.id and p.name = {} and "
        "p.value = {})",
        alias, sql.bind(pin.name), sql.bind(pin.value));
  }
  return text;
}

// --- a spatial filter and the frame that it needs -----------------------------

/// What a filter says of space, whatever it combines it with.
struct Spatial {
  std::vector<std::size_t> ranks;
  sql::Ids collections;  ///< all rows are in one of these
  sql::Ids systems;      ///< or are drawn in one of these
  bool has_frame = false;
};

void look_at(const Json& filter, bool holds_for_all, Spatial& found) {
  if (!filter.is_object()) return;
  if (filter["intersects"].is_object()) found.ranks.push_back(filter["intersects"]["min"].items().size());
  if (filter["containsPoint"].is_array()) found.ranks.push_back(filter["containsPoint"].items().size());
  const auto frame = [&](std::string_view name, sql::Ids& ids) {
    if (!holds_for_all || !filter[name].is_string()) return;
    ids.values.push_back(Id{filter[name].as_string()}.row().value_or(0));
    found.has_frame = true;
  };
  // Beside an OR a row need not be in the collection that is named.
  if (filter["OR"].is_object()) holds_for_all = false;
  frame("collection", found.collections);
  frame("coordinateSystem", found.systems);
  look_at(filter["AND"], holds_for_all, found);
  look_at(filter["OR"], false, found);
  look_at(filter["NOT"], false, found);
}

void check_frame(const Call& call, const Json& filter, std::string_view field,
                 std::span<const std::int64_t> parents) {
  Spatial found;
  look_at(filter, true, found);
  if (found.ranks.empty()) return;
  if (field == "AnnotationCollection.annotations") {
    found.collections.values.assign(parents.begin(), parents.end());
    found.has_frame = true;
  }
  if (!found.has_frame) {
    throw Error(
        code::kValidation,
        std::string("Boxes compare within one frame only: give `collection` or `coordinateSystem` beside"
                    " `intersects` and `containsPoint`."));
  }
  const sql::Rows ranks = call.reader->query(
      "select distinct space_axes from annotation_collection"
      " where organization_id = $1 and (id in_ids($2) or coordinate_system_id in_ids($3))",
      {call.organization, found.collections, found.systems});
  for (std::size_t row = 0; row < ranks.size(); ++row) {
    for (const std::size_t rank : found.ranks) {
      if (static_cast<std::int64_t>(rank) == ranks.integer(row, 0)) continue;
      throw Error(code::kValidation,
                  "`intersects` and `containsPoint` bound every SPACE axis of the frame: give {}"
                  " numbers, not {}.",
                  ranks.integer(row, 0), rank);
    }
  }
}

// --- the nearest --------------------------------------------------------------

std::vector<std::int64_t> nearest(Call& call, const schema::NearestAnnotationsArguments& in) {
  if (in.limit < 1) throw Error(code::kValidation, std::string("`limit` is how many to find: 1 or more."));
  expect_finite(in.point, "point");
  const std::int64_t collection = in.collection.row("annotation collection");
  std::vector<std::int64_t> ids;
  call.read([&](sql::Reader& reader) {
    const sql::Rows frame =
        reader.query("select space_axes from annotation_collection where id = $1 and organization_id = $2",
                     {collection, call.organization});
    if (frame.empty()) {
      throw Error(code::kNotFound, "No annotation collection with the id {}.", in.collection.text);
    }
    if (frame.integer(0, 0) != static_cast<std::int64_t>(in.point.size()) || in.point.size() > kMostBoxAxes) {
      throw Error(code::kValidation,
                  "`point` has one number for each SPACE axis of the frame: give {}, not {}.",
                  frame.integer(0, 0), in.point.size());
    }
    SqlText sql(reader.dialect());
    std::string distance;
    for (std::size_t axis = 0; axis < in.point.size(); ++axis) {
      const std::string at = sql.bind(in.point[axis]);
      const std::string away = fmt::format(
          "(case when t.box_min{0} > {1} then t.box_min{0} - {1} when t.box_max{0} < {1} then {1} - "
          "t.box_max{0}"
          " else 0 end)",
          axis, at);
      distance += fmt::format("{0}{1} * {1}", axis == 0 ? "" : " + ", away);
    }
    std::string text = fmt::format("select t.id from annotation t where t.collection_id = {} and {}",
                                   sql.bind(collection), visible_shape(sql, "t", call));
    text += fmt::format(" and t.box_rank = {} order by {}, t.id limit {}", in.point.size(), distance,
                        sql.bind(std::min<std::int64_t>(in.limit, static_cast<std::int64_t>(call.max_page))));
    const sql::Rows rows = reader.query(text, std::move(sql.parameters));
    for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  });
  return ids;
}

// Axes are those of the drawing space.
std::vector<DescriptorKey> descriptor_keys() {
  constexpr std::string_view kSpaceAxes =
      "(select c.space_axes from annotation_collection c where c.id = {0}.collection_id)";
  constexpr std::string_view kTimeAxes =
      "(select c.time_axes from annotation_collection c where c.id = {0}.collection_id)";
  return {{"@mikro/annotation_kind", DescriptorType::kText, "{0}.kind"},
          {"@mikro/n_space_axes", DescriptorType::kNumber, kSpaceAxes},
          {"@mikro/n_time_axes", DescriptorType::kNumber, kTimeAxes}};
}

}  // namespace

void add_annotation_filters(entity::Registry& registry) {
  using schema::AnnotationFilter;
  add_name_search<AnnotationFilter>(registry);
  registry.on(AnnotationFilter::kCoordinateSystem, [](SqlText& sql, const std::string& alias,
                                                      const Id& system, const Call&) {
    return fmt::format(
        "{}.collection_id in (select id from annotation_collection where coordinate_system_id = {})", alias,
        sql.bind(system.row().value_or(0)));
  });
  registry.on(AnnotationFilter::kDataset,
              [](SqlText& sql, const std::string& alias, const Id& dataset, const Call&) {
                return fmt::format("{}.collection_id in (select c.id from annotation_collection c where {})",
                                   alias, drawn_over(sql, "c", dataset.row().value_or(0)));
              });
  registry.on(AnnotationFilter::kRequires, Descriptors("Annotations", descriptor_keys()));
  registry.on(AnnotationFilter::kPinnedTo, pinned_to);
  registry.on(AnnotationFilter::kIntersects, intersects);
  registry.on(AnnotationFilter::kContainsPoint,
              [](SqlText& sql, const std::string& alias, const std::vector<double>& point, const Call&) {
                expect_finite(point, "containsPoint");
                return meets_box(sql, alias, point, point);
              });
  registry.checks["AnnotationFilter"] = check_frame;
  registry.on(schema::query::kNearestAnnotations, nearest);
}

}  // namespace mikro
