// What is asked of tables beside their rows: their lenses, what they came from, and which of them are meant.
#include <fmt/format.h>

#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/lenses/container_fields.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/table.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/placeable.h"
#include "services/mikro/tables/table_dataset.h"
#include "services/mikro/tables/table_spec.h"

namespace mikro {
namespace {

using entity::Call;
using entity::Id;
using entity::Row;
using entity::SqlText;

void add_filters(entity::Registry& registry) {
  using schema::TableDatasetFilter;
  add_task_filters<TableDatasetFilter>(registry);
  add_name_search<TableDatasetFilter>(registry);
  registry.on(TableDatasetFilter::kRequires, Descriptors("Tables", {}));
  registry.on(TableDatasetFilter::kSpec, with_table_spec);
  registry.on(TableDatasetFilter::kFolders, in_folders);
  registry.on(TableDatasetFilter::kDataset,
              [](SqlText& sql, const std::string& alias, const Id& dataset, const Call&) {
                return fmt::format(
                    "exists (select 1 from transformation e where e.input_id = {}.coordinate_system_id"
                    " and e.role = 'DERIVATION' and e.output_id in ({}))",
                    alias, spaces_of_dataset(sql.bind(dataset.row().value_or(0))));
              });
  registry.on(TableDatasetFilter::kHasColumnRole, [](SqlText& sql, const std::string& alias,
                                                     schema::ColumnRole role, const Call&) {
    return fmt::format("exists (select 1 from table_column c where c.table_id = {}.id and c.role = {})",
                       alias, sql.bind(std::string(entity::text_of(role))));
  });
  registry.on(TableDatasetFilter::kPlaceableIn,
              [](SqlText& sql, const std::string& alias, const Id& space, const Call& call) {
                return sql.is_among(alias + ".coordinate_system_id", placeable_in(call, space).spaces);
              });
}

}  // namespace

void add_table_fields(entity::Registry& registry) {
  using schema::TableDataset;
  registry.on(TableDataset::kCreatedThroughBy, created_through_by);
  registry.on(TableDataset::kDescriptors, no_descriptors);
  const Container& container = *container_called("tableDataset");
  registry.on(TableDataset::kFullLens, [&container](SqlText&, const std::string& alias, const Call&) {
    return full_lens(container, alias);
  });
  registry.on(TableDataset::kLenses, [&container](Call& call, std::span<const Row> rows,
                                                  const schema::TableDatasetLensesArguments& in) {
    return lenses_of(call, rows, container, in.windowed);
  });
  registry.on(TableDataset::kDerivedFrom, [](Call& call, std::span<const Row> rows) {
    return derivations_of(call, rows, TableDataset::kCoordinateSystem);
  });
  add_filters(registry);
}

}  // namespace mikro
