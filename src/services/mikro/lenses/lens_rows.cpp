#include "services/mikro/lenses/lens_rows.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "services/mikro/datasets/array_spec.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/space/derived_edge.h"
#include "services/mikro/spaces/edge_json.h"
#include "services/mikro/spaces/edge_rows.h"
#include "sql/nullable.h"

namespace mikro {
namespace {

using base::Json;

// nullopt if the dataset has a lens for this selection; waits for whoever makes it at this moment.
std::optional<std::int64_t> try_insert(sql::Writer& writer, const Maker& maker, const LensedArray& array,
                                       const Selection& selection, std::optional<std::int64_t> space,
                                       const std::optional<std::string>& name) {
  const std::vector<space::Axis> axes = plain(array.axes);
  const std::vector<std::int64_t> shape = shape_of(selection);
  const std::string key = selection_key(selection, array.shape);
  space::check_length(key, "A selection");
  std::vector<sql::Value> values{maker.organization,
                                 array.dataset,
                                 space ? sql::Value(*space) : sql::Value(std::monostate()),
                                 key,
                                 selection_suffix(selection, axes, array.shape),
                                 slices_json(selection, axes, array.shape).dump(),
                                 json_list(array_spec(axes, shape)).dump(),
                                 json_list(names_of(axes)).dump(),
                                 json_list(shape).dump(),
                                 name ? sql::Value(*name) : sql::Value(std::monostate()),
                                 maker.user,
                                 maker.task_value(),
                                 maker.now};
  const std::string descriptors =
      append_to(values, array_descriptors(axes, shape, array.dtype, array.value_kind));
  const sql::Rows made = writer.query(
      fmt::format(
          "insert into lens (kind, organization_id, dataset_id, coordinate_system_id, selection, suffix,"
          " slices, spec, axis_names, shape, name, creator_id, created_through_id, created_at, {})"
          " values ('ARRAY', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, {})"
          " on conflict (dataset_id, selection) do nothing returning id",
          kArrayDescriptorColumns, descriptors),
      std::move(values));
  if (made.empty()) return std::nullopt;
  return made.integer(0, 0);
}

// The space that the slices cut out, and the shift from there.
void give_space(sql::Writer& writer, const Maker& maker, const LensedArray& array, const Selection& selection,
                std::int64_t lens) {
  const std::vector<space::Axis> axes = plain(array.axes);
  const std::int64_t space =
      insert_space(writer, maker,
                   {.use = SpaceUse::kLens,
                    .name = array.name + selection_suffix(selection, axes, array.shape),
                    .axes = array.axes,
                    .epoch = {},
                    .reference = {},
                    .reference_app = {},
                    .reference_key = {}});
  std::vector<space::Cut> cuts;
  for (const Range& range : selection) cuts.push_back({range.start, range.step});
  NewEdge edge;
  edge.input = space;
  edge.output = array.intrinsic_system;
  edge.transform = space::lens_edge(cuts);
  edge.input_axes = axes;
  edge.output_axes = axes;
  edge.role = EdgeRole::kLens;
  insert_edge(writer, maker, edge);
  writer.execute("update lens set coordinate_system_id = $2 where id = $1", {lens, space});
}

}  // namespace

std::map<std::int64_t, LensedArray> read_lensed_arrays(sql::Reader& reader, std::int64_t organization,
                                                       const sql::Ids& datasets) {
  const sql::Rows rows = reader.query(
      "select id, intrinsic_system_id, name, shape, dtype, value_kind from array_dataset"
      " where id in_ids($1) and organization_id = $2 and intrinsic_system_id is not null",
      {datasets, organization});
  std::map<std::int64_t, LensedArray> arrays;
  sql::Ids systems;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    LensedArray& array = arrays[rows.integer(row, 0)];
    array.dataset = rows.integer(row, 0);
    array.intrinsic_system = rows.integer(row, 1);
    array.name = rows.text(row, 2);
    for (const Json& extent : Json::parse(rows.text(row, 3)).items()) {
      array.shape.push_back(extent.as_int64().value());
    }
    array.dtype = rows.text(row, 4);
    array.value_kind = sql::optional_text(rows, row, 5);
    systems.values.push_back(array.intrinsic_system);
  }
  if (arrays.empty()) return arrays;
  const sql::Rows axes = reader.query(
      "select d.id, a.name, a.type, a.unit, a.long_name, a.description from axis a join array_dataset d"
      " on d.intrinsic_system_id = a.coordinate_system_id where a.coordinate_system_id in_ids($1)"
      " order by d.id, a.\"order\"",
      {systems});
  for (std::size_t row = 0; row < axes.size(); ++row) {
    const auto array = arrays.find(axes.integer(row, 0));
    if (array == arrays.end()) continue;
    array->second.axes.push_back(
        {{std::string(axes.text(row, 1)), axis_type_of(axes.text(row, 2)), sql::optional_text(axes, row, 3)},
         sql::optional_text(axes, row, 4),
         sql::optional_text(axes, row, 5)});
  }
  return arrays;
}

