#include "service/store_tables.h"

#include <fmt/format.h>

#include "base/error.h"

namespace service {

StoreTables::StoreTables(const entity::Model& model, std::span<const StoreKind* const> kinds)
    : kinds_(kinds.begin(), kinds.end()) {
  for (const StoreKind* kind : kinds_) {
    const entity::Table* store = model.table(kind->table);
    if (store == nullptr) {
      throw base::Error(base::code::kInternal, "The schema has no table {} of stores.", kind->table);
    }
    // Without it an upload that takes days would be given up although its keys were refreshed.
    if (store->column("refreshed_at") == nullptr) {
      throw base::Error(base::code::kInternal, "The schema's {} lacks `refreshedAt: DateTime @internal`.",
                        kind->table);
    }
    std::vector<Reference>& references = references_[store->name];
    for (const entity::Table& table : model.tables()) {
      for (const entity::Column& column : table.columns) {
        if (column.references == store) references.push_back({table.name, column.name});
      }
    }
    for (const entity::JoinTable& join : model.joins()) {
      if (join.is_entity) continue;
      if (join.from == store) references.push_back({join.name, join.from_column});
      if (join.to == store) references.push_back({join.name, join.to_column});
    }
  }
}

std::string StoreTables::is_referred(const StoreKind& kind, std::string_view alias) const {
  std::string text = "(1 = 0";
  for (const Reference& reference : references_.find(kind.table)->second) {
    text += fmt::format(" or exists (select 1 from {} r where r.{} = {}.id)", entity::quoted(reference.table),
                        entity::quoted(reference.column), alias);
  }
  return text + ")";
}

bool StoreTables::may_be_referred(const StoreKind& kind) const {
  return !references_.find(kind.table)->second.empty();
}

// The rows are locked by a statement of their own: the next one then sees what was made of a store by a
// transaction that this one had to wait for.
void StoreTables::orphan(sql::Writer& writer, const StoreKind& kind, const sql::Ids& stores,
                         std::int64_t now) const {
  if (stores.values.empty()) return;
  writer.execute(fmt::format("update {} set orphaned_at = orphaned_at where id in_ids($1)", kind.table),
                 {stores});
  writer.execute(
      fmt::format("update {0} set orphaned_at = $2 where id in_ids($1) and orphaned_at is null and "
                  "not {1}",
                  kind.table, is_referred(kind, kind.table)),
      {stores, now});
}

StoreUsage StoreTables::usage(sql::Reader& reader, std::int64_t organization, std::int64_t user) const {
  std::string text;
  for (const StoreKind* kind : kinds_) {
    text += fmt::format(
        "{}select creator_id, size_bytes from {} where organization_id = $1"
        " and orphaned_at is null and size_bytes is not null",
        text.empty() ? "" : " union all ", kind->table);
  }
  const sql::Rows rows = reader.query(
      fmt::format(
          "select cast(coalesce(sum(size_bytes), 0) as bigint), cast(coalesce(sum(case when creator_id = $2"
          " then size_bytes else 0 end), 0) as bigint) from ({}) s",
          text),
      {organization, user});
  return {static_cast<std::uint64_t>(rows.integer(0, 1)), static_cast<std::uint64_t>(rows.integer(0, 0))};
}

}  // namespace service
