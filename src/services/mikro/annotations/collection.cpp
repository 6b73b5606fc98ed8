#include "services/mikro/annotations/collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "services/mikro/annotations/annotation_lens.h"
#include "services/mikro/annotations/drawn_over.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/history.h"
#include "services/mikro/lenses/container_fields.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/lenses/window_lens.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/transformation.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/space_rows.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;
namespace code = base::code;

constexpr std::string_view kType = "AnnotationCollection";

std::vector<DescribedAxis> axes_of(const std::vector<schema::AxisInput>& given) {
  std::vector<DescribedAxis> axes;
  for (const schema::AxisInput& axis : given) {
    const auto type = space::axis_type_from(entity::text_of(axis.type));
    axes.push_back({{axis.name, *type, std::nullopt}, axis.long_name, axis.description});
  }
  space::checked_axes(plain(axes), space::AxesOf::kDrawing);
  return axes;
}

std::int64_t count(const std::vector<DescribedAxis>& axes, space::AxisType type) {
  return std::count_if(axes.begin(), axes.end(),
                       [&](const DescribedAxis& axis) { return axis.axis.type == type; });
}

std::int64_t create(Call& call, Feed& feed, const schema::CreateAnnotationCollectionInput& in) {
  expect_name(in.name, "An annotation collection");
  const std::vector<DescribedAxis> axes = axes_of(in.axes);
  const Maker maker = maker_of(call);
  std::int64_t collection = 0;
  call.database->write([&](sql::Writer& writer) {
    SpaceRow own;
    own.use = SpaceUse::kCollection;
    own.name = in.name;
    own.axes = plain(axes);
    const Derivations derived(writer, maker.organization, in.derived_from, own);
    std::vector<NewLink> sources = checked_sources(writer, maker.organization, in.source_files);
    const std::int64_t folder =
        !in.folder && derived.folder() ? *derived.folder() : folder_for(writer, maker, in.folder);
    NewSpace space;
    space.use = own.use;
    space.name = in.name;
    space.axes = axes;
    const std::int64_t system = insert_space(writer, maker, space);
    collection = writer.insert(
        "insert into annotation_collection (organization_id, folder_id, name, description, "
        "coordinate_system_id,"
        " space_axes, time_axes, creator_id, created_through_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        {maker.organization, folder, in.name,
         in.description ? sql::Value(*in.description) : sql::Value(std::monostate()), system,
         count(axes, space::AxisType::kSpace), count(axes, space::AxisType::kTime), maker.user,
         maker.task_value(), maker.now});
    find_or_create_lens(writer, feed, maker,
                        {container_called("annotationCollection"), collection, system, {}, {}});
    derived.write(writer, maker, system);
    link_to_container(writer, maker, schema::FileLinkContainerKind::kAnnotationCollection, collection,
                      std::move(sources));
    record(writer, maker, kType, collection, Change::kCreate);
  });
  return collection;
}

// Its shapes and lenses go with it, and so does its space with the edges from and to it.
Json remove(Call& call, Feed& feed, const schema::DeleteAnnotationCollectionInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t collection = in.id.row("annotation collection");
  call.database->write([&](sql::Writer& writer) {
    expect_may_delete(writer, call, "annotation_collection", collection, "annotation collection");
    const sql::Rows row =
        writer.query("select coordinate_system_id from annotation_collection where id = $1", {collection});
    unlink_container(writer, maker, schema::FileLinkContainerKind::kAnnotationCollection, collection);
    record(writer, maker, kType, collection, Change::kDelete);
    delete_lenses_of(writer, feed, maker, *container_called("annotationCollection"), collection);
    writer.execute("delete from annotation_collection where id = $1", {collection});
    delete_spaces(writer, maker, {{row.integer(0, 0)}});
  });
  return in.id.text;
}

void add_filters(entity::Registry& registry) {
  using schema::AnnotationCollectionFilter;
  add_owner_filters<AnnotationCollectionFilter>(registry);
  add_name_search<AnnotationCollectionFilter>(registry);
  registry.on(AnnotationCollectionFilter::kFolders, in_folders);
  registry.on(AnnotationCollectionFilter::kDataset,
              [](SqlText& sql, const std::string& alias, const Id& dataset, const Call&) {
                return drawn_over(sql, alias, dataset.row().value_or(0));
              });
  // Collections declare no descriptors.
  registry.on(AnnotationCollectionFilter::kRequires, Descriptors("Annotation collections", {}));
}

}  // namespace

std::string drawn_over(SqlText& sql, const std::string& alias, std::int64_t dataset) {
  return fmt::format(
      "exists (select 1 from transformation e where e.input_id = {0}.coordinate_system_id and e.role = "
      "'DERIVATION'"
      " and e.output_id in (select d.intrinsic_system_id from array_dataset d where d.id = {1}"
      " union select a.coordinate_system_id from data_array a where a.dataset_id = {1}"
      " union select l.coordinate_system_id from lens l where l.dataset_id = {1}))",
      alias, sql.bind(dataset));
}

void add_annotation_collections(entity::Registry& registry, Feed& feed) {
  namespace mutation = schema::mutation;
  using schema::AnnotationCollection;
  registry.on(mutation::kCreateAnnotationCollection,
              [&feed](Call& call, const schema::CreateAnnotationCollectionInput& in) {
                return create(call, feed, in);
              });
  registry.on(mutation::kDeleteAnnotationCollection,
              [&feed](Call& call, const schema::DeleteAnnotationCollectionInput& in) {
                return remove(call, feed, in);
              });
  registry.on(AnnotationCollection::kDescriptors, no_descriptors);
  const Container& container = *container_called("annotationCollection");
  registry.on(AnnotationCollection::kFullLens, [&container](SqlText&, const std::string& alias, const Call&) {
    return full_lens(container, alias);
  });
  registry.on(AnnotationCollection::kLenses,
              [&container](Call& call, std::span<const Row> rows,
                           const schema::AnnotationCollectionLensesArguments& in) {
                return lenses_of(call, rows, container, in.windowed);
              });
  registry.on(AnnotationCollection::kDerivedFrom, [](Call& call, std::span<const Row> rows) {
    return derivations_of(call, rows, AnnotationCollection::kCoordinateSystem);
  });
  add_filters(registry);
  add_annotation_lenses(registry, feed);
}

}  // namespace mikro