LensedArray read_lensed_array(sql::Reader& reader, std::int64_t organization, std::int64_t dataset) {
  auto arrays = read_lensed_arrays(reader, organization, {{dataset}});
  if (arrays.empty()) throw base::Error(base::code::kNotFound, "No dataset with the id {}.", dataset);
  return std::move(arrays.begin()->second);
}

std::int64_t insert_whole_lens(sql::Writer& writer, Feed& feed, const Maker& maker,
                               const LensedArray& array) {
  const auto lens =
      try_insert(writer, maker, array, everything(array.shape), array.intrinsic_system, std::nullopt);
  if (!lens) throw base::Error(base::code::kInternal, "The dataset {} has a lens already.", array.dataset);
  tell_of_lens(writer, feed, maker.organization, "ARRAY", array.dataset, "create", *lens);
  return *lens;
}

std::int64_t find_or_create_lens(sql::Writer& writer, Feed& feed, const Maker& maker,
                                 const LensedArray& array, const Selection& selection,
                                 const std::optional<std::string>& name) {
  if (const auto made = try_insert(writer, maker, array, selection, std::nullopt, name)) {
    give_space(writer, maker, array, selection, *made);
    tell_of_lens(writer, feed, maker.organization, "ARRAY", array.dataset, "create", *made);
    return *made;
  }
  const sql::Rows row = writer.query("select id from lens where dataset_id = $1 and selection = $2",
                                     {array.dataset, selection_key(selection, array.shape)});
  if (row.empty()) {
    throw base::Error(base::code::kUnavailable,
                      std::string("The lens was deleted at this moment. Please try again."));
  }
  const std::int64_t lens = row.integer(0, 0);
  const bool is_named =
      name && writer.execute("update lens set name = $2 where id = $1 and name is null", {lens, *name}) > 0;
  if (is_named) tell_of_lens(writer, feed, maker.organization, "ARRAY", array.dataset, "update", lens);
  return lens;
}

void delete_lenses_of(sql::Writer& writer, Feed& feed, const Maker& maker, const Container& container,
                      std::int64_t thing) {
  const sql::Rows lenses =
      writer.query(fmt::format("select id from lens where {} = $1 order by id", container.lens), {thing});
  writer.execute(fmt::format("delete from lens where {} = $1", container.lens), {thing});
  for (std::size_t row = 0; row < lenses.size(); ++row) {
    tell_of_lens(writer, feed, maker.organization, container.lens_kind, thing, "delete",
                 lenses.integer(row, 0));
  }
}

std::string lens_topic(std::int64_t organization, std::string_view kind, std::int64_t container) {
  return topic_of(fmt::format("lenses-{}", kind), organization, container);
}

void tell_of_lens(sql::Writer& writer, Feed& feed, std::int64_t organization, std::string_view kind,
                  std::int64_t container, std::string_view what, std::int64_t lens) {
  const Json event = Json::object({{std::string(what), lens}});
  feed.publish(writer, topic_of("lenses", organization), event);
  feed.publish(writer, lens_topic(organization, kind, container), event);
}

}  // namespace mikro
