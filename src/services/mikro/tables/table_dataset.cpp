#include "services/mikro/tables/table_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "service/store_tables.h"
#include "services/mikro/anchors/anchor_rows.h"
#include "services/mikro/files/link_rows.h"
#include "services/mikro/folders/folder.h"
#include "services/mikro/folders/folder_feed.h"
#include "services/mikro/history.h"
#include "services/mikro/lenses/lens_rows.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/coordinate_system.h"
#include "services/mikro/schema/file.h"
#include "services/mikro/schema/table.h"
#include "services/mikro/schema/transformation.h"
#include "services/mikro/spaces/derivation.h"
#include "services/mikro/spaces/edge_json.h"
#include "services/mikro/stores/parquet_contents.h"
#include "services/mikro/stores/store.h"
#include "services/mikro/tables/identification.h"
#include "services/mikro/tables/table_columns.h"
#include "services/mikro/tables/table_lens.h"
#include "services/mikro/tables/table_spec.h"
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

constexpr std::string_view kTopic = "table-datasets";
constexpr std::string_view kType = "TableDataset";
constexpr std::size_t kColumnsAStatement = 100;

template <class T>
sql::Value value_of(const std::optional<T>& value) {
  return value ? sql::Value(*value) : sql::Value(std::monostate());
}

std::vector<SpecColumn> spec_columns(std::span<const TableColumn> columns,
                                     const Identifications& identified) {
  std::vector<SpecColumn> list;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    list.push_back({columns[i].name, columns[i].dtype, columns[i].role, columns[i].axis,
                    identified.reference(i).has_value()});
  }
  return list;
}

// A table may have thousands: many rows a statement.
void insert_columns(sql::Writer& writer, std::int64_t table, std::span<const TableColumn> columns,
                    const Identifications& identified) {
  for (std::size_t first = 0; first < columns.size(); first += kColumnsAStatement) {
    const std::size_t end = std::min(columns.size(), first + kColumnsAStatement);
    std::string rows;
    std::vector<sql::Value> values{table};
    for (std::size_t i = first; i < end; ++i) {
      const TableColumn& column = columns[i];
      const std::size_t at = values.size();
      rows += fmt::format("{}($1, ${}, ${}, ${}, ${}, ${}, ${}, ${}, ${}, ${})", i == first ? "" : ", ",
                          at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7, at + 8, at + 9);
      values.emplace_back(static_cast<std::int64_t>(i));
      values.emplace_back(column.name);
      values.emplace_back(column.dtype);
      values.emplace_back(std::string(entity::text_of(column.role)));
      values.push_back(column.axis ? sql::Value(std::string(space::to_text(*column.axis)))
                                   : sql::Value(std::monostate()));
      values.push_back(value_of(column.unit));
      values.push_back(value_of(column.long_name));
      values.push_back(value_of(column.description));
      values.push_back(value_of(identified.reference(i)));
    }
    writer.execute(
        "insert into table_column (table_id, \"order\", name, dtype, role, axis_type, unit, long_name, "
        "description,"
        " references_id) values " +
            rows,
        std::move(values));
  }
}

std::vector<NewAnchor> anchors_of(const schema::CreateTableDatasetInput& in,
                                  const std::vector<space::Axis>& axes) {
  std::vector<NewAnchor> anchors;
  if (!in.anchors) return anchors;
  for (const auto& anchor : *in.anchors) anchors.push_back(checked_anchor({axes, {}}, anchor));
  return anchors;
}

std::int64_t create(Call& call, Stores& stores, Feed& feed, const schema::CreateTableDatasetInput& in) {
  expect_name(in.name, "A table");
  SealedStore sealed(stores, kParquet, stores.find(call, kParquet, Id{in.data}));
  const ReadParquet parquet = read_parquet(stores, sealed);
  const std::vector<TableColumn> columns = checked_columns(parquet.footer.columns, in.columns);
  NewSpace space;
  space.use = SpaceUse::kCollection;
  space.name = in.name;
  space.axes = table_axes(columns);
  const SpaceRow own{0, space.use, in.name, {}, {}, plain(space.axes)};
  const std::vector<NewAnchor> anchors = anchors_of(in, own.axes);
  const Maker maker = maker_of(call);
  std::int64_t table = 0;
  call.database->write([&](sql::Writer& writer) {
    std::vector<NewLink> sources = checked_sources(writer, maker.organization, in.source_files);
    const Identifications identified(writer, maker.organization, in.columns, columns, own);
    const Derivations derived(writer, maker.organization, in.derived_from, own);
    const std::int64_t folder =
        !in.folder && derived.folder() ? *derived.folder() : folder_for(writer, maker, in.folder);
    const std::vector<SpecColumn> facts = spec_columns(columns, identified);
    const std::int64_t system = insert_space(writer, maker, space);
    write_parquet(writer, parquet);
    table = writer.insert(
        "insert into table_dataset (organization_id, folder_id, name, description, store_id, "
        "coordinate_system_id,"
        " axis_names, spec, creator_id, created_through_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        {maker.organization, folder, in.name, value_of(in.description), sealed.row().id, system,
         json_list(names_of(own.axes)).dump(), json_list(table_spec(facts)).dump(), maker.user,
         maker.task_value(), maker.now});
    insert_columns(writer, table, columns, identified);
    insert_whole_table_lens(writer, feed, maker, table, system, facts);
    identified.write(writer, maker, system);
    derived.write(writer, maker, system);
    write_anchors(writer, maker, {&kTableAnchors, table}, anchors);
    link_to_container(writer, maker, schema::FileLinkContainerKind::kTableDataset, table, std::move(sources));
    record(writer, maker, kType, table, Change::kCreate);
    tell_in_folder(writer, feed, maker.organization, kTopic, folder, "create", table);
  });
  return table;
}

