#include "services/mikro/lenses/container_fields.h"

#include <fmt/format.h>

#include "services/mikro/row_lists.h"

namespace mikro {

entity::RowLists lenses_of(entity::Call& call, std::span<const entity::Row> rows, const Container& container,
                           std::optional<bool> is_cut) {
  const sql::Ids things = ids_of(rows);
  const std::string_view which = !is_cut ? "" : *is_cut ? " and selection <> ''" : " and selection = ''";
  return lists_by(
      call.reader->query(
          fmt::format("select {0}, id from lens where {0} in_ids($1){1} order by id", container.lens, which),
          {distinct(things)}),
      things.values);
}

std::string full_lens(const Container& container, const std::string& alias) {
  return fmt::format("(select id from lens where lens.{} = {}.id and lens.selection = '')", container.lens,
                     alias);
}

entity::RowLists derivations_of(entity::Call& call, std::span<const entity::Row> rows,
                                entity::ColumnName space) {
  sql::Ids spaces;
  for (const entity::Row& row : rows) spaces.values.push_back(row.is_null(space) ? 0 : row.integer(space));
  return lists_by(call.reader->query("select input_id, id from transformation where input_id in_ids($1)"
                                     " and role = 'DERIVATION' order by rank, id",
                                     {spaces}),
                  spaces.values);
}

}  // namespace mikro
