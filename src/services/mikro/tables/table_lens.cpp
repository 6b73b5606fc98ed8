#include "services/mikro/tables/table_lens.h"

#include <fmt/format.h>

#include "services/mikro/lenses/window_lens.h"
#include "services/mikro/schema/layer.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/schema/sparse.h"
#include "services/mikro/spaces/edge_json.h"

namespace mikro {
namespace {

using entity::Call;
using entity::SqlText;

const Container& tables() { return *container_called("tableDataset"); }

std::vector<SpecColumn> read_columns(sql::Reader& reader, std::int64_t table) {
  const sql::Rows rows = reader.query(
      "select name, dtype, role, axis_type, references_id from table_column where table_id = $1 order by "
      "\"order\"",
      {table});
  std::vector<SpecColumn> columns;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    SpecColumn& column = columns.emplace_back();
    column.name = rows.text(row, 0);
    column.dtype = rows.text(row, 1);
    column.role = *entity::value_of<schema::ColumnRole>(rows.text(row, 2));
    if (!rows.is_null(row, 3)) column.axis = axis_type_of(rows.text(row, 3));
    column.has_reference = !rows.is_null(row, 4);
  }
  return columns;
}

std::int64_t create(Call& call, Feed& feed, const schema::CreateTableLensInput& in) {
  const Maker maker = maker_of(call);
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    WindowLens lens =
        stated_window_lens(writer, maker.organization, tables(), in.table_dataset, in.lens, in.windows);
    std::set<std::string, std::less<>> pinned;
    for (const Window& window : lens.windows) {
      if (window.min && window.max && *window.min == *window.max) pinned.insert(window.axis);
    }
    lens.spec = json_list(table_spec(read_columns(writer, lens.thing), pinned));
    id = find_or_create_lens(writer, feed, maker, lens);
  });
  return id;
}

std::string tables_of_spec(SqlText& sql, const std::string& alias,
                           const std::vector<schema::TableDatasetSpec>& specs, const Call& call) {
  return fmt::format("{}.kind = 'TABLE' and {}", alias, with_table_spec(sql, alias, specs, call));
}

}  // namespace

std::int64_t insert_whole_table_lens(sql::Writer& writer, Feed& feed, const Maker& maker, std::int64_t table,
                                     std::int64_t system, std::span<const SpecColumn> columns) {
  return find_or_create_lens(writer, feed, maker,
                             {&tables(), table, system, {}, json_list(table_spec(columns))});
}

void add_table_lenses(entity::Registry& registry, Feed& feed) {
  registry.on(schema::mutation::kCreateTableLens,
              [&feed](Call& call, const schema::CreateTableLensInput& in) { return create(call, feed, in); });
  registry.on(schema::LensFilter::kTableSpec, tables_of_spec);
}

}  // namespace mikro
