#include "entity/migrate.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "sql/advisory_lock.h"

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

int stored_version(sql::Reader& reader, std::string_view service) {
  if (!existing_tables(reader).contains("arkitektd_schema")) return 0;
  const sql::Rows rows =
      reader.query("select version from arkitektd_schema where service = $1", {std::string(service)});
  return rows.empty() ? 0 : static_cast<int>(rows.integer(0, 0));
}

std::vector<std::string> missing(sql::Reader& reader, const Model& model) {
  const std::set<std::string> present = existing_tables(reader);
  std::vector<std::string> statements;
  const auto add_all = [&](std::vector<std::string> more) {
    std::ranges::move(more, std::back_inserter(statements));
  };
  // New columns may refer to new tables, so tables come first.
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) statements.push_back(create_table(table, reader.dialect()));
  }
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) continue;
    const std::set<std::string> columns = existing_columns(reader, table.name);
    for (const Column& column : table.columns) {
      if (!columns.contains(column.name)) statements.push_back(add_column(table, column, reader.dialect()));
    }
  }
  for (const Table& table : model.tables()) {
    if (!present.contains(table.name)) add_all(add_references(table, reader.dialect()));
    add_all(create_indexes(table));
  }
  for (const JoinTable& join : model.joins()) {
    if (join.is_entity) continue;
    if (!present.contains(join.name)) statements.push_back(create_join(join));
    add_all(create_indexes(join));
  }
  return statements;
}

}  // namespace

MigrationPlan plan_migration(sql::Reader& reader, const Model& model, std::string_view service, int version) {
  MigrationPlan migration{.from = stored_version(reader, service), .to = version, .statements = {}};
  if (migration.from > version) {
    throw base::Error(
        base::code::kConflict,
        "The database of {} has version {}, this program knows {}. Use the newer arkitektd that "
        "wrote it, or restore a backup.",
        service, migration.from, version);
  }
  if (migration.from < version) migration.statements = missing(reader, model);
  return migration;
}

MigrationPlan migrate(sql::Database& database, const Model& model, std::string_view service, int version) {
  MigrationPlan done;
  database.write([&](sql::Writer& writer) {
    sql::lock(writer, sql::Alone::kMigration);
    done = plan_migration(writer, model, service, version);
    if (done.from == version) return;
    for (const std::string& statement : done.statements) writer.execute(statement);
    writer.execute(
        "create table if not exists arkitektd_schema (service text primary key, version integer not null)");
    writer.execute(
        "insert into arkitektd_schema (service, version) values ($1, $2)"
        " on conflict (service) do update set version = excluded.version",
        {std::string(service), static_cast<std::int64_t>(version)});
  });
  return done;
}

}  // namespace entity
