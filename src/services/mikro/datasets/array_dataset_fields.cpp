// What is asked of array datasets beside their rows: their lenses, what they came from and what came of them.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "services/mikro/datasets/array_conditions.h"
#include "services/mikro/datasets/array_dataset.h"
#include "services/mikro/descriptors/array_descriptors.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/lenses/container_fields.h"
#include "services/mikro/ownership.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/array_dataset.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/placeable.h"

namespace mikro {
namespace {

using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;

std::vector<base::Json> descriptors(Call&, std::span<const Row> rows) {
  std::vector<base::Json> values;
  for (const Row& row : rows) values.push_back(descriptors_json(row));
  return values;
}

// Every space of a dataset counts: what was computed from its crop was computed from it.
constexpr std::string_view kSpacesOfDatasets =
    "select id as dataset, intrinsic_system_id as space from array_dataset where id in_ids($1) union"
    " select dataset_id, coordinate_system_id from data_array where dataset_id in_ids($1) union"
    " select dataset_id, coordinate_system_id from lens where dataset_id in_ids($1)";

entity::RowLists derived_datasets(Call& call, std::span<const Row> rows) {
  const sql::Ids datasets = ids_of(rows);
  return lists_by(call.reader->query(
                      fmt::format("select distinct s.dataset, d.id from ({}) s join transformation e"
                                  " on e.output_id = s.space and e.role = 'DERIVATION' join array_dataset d"
                                  " on d.intrinsic_system_id = e.input_id order by d.id",
                                  kSpacesOfDatasets),
                      {datasets}),
                  datasets.values);
}

// The same of every kind of container, by kind and then by id.
entity::RefLists derived_residents(Call& call, std::span<const Row> rows) {
  const sql::Ids datasets = ids_of(rows);
  const sql::Rows edges = call.reader->query(
      fmt::format(
          "select distinct s.dataset, e.input_id from ({}) s join transformation e on e.output_id = s.space"
          " and e.role = 'DERIVATION'",
          kSpacesOfDatasets),
      {datasets});
  sql::Ids spaces;
  for (std::size_t row = 0; row < edges.size(); ++row) spaces.values.push_back(edges.integer(row, 1));
  const auto containers = containers_at(*call.reader, distinct(std::move(spaces)));
  std::map<std::int64_t, std::vector<Placed>> children;
  for (std::size_t row = 0; row < edges.size(); ++row) {
    const auto container = containers.find(edges.integer(row, 1));
    if (container != containers.end()) children[edges.integer(row, 0)].push_back(container->second);
  }
  std::map<std::int64_t, std::vector<entity::Ref>> by_dataset;
  for (auto& [dataset, list] : children) {
    std::sort(list.begin(), list.end(), [](const Placed& a, const Placed& b) {
      return std::pair(a.place, a.ref.id) < std::pair(b.place, b.ref.id);
    });
    for (Placed& child : list) by_dataset[dataset].push_back(std::move(child.ref));
  }
  entity::RefLists lists;
  for (const std::int64_t dataset : datasets.values) lists.push_back(by_dataset[dataset]);
  return lists;
}

std::string has_physical_space(SqlText&, const std::string& alias, bool has_one, const Call&) {
  return fmt::format(
      "{}exists (select 1 from transformation e join axis a on a.coordinate_system_id = e.output_id"
      " and a.unit is not null where e.kind <> 'UNMAPPABLE' and e.input_id in ({}))",
      has_one ? "" : "not ", spaces_of_dataset(alias + ".id"));
}

std::string derived_from_dataset(SqlText& sql, const std::string& alias, const Id& parent, const Call&) {
  return fmt::format(
      "{}.intrinsic_system_id in (select e.input_id from transformation e where e.role = 'DERIVATION'"
      " and e.output_id in ({}))",
      alias, spaces_of_dataset(sql.bind(parent.row().value_or(0))));
}

std::string placeable(SqlText& sql, const std::string& alias, const Id& space, const Call& call) {
  return fmt::format("exists (select 1 from lens l where l.dataset_id = {}.id and {})", alias,
                     sql.is_among("l.coordinate_system_id", placeable_in(call, space).spaces));
}

void add_filters(entity::Registry& registry) {
  using schema::ArrayDatasetFilter;
  add_task_filters<ArrayDatasetFilter>(registry);
  add_name_search<ArrayDatasetFilter>(registry);
  registry.on(ArrayDatasetFilter::kFolders, in_folders);
  registry.on(ArrayDatasetFilter::kSpec,
              [](SqlText& sql, const std::string& alias, const std::vector<schema::ArrayDatasetSpec>& specs,
                 const Call&) { return has_specs(sql, alias, specs); });
  registry.on(ArrayDatasetFilter::kHasAxisTypes, [](SqlText& sql, const std::string& alias,
                                                    const std::vector<schema::AxisType>& types, const Call&) {
    std::string text = "1 = 1";
    for (const schema::AxisType type : types) {
      text += fmt::format(
          " and exists (select 1 from axis a where a.coordinate_system_id = {}.intrinsic_system_id"
          " and a.type = {})",
          alias, sql.bind(std::string(entity::text_of(type))));
    }
    return text;
  });
  registry.on(ArrayDatasetFilter::kNotDerived,
              [](SqlText&, const std::string& alias, bool not_derived, const Call&) {
                return fmt::format(
                    "{}exists (select 1 from transformation e where e.input_id = {}.intrinsic_system_id and "
                    "e.role = 'DERIVATION')",
                    not_derived ? "not " : "", alias);
              });
  registry.on(ArrayDatasetFilter::kAcquiredAfter,
              [](SqlText& sql, const std::string& alias, entity::Time time, const Call&) {
                return acquired_after(sql, alias, time.micros);
              });
  registry.on(ArrayDatasetFilter::kAcquiredBefore,
              [](SqlText& sql, const std::string& alias, entity::Time time, const Call&) {
                return acquired_before(sql, alias, time.micros);
              });
  registry.on(ArrayDatasetFilter::kRequires, Descriptors("Array datasets", array_descriptor_keys()));
  registry.on(ArrayDatasetFilter::kHasPhysicalSpace, has_physical_space);
  registry.on(ArrayDatasetFilter::kDerivedFrom, derived_from_dataset);
  registry.on(ArrayDatasetFilter::kPlaceableIn, placeable);
}

}  // namespace

void add_array_dataset_fields(entity::Registry& registry) {
  using schema::ArrayDataset;
  registry.on(ArrayDataset::kCreatedThroughBy, created_through_by);
  registry.on(ArrayDataset::kDescriptors, descriptors);
  const Container& container = *container_called("dataset");
  registry.on(ArrayDataset::kFullLens, [&container](SqlText&, const std::string& alias, const Call&) {
    return full_lens(container, alias);
  });
  registry.on(ArrayDataset::kLenses, [&container](Call& call, std::span<const Row> rows,
                                                  const schema::ArrayDatasetLensesArguments& in) {
    return lenses_of(call, rows, container, in.sliced);
  });
  registry.on(ArrayDataset::kDerivedFrom, [](Call& call, std::span<const Row> rows) {
    return derivations_of(call, rows, ArrayDataset::kIntrinsicSystem);
  });
  registry.on(ArrayDataset::kDerivedDatasets, derived_datasets);
  registry.on(ArrayDataset::kDerivedResidents, derived_residents);
  registry.on(schema::DataArray::kToParent, [](SqlText&, const std::string& alias, const Call&) {
    return fmt::format(
        "(select e.id from transformation e where e.input_id = {}.coordinate_system_id and e.role = 'LEVEL')",
        alias);
  });
  add_filters(registry);
}

}  // namespace mikro
