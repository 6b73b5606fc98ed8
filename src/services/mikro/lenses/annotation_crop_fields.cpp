// What lenses and shapes know of each other.
#include <fmt/format.h>

#include <map>

#include "base/error.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/lenses/annotation_crop.h"
#include "services/mikro/lenses/lens.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/layer.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/schema/phasor.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using base::Json;
using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;
using schema::Annotation;
using schema::ArrayLens;

Json descriptors_of(const LensedArray& array, const std::optional<Selection>& selection) {
  if (!selection) return {};
  return descriptors_json(
      array_descriptors(plain(array.axes), shape_of(*selection), array.dtype, array.value_kind));
}

Selection kept_by(const LensedArray& array, std::string_view slices) {
  return selection_from(Json::parse(slices), plain(array.axes), array.shape);
}

// What a crop of each lens to the one shape would have.
std::vector<Json> under_shape(Call& call, std::span<const Row> rows,
                              const schema::ArrayLensDescriptorsUnderArguments& in) {
  const DrawnShape shape = find_drawn_shape(*call.reader, call.organization, in.annotation);
  const space::Graph graph = load_around(*call.reader, call.organization, {{shape.system}});
  const DrawingSpace drawing(graph, shape.system);
  const Crop crop(drawing, shape);
  sql::Ids datasets;
  for (const Row& row : rows) datasets.values.push_back(row.integer(ArrayLens::kDataset));
  const auto arrays = read_lensed_arrays(*call.reader, call.organization, distinct(std::move(datasets)));
  std::vector<Json> values;
  for (const Row& row : rows) {
    const LensedArray& array = arrays.at(row.integer(ArrayLens::kDataset));
    values.push_back(descriptors_of(array, crop.try_of(array, kept_by(array, row.text(ArrayLens::kSlices)))));
  }
  return values;
}

// What a crop of the one lens to each shape would have.
std::vector<Json> under_shapes(Call& call, std::span<const Row> rows,
                               const schema::AnnotationDescriptorsUnderArguments& in) {
  const sql::Rows lens =
      call.reader->query("select dataset_id, slices from lens where id = $1 and organization_id = $2",
                         {in.lens.row("lens"), call.organization});
  if (lens.empty()) throw base::Error(base::code::kNotFound, "No lens with the id {}.", in.lens.text);
  if (lens.is_null(0, 0)) return std::vector<Json>(rows.size());
  const LensedArray array = read_lensed_array(*call.reader, call.organization, lens.integer(0, 0));
  const Selection from = kept_by(array, lens.text(0, 1));
  const auto shapes = read_drawn_shapes(*call.reader, call.organization, distinct(ids_of(rows)));
  const space::Graph graph = load_around(*call.reader, call.organization, {{array.intrinsic_system}});
  std::map<std::int64_t, DrawingSpace> drawings;
  std::vector<Json> values;
  for (const Row& row : rows) {
    const auto shape = shapes.find(row.id());
    // What is not connected to the array is not loaded.
    if (shape == shapes.end() || graph.space(shape->second.system) == nullptr) {
      values.emplace_back();
      continue;
    }
    const std::int64_t system = shape->second.system;
    const DrawingSpace& drawing = drawings.try_emplace(system, graph, system).first->second;
    values.push_back(descriptors_of(array, Crop(drawing, shape->second).try_of(array, from)));
  }
  return values;
}

entity::RowLists derived_lenses(Call& call, std::span<const Row> rows) {
  const sql::Ids shapes = ids_of(rows);
  return lists_by(call.reader->query("select annotation_id, lens_id from annotation_cut"
                                     " where annotation_id in_ids($1) order by id",
                                     {distinct(shapes)}),
                  shapes.values);
}

std::string reachable_from(SqlText& sql, const std::string& alias, const Id& annotation, const Call& call) {
  const DrawnShape shape = find_drawn_shape(*call.reader, call.organization, annotation);
  const space::Graph graph = load_around(*call.reader, call.organization, {{shape.system}});
  return sql.is_among(alias + ".coordinate_system_id", DrawingSpace(graph, shape.system).reachable());
}

// Lenses over arrays by their voxels; those in the shape's own space by their windows. Of others nothing
// bounds what they show.
sql::Ids overlapping(const Call& call, const DrawnShape& shape) {
  const space::Graph graph = load_around(*call.reader, call.organization, {{shape.system}});
  const DrawingSpace drawing(graph, shape.system);
  const Crop crop(drawing, shape);
  const sql::Rows lenses = call.reader->query(
      "select id, dataset_id, slices, windows from lens where coordinate_system_id in_ids($1)"
      " and (dataset_id is not null or coordinate_system_id = $2)",
      {drawing.reachable(), shape.system});
  call.budget.check(lenses.bytes());
  sql::Ids datasets;
  for (std::size_t row = 0; row < lenses.size(); ++row) {
    if (!lenses.is_null(row, 1)) datasets.values.push_back(lenses.integer(row, 1));
  }
  const auto arrays = read_lensed_arrays(*call.reader, call.organization, distinct(std::move(datasets)));
  std::map<std::int64_t, std::optional<Selection>> under;  // of each whole array
  for (const auto& [dataset, array] : arrays) {
    under.emplace(dataset, crop.try_of(array, everything(array.shape)));
  }
  sql::Ids found;
  for (std::size_t row = 0; row < lenses.size(); ++row) {
    bool overlaps = false;
    if (lenses.is_null(row, 1)) {
      overlaps = !shape.bounds.empty() && crop.meets(windows_from(Json::parse(lenses.text(row, 3))));
    } else {
      const std::optional<Selection>& box = under.at(lenses.integer(row, 1));
      overlaps = box && have_common(kept_by(arrays.at(lenses.integer(row, 1)), lenses.text(row, 2)), *box);
    }
    if (overlaps) found.values.push_back(lenses.integer(row, 0));
  }
  return found;
}

}  // namespace

void add_annotation_crops(entity::Registry& registry) {
  using schema::LensFilter;
  registry.on(ArrayLens::kDescriptorsUnder, under_shape);
  registry.on(Annotation::kDescriptorsUnder, under_shapes);
  registry.on(Annotation::kDerivedLenses, derived_lenses);
  registry.on(LensFilter::kReachableFrom, reachable_from);
  registry.on(LensFilter::kOverlapsAnnotation,
              [](SqlText& sql, const std::string& alias, const Id& annotation, const Call& call) {
                const DrawnShape shape = find_drawn_shape(*call.reader, call.organization, annotation);
                return sql.is_among(alias + ".id", overlapping(call, shape));
              });
}

}  // namespace mikro
