#include "services/mikro/datasets/array_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "service/store_tables.h"
#include "services/mikro/anchors/anchor_rows.h"
#include "services/mikro/datasets/array_spec.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/folders/folder_feed.h"
#include "services/mikro/history.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/transformation.h"
#include "services/mikro/space/derived_edge.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/edge_json.h"
#include "services/mikro/stores/store.h"
#include "services/mikro/stores/zarr_contents.h"
#include "sql/nullable.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using service::SealedStore;
using service::Stores;
namespace code = base::code;

constexpr std::string_view kTopic = "array-datasets";
constexpr std::string_view kType = "ArrayDataset";
constexpr std::size_t kMostLevels = 64;

template <class T>
std::string list_text(const std::vector<T>& values) {
  return json_list(values).dump();
}

/// One resolution of the dataset, its store held still.
struct Level {
  std::int64_t number = 0;
  std::optional<schema::ScaleMethod> method;
  std::unique_ptr<SealedStore> sealed;
  std::optional<ReadZarr> zarr;
  space::Transform to_intrinsic;  ///< of the levels above 0

  const std::vector<std::int64_t>& shape() const { return zarr->array.shape; }
};

std::vector<DescribedAxis> axes_of(const std::vector<schema::AxisInput>& given) {
  std::vector<DescribedAxis> axes;
  for (const schema::AxisInput& axis : given) {
    const auto type = space::axis_type_from(entity::text_of(axis.type));
    axes.push_back({{axis.name, *type, std::nullopt}, axis.long_name, axis.description});
  }
  // Their names and types are checked as they stand; a grid has no units.
  space::checked_axes(plain(axes), space::AxesOf::kGrid);
  return axes;
}

NewSpace space_of(SpaceUse use, const std::string& name, const std::vector<DescribedAxis>& axes) {
  NewSpace space;
  space.use = use;
  space.name = name;
  space.axes = axes;
  return space;
}

std::vector<Level> open_levels(Call& call, Stores& stores, const schema::CreateArrayDatasetInput& in) {
  std::vector<Level> levels(1);
  std::vector<std::string> ids{in.data};
  for (const schema::ScaleInput& scale : in.scales) {
    levels.push_back(
        {.number = scale.level, .method = scale.scale_method, .sealed = {}, .zarr = {}, .to_intrinsic = {}});
    ids.push_back(scale.array);
  }
  if (levels.size() > kMostLevels)
    throw Error(code::kValidation, "A pyramid has {} levels at most.", kMostLevels);
  std::vector<std::int64_t> numbers;
  for (const Level& level : levels) numbers.push_back(level.number);
  std::sort(numbers.begin(), numbers.end());
  if (std::adjacent_find(numbers.begin(), numbers.end()) != numbers.end() || numbers.front() < 0) {
    throw Error(
        code::kValidation,
        std::string(
            "`scales` has one entry for each level above 0, each with another level; `data` is level 0."));
  }
  std::vector<service::StoreRow> rows;
  for (const std::string& id : ids) {
    rows.push_back(stores.find(call, kZarr, Id{id}));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      if (rows[i].id == rows.back().id) {
        throw Error(code::kValidation, "The store {} is given for two levels.", rows.back().id);
      }
    }
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i].sealed = std::make_unique<SealedStore>(stores, kZarr, std::move(rows[i]));
    levels[i].zarr.emplace(read_zarr(stores, *levels[i].sealed));
  }
  return levels;
}

void check_level(const Level& level, const Level& finest, const std::vector<space::Axis>& axes) {
  const formats::ZarrArray& array = level.zarr->array;
  const std::vector<std::optional<std::string>> names =
      array.dimension_names.value_or(std::vector<std::optional<std::string>>());
  space::check_axes_match_store(axes, array.shape.size(), names);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (array.shape[i] <= finest.shape()[i]) continue;
    throw Error(code::kValidation,
                "Level {} has {} positions along '{}', level 0 has {}: give the finest level as `data`.",
                level.number, array.shape[i], axes[i].name, finest.shape()[i]);
  }
}

bool is_label_safe(schema::ScaleMethod method) {
  return method == schema::ScaleMethod::kNearest || method == schema::ScaleMethod::kMode;
}

