// What is asked of coordinate systems: who lives there, who can be placed there, which of them are meant.
#include <fmt/format.h>

#include <map>

#include "entity/lookup.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/row_lists.h"
#include "services/mikro/schema/annotation.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/space/pixel_chain.h"
#include "services/mikro/space/placement.h"
#include "services/mikro/spaces/containers.h"
#include "services/mikro/spaces/coordinate_system.h"
#include "services/mikro/spaces/in_view.h"
#include "services/mikro/spaces/references.h"
#include "services/mikro/spaces/space_graph.h"

namespace mikro {
namespace {

using entity::Call;
using entity::Row;
using entity::SqlText;

// A container's whole lens is the container's handle, not a second resident. Ordered by kind, then by id.
std::string residents_text() {
  const std::size_t order = data_kinds().size();
  return fmt::format(
      "select c.space, c.kind, c.id, c.place from ({}) c where c.space in_ids($1) union all"
      " select coordinate_system_id, 'DataArray', id, {} from data_array where coordinate_system_id "
      "in_ids($1)"
      " union all select coordinate_system_id, case kind when 'ARRAY' then 'ArrayLens'"
      " when 'TABLE' then 'TableLens' when 'SPARSE' then 'SparseLens' when 'MESH' then 'MeshLens'"
      " when 'NETWORK' then 'NetworkLens' when 'ANNOTATION' then 'AnnotationLens' else 'FixtureLens' end, "
      "id, {}"
      " from lens where coordinate_system_id in_ids($1) and selection <> '' order by 4, 3",
      containers_text(), order, order + 1);
}

entity::RefLists residents(Call& call, std::span<const Row> rows) {
  static const std::string kText = residents_text();
  const sql::Rows found = call.reader->query(kText, {ids_of(rows)});
  std::map<std::int64_t, std::vector<entity::Ref>> by_space;
  for (std::size_t row = 0; row < found.size(); ++row) {
    by_space[found.integer(row, 0)].push_back({std::string(found.text(row, 1)), found.integer(row, 2)});
  }
  entity::RefLists lists;
  for (const Row& row : rows) lists.push_back(by_space[row.id()]);
  return lists;
}

entity::RowLists placed_systems(Call& call, std::span<const Row> rows) {
  const space::Graph graph = load_around(*call.reader, call.organization, ids_of(rows));
  entity::RowLists lists;
  for (const Row& row : rows) lists.push_back(space::World(graph, row.id(), placing()).placed());
  return lists;
}

void transform_versions(Call& call, std::span<const Row> rows, graphql::FieldOutput& out) {
  const space::Graph graph = load_chains(*call.reader, call.organization, ids_of(rows));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.set(i, graphql::Cell::of(space::transform_version(graph, rows[i].id())));
  }
}

void add_filters(entity::Registry& registry) {
  using schema::CoordinateSystemFilter;
  add_owner_filters<CoordinateSystemFilter>(registry);
  add_name_search<CoordinateSystemFilter>(registry);
  registry.on(CoordinateSystemFilter::kRequires, Descriptors("Coordinate systems", {}));
  registry.on(CoordinateSystemFilter::kReference, [](SqlText& sql, const std::string& alias,
                                                     const std::string& reference, const Call& call) {
    return fmt::format("{}.reference_key = {}", alias, sql.bind(resolve_reference(call, reference).key));
  });
  registry.on(CoordinateSystemFilter::kUninhabited,
              [](SqlText&, const std::string& alias, bool uninhabited, const Call&) {
                return fmt::format("{}.\"use\" {} 'SHARED'", alias, uninhabited ? "=" : "<>");
              });
  registry.on(CoordinateSystemFilter::kDataset, [](SqlText& sql, const std::string& alias,
                                                   const entity::Id& dataset, const Call&) {
    return fmt::format("{}.id in ({})", alias, spaces_of_dataset(sql.bind(dataset.row().value_or(0))));
  });
}

}  // namespace

void add_coordinate_system_fields(entity::Registry& registry) {
  using schema::CoordinateSystem;
  registry.on(CoordinateSystem::kResidents, residents);
  registry.on(CoordinateSystem::kPlacedSystems, placed_systems);
  registry.on(CoordinateSystem::kTransformVersion, transform_versions);
  add_views(registry);
  add_filters(registry);
}

}  // namespace mikro