// `name` and `description` are written with a default: null is the same as not given, and changes nothing.
std::int64_t update(Call& call, Feed& feed, const schema::UpdateTableDatasetInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t table = in.id.row("table");
  call.database->write([&](sql::Writer& writer) {
    const sql::Rows old = writer.query(
        "select name, description, folder_id from table_dataset where id = $1 and organization_id = $2",
        {table, call.organization});
    if (old.empty()) throw Error(code::kNotFound, "No table with the id {}.", in.id.text);
    const Json old_description = old.is_null(0, 1) ? Json() : Json(old.text(0, 1));
    Changes changes;
    if (in.name) changes.add("name", old.text(0, 0), *in.name);
    if (in.description) changes.add("description", old_description, *in.description);
    if (changes.empty()) return;
    if (in.name) expect_name(*in.name, "A table");
    writer.execute(
        "update table_dataset set name = coalesce($2, name), description = coalesce($3, description) where "
        "id = $1",
        {table, value_of(in.name), value_of(in.description)});
    record(writer, maker, kType, table, Change::kUpdate, changes);
    tell_in_folder(writer, feed, maker.organization, kTopic, sql::optional_integer(old, 0, 2), "update",
                   table);
  });
  return table;
}

void expect_unreferenced(sql::Reader& reader, std::int64_t table) {
  const sql::Rows rows = reader.query(
      "select c.name, t.name, t.id from table_column c join table_dataset t on t.id = c.table_id"
      " where c.references_id = $1 order by c.id limit 1",
      {table});
  if (rows.empty()) return;
  throw Error(
      code::kValidation,
      "The values of the column '{}' of the table '{}' ({}) are rows of this one: delete that table first.",
      rows.text(0, 0), rows.text(0, 1), rows.integer(0, 2));
}

// Its bytes stay until the store's days of grace are over; its columns, lenses, anchors and space go with it,
// and so do the edges from and to it.
Json remove(Call& call, Stores& stores, Feed& feed, const schema::DeleteTableDatasetInput& in) {
  const Maker maker = maker_of(call);
  const std::int64_t table = in.id.row("table");
  call.database->write([&](sql::Writer& writer) {
    expect_may_delete(writer, call, "table_dataset", table, "table");
    expect_unreferenced(writer, table);
    const sql::Rows row = writer.query(
        "select folder_id, coordinate_system_id, store_id from table_dataset where id = $1", {table});
    record(writer, maker, kType, table, Change::kDelete);
    unlink_container(writer, maker, schema::FileLinkContainerKind::kTableDataset, table);
    delete_lenses_of(writer, feed, maker, *container_called("tableDataset"), table);
    writer.execute("delete from table_dataset where id = $1", {table});
    stores.tables().orphan(writer, kParquet, {{row.integer(0, 2)}}, maker.now);
    delete_spaces(writer, maker, {{row.integer(0, 1)}});
    tell_in_folder(writer, feed, maker.organization, kTopic, sql::optional_integer(row, 0, 0), "delete",
                   table);
  });
  return in.id.text;
}

}  // namespace

void add_tables(entity::Registry& registry, Stores& stores, Feed& feed) {
  namespace mutation = schema::mutation;
  registry.on(mutation::kCreateTableDataset,
              [&stores, &feed](Call& call, const schema::CreateTableDatasetInput& in) {
                return create(call, stores, feed, in);
              });
  registry.on(mutation::kUpdateTableDataset, [&feed](Call& call, const schema::UpdateTableDatasetInput& in) {
    return update(call, feed, in);
  });
  registry.on(mutation::kDeleteTableDataset,
              [&stores, &feed](Call& call, const schema::DeleteTableDatasetInput& in) {
                return remove(call, stores, feed, in);
              });
  registry.on(schema::subscription::kTableDatasets,
              [&feed](Call& call, const schema::SubscriptionTableDatasetsArguments& in, entity::Emit emit) {
                return follow_in_folder(call, feed, kTopic, in.folder, std::move(emit));
              });
  add_table_fields(registry);
  add_table_lenses(registry, feed);
}

}  // namespace mikro
