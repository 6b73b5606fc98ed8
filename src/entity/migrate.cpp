#include "entity/migrate.h"

#include <set>
#include <string>

#include "base/error.h"

namespace entity {
namespace {

std::set<std::string> texts(const sql::Rows& rows) {
  std::set<std::string> values;
  for (std::size_t i = 0; i < rows.size(); ++i) values.emplace(rows.text(i, 0));
  return values;
}

std::set<std::string> existing_tables(sql::Reader& reader) {
  return texts(reader.query(
      reader.dialect() == sql::Dialect::kSqlite
          ? "select name from sqlite_master where type = 'table'"
          : "select table_name from information_schema.tables where table_schema = current_schema()"));
}

std::set<std::string> existing_columns(sql::Reader& reader, const std::string& table) {
  return texts(reader.query(reader.dialect() == sql::Dialect::kSqlite
                                ? "select name from pragma_table_info($1)"
                                : "select column_name from information_schema.columns"
                                  " where table_schema = current_schema() and table_name = $1",
                            {table}));
}

int stored_version(sql::Writer& writer, std::string_view service) {
  writer.execute(
      "create table if not exists arkitektd_schema (service text primary key, version integer not null)");
  const sql::Rows rows =
      writer.query("select version from arkitektd_schema where service = $1", {std::string(service)});
  return rows.empty() ? 0 : static_cast<int>(rows.integer(0, 0));
}

void add_missing(sql::Writer& writer, const Model& model) {
  const std::set<std::string> present = existing_tables(writer);
  // New columns may refer to new tables, so tables come first.
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) writer.execute(create_table(table, writer.dialect()));
  }
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) continue;
    const std::set<std::string> columns = existing_columns(writer, table.name);
    for (const Column& column : table.columns) {
      if (!columns.contains(column.name)) writer.execute(add_column(table, column, writer.dialect()));
    }
  }
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) {
      for (const std::string& statement : add_references(table, writer.dialect())) writer.execute(statement);
    }
    for (const std::string& statement : create_indexes(table)) writer.execute(statement);
  }
  for (const JoinTable& join : model.joins()) {
    if (!present.contains(join.name)) writer.execute(create_join(join));
    for (const std::string& statement : create_indexes(join)) writer.execute(statement);
  }
}

}  // namespace

void migrate(sql::Database& database, const Model& model, std::string_view service, int version) {
  database.write([&](sql::Writer& writer) {
    if (writer.dialect() == sql::Dialect::kPostgres) writer.query("select pg_advisory_xact_lock(7245103)");
    const int stored = stored_version(writer, service);
    if (stored > version) {
      throw base::Error(
          base::code::kConflict,
          "The database of {} has version {}, this program knows {}. Use the newer arkitektd that "
          "wrote it, or restore a backup.",
          service, stored, version);
    }
    if (stored == version) return;
    add_missing(writer, model);
    writer.execute(
        "insert into arkitektd_schema (service, version) values ($1, $2)"
        " on conflict (service) do update set version = excluded.version",
        {std::string(service), static_cast<std::int64_t>(version)});
  });
}

}  // namespace entity