// Ids that were averaged belong to no object.
void check_label_pyramid(const std::vector<Level>& levels, const std::vector<space::Axis>& axes,
                         const Derivations& derived) {
  const bool has_index = std::any_of(
      axes.begin(), axes.end(), [](const space::Axis& axis) { return axis.type == space::AxisType::kIndex; });
  if (!derived.is_categorized() && !has_index) return;
  for (const Level& level : levels) {
    if (level.number == 0 || (level.method && is_label_safe(*level.method))) continue;
    throw Error(
        code::kValidation,
        "The values are labels ({}), so every level needs the `scaleMethod` NEAREST or MODE; level {} "
        "has {}.",
        has_index ? "there is an INDEX axis" : "the first derivation says CATEGORIZED", level.number,
        level.method ? entity::text_of(*level.method) : "none");
  }
}

// Null where a level does not say how it was made, which is not the same as compliant.
sql::Value is_label_compliant(const std::vector<Level>& levels) {
  bool is_known = true;
  for (const Level& level : levels) {
    if (level.number == 0) continue;
    if (level.method && !is_label_safe(*level.method)) return std::int64_t{0};
    is_known = is_known && level.method.has_value();
  }
  return is_known ? sql::Value(std::int64_t{1}) : sql::Value(std::monostate());
}

std::int64_t create(Call& call, Stores& stores, Feed& feed, const schema::CreateArrayDatasetInput& in) {
  expect_name(in.name, "A dataset");
  const std::vector<DescribedAxis> described = axes_of(in.axes);
  const std::vector<space::Axis> axes = plain(described);
  std::vector<Level> levels = open_levels(call, stores, in);
  for (Level& level : levels) {
    check_level(level, levels.front(), axes);
    if (level.number > 0) level.to_intrinsic = space::level_edge(axes, levels.front().shape(), level.shape());
  }
  std::vector<NewAnchor> anchors;
  if (in.anchors) {
    for (const auto& anchor : *in.anchors)
      anchors.push_back(checked_anchor({axes, levels.front().shape()}, anchor));
  }
  const Maker maker = maker_of(call);
  const std::vector<std::string> names = names_of(axes);
  std::int64_t dataset = 0;
  call.database->write([&](sql::Writer& writer) {
    const Derivations derived(writer, maker.organization, in.derived_from,
                              {0, SpaceUse::kGrid, in.name, {}, {}, axes});
    check_label_pyramid(levels, axes, derived);
    std::vector<NewLink> sources = checked_sources(writer, maker.organization, in.source_files);
    const std::int64_t folder =
        !in.folder && derived.folder() ? *derived.folder() : folder_for(writer, maker, in.folder);
    const std::int64_t intrinsic = insert_space(writer, maker, space_of(SpaceUse::kGrid, in.name, described));
    const std::vector<std::int64_t>& shape = levels.front().shape();
    LensedArray array{0, intrinsic, in.name, described, shape, levels.front().zarr->array.dtype.value_or(""),
                      {}};
    if (derived.is_categorized()) array.value_kind = std::string(kCategorical);
    std::vector<sql::Value> values{maker.organization,
                                   folder,
                                   in.name,
                                   intrinsic,
                                   std::int64_t{levels.size() > 1 ? 1 : 0},
                                   list_text(names),
                                   list_text(array_spec(axes, shape)),
                                   list_text(shape),
                                   is_label_compliant(levels),
                                   maker.user,
                                   maker.task_value(),
                                   maker.now};
    const std::string descriptors =
        append_to(values, array_descriptors(axes, shape, array.dtype, array.value_kind));
    dataset = writer.insert(
        fmt::format(
            "insert into array_dataset (organization_id, folder_id, name, intrinsic_system_id, multiscale,"
            " axis_names, spec, shape, pyramid_is_label_compliant, creator_id, created_through_id,"
            " created_at, {}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, {})"
            " returning id",
            kArrayDescriptorColumns, descriptors),
        std::move(values));
    array.dataset = dataset;
    insert_whole_lens(writer, feed, maker, array);
    for (const Level& level : levels) {
      write_zarr(writer, *level.zarr);
      std::int64_t system = intrinsic;
      if (level.number > 0) {
        const std::string name = fmt::format("{}/{}", in.name, level.number);
        system = insert_space(writer, maker, space_of(SpaceUse::kLevel, name, described));
        NewEdge edge;
        edge.input = system;
        edge.output = intrinsic;
        edge.transform = level.to_intrinsic;
        edge.input_axes = axes;
        edge.output_axes = axes;
        edge.role = EdgeRole::kLevel;
        insert_edge(writer, maker, edge);
      }
      writer.execute(
          "insert into data_array (dataset_id, store_id, coordinate_system_id, level, shape, chunk_shape, "
          "scale_method)"
          " values ($1, $2, $3, $4, $5, $6, $7)",
          {dataset, level.sealed->row().id, system, level.number, list_text(level.shape()),
           list_text(level.zarr->array.chunks),
           level.method ? sql::Value(std::string(entity::text_of(*level.method)))
                        : sql::Value(std::monostate())});
    }
    derived.write(writer, maker, intrinsic);
    write_anchors(writer, maker, {&kArrayAnchors, dataset}, anchors);
    link_to_container(writer, maker, schema::FileLinkContainerKind::kDataset, dataset, std::move(sources));
    record(writer, maker, kType, dataset, Change::kCreate);
    tell_in_folder(writer, feed, maker.organization, kTopic, folder, "create", dataset);
  });
  return dataset;
}

