#include "entity/testing/catalog.h"

#include <string_view>

namespace entity_testing {
namespace {

// Each statement gives: table, referring column, description, harmless.

constexpr std::string_view kSqlite[] = {
    "select m.name, '', m.name || '.' || c.name || ' ' || c.type"
    "   || case c.\"notnull\" when 1 then ' not null' else '' end"
    "   || coalesce(' default ' || c.dflt_value, ''),"
    " c.pk > 0 or c.\"notnull\" = 0 or c.dflt_value is not null"
    " from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'",

    "select m.name, '', case i.\"unique\" when 1 then 'unique ' else '' end || 'index on ' || m.name || '('"
    "   || (select group_concat(name) from pragma_index_info(i.name)) || ')'"
    "   || case when x.sql like '% where %' then substr(x.sql, instr(x.sql, ' where ')) else '' end,"
    " i.\"unique\" = 0"
    " from sqlite_master m join pragma_index_list(m.name) i join sqlite_master x on x.name = i.name"
    " where m.type = 'table'",

    "select m.name, f.\"from\", m.name || '.' || f.\"from\" || ' references ' || f.\"table\""
    "   || ' on delete ' || lower(f.on_delete), 0"
    " from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'",
};

constexpr std::string_view kPostgres[] = {
    "select table_name, '', table_name || '.' || column_name || ' ' || data_type"
    "   || coalesce(' collate ' || collation_name, '')"
    "   || case is_nullable when 'NO' then ' not null' else '' end"
    "   || coalesce(' default ' || column_default, ''),"
    " (is_identity = 'YES' or is_nullable = 'YES' or column_default is not null)::int"
    " from information_schema.columns where table_schema = current_schema()",

    "select c.relname, '', case when i.indisunique then 'unique ' else '' end || 'index on ' || c.relname"
    "   || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', ''),"
    " (not i.indisunique)::int"
    " from pg_index i join pg_class c on c.oid = i.indrelid"
    " where c.relnamespace = current_schema()::regnamespace",

    "select c.relname, a.attname, c.relname || '.' || a.attname || ' ' || pg_get_constraintdef(k.oid), 0"
    " from pg_constraint k join pg_class c on c.oid = k.conrelid"
    " join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]"
    " where k.contype = 'f' and c.relnamespace = current_schema()::regnamespace",
};

}  // namespace

Catalog catalog_of(sql::Database& database) {
  Catalog catalog;
  database.read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
    for (const std::string_view statement : reader.dialect() == sql::Dialect::kSqlite ? kSqlite : kPostgres) {
      const sql::Rows rows = reader.query(statement);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        catalog.emplace(rows.text(i, 2), CatalogEntry{std::string(rows.text(i, 0)),
                                                      std::string(rows.text(i, 1)), rows.integer(i, 3) != 0});
      }
    }
  });
  return catalog;
}

}  // namespace entity_testing