std::int64_t update(Call& call, Feed& feed, const schema::UpdateArrayDatasetInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t dataset = in.id.row("dataset");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows old = writer.query(
        "select name, description, folder_id from array_dataset where id = $1 and "
        "organization_id = $2",
        {dataset, call.organization});
    if (old.empty()) throw Error(code::kNotFound, "No dataset with the id {}.", in.id.text);
    const Json old_description = old.is_null(0, 1) ? Json() : Json(old.text(0, 1));
    Changes changes;
    if (in.name) changes.add("name", old.text(0, 0), *in.name);
    if (in.description) changes.add("description", old_description, *in.description);
    if (changes.empty()) return;
    if (in.name) expect_name(*in.name, "A dataset");
    writer.execute(
        "update array_dataset set name = coalesce($2, name), description = coalesce($3, description) where "
        "id = $1",
        {dataset, in.name ? sql::Value(*in.name) : sql::Value(std::monostate()),
         in.description ? sql::Value(*in.description) : sql::Value(std::monostate())});
    record(writer, maker, kType, dataset, Change::kUpdate, changes);
    tell_in_folder(writer, feed, maker.organization, kTopic, sql::optional_integer(old, 0, 2), "update",
                   dataset);
  });
  return dataset;
}

// Its bytes stay until the stores' days of grace are over; its spaces go with it, and so do the edges into
// them and those that read its values.
Json remove(Call& call, Stores& stores, Feed& feed, const schema::DeleteArrayDatasetInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t dataset = in.id.row("dataset");
  call.database->write([&](sql::Writer& writer) {
    expect_may_delete(writer, call, "array_dataset", dataset, "dataset");
    const auto folder = sql::optional_integer(
        writer.query("select folder_id from array_dataset where id = $1", {dataset}), 0, 0);
    sql::Ids spaces;
    const sql::Rows rows = writer.query(spaces_of_dataset("$1"), {dataset});
    for (std::size_t row = 0; row < rows.size(); ++row) spaces.values.push_back(rows.integer(row, 0));
    const sql::Rows levels = writer.query("select store_id from data_array where dataset_id = $1", {dataset});
    sql::Ids bytes;
    for (std::size_t row = 0; row < levels.size(); ++row) bytes.values.push_back(levels.integer(row, 0));
    unlink_container(writer, maker, schema::FileLinkContainerKind::kDataset, dataset);
    record(writer, maker, kType, dataset, Change::kDelete);
    delete_lenses_of(writer, feed, maker, *container_called("dataset"), dataset);
    writer.execute("delete from data_array where dataset_id = $1", {dataset});
    writer.execute("delete from array_dataset where id = $1", {dataset});
    stores.tables().orphan(writer, kZarr, bytes, maker.now);
    delete_spaces(writer, maker, spaces);
    tell_in_folder(writer, feed, maker.organization, kTopic, folder, "delete", dataset);
  });
  return in.id.text;
}

}  // namespace

void add_array_datasets(entity::Registry& registry, Stores& stores, Feed& feed) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateArrayDataset,
              [&stores, &feed](Call& call, const schema::CreateArrayDatasetInput& in) {
                return create(call, stores, feed, in);
              });
  registry.on(mutation::kUpdateArrayDataset, [&feed](Call& call, const schema::UpdateArrayDatasetInput& in) {
    return update(call, feed, in);
  });
  registry.on(mutation::kDeleteArrayDataset,
              [&stores, &feed](Call& call, const schema::DeleteArrayDatasetInput& in) {
                return remove(call, stores, feed, in);
              });
  registry.on(schema::subscription::kArrayDatasets,
              [&feed](Call& call, const schema::SubscriptionArrayDatasetsArguments& in, entity::Emit emit) {
                return follow_in_folder(call, feed, kTopic, in.folder, std::move(emit));
              });
  add_array_dataset_fields(registry);
}

}  // namespace mikro
