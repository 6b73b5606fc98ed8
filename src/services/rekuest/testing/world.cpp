#include "services/rekuest/testing/world.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/text.h"
#include "entity/migrate.h"
#include "entity/model.h"
#include "services/rekuest/rekuest.h"
#include "services/rekuest/schema_documents.h"
#include "sql/testing/postgres_server.h"

namespace rekuest_testing {

using rekuest::Declaration;
using rekuest::Registrant;
using rekuest::Registration;
using rekuest::Shapes;

std::shared_ptr<const graphql::Schema> schema() {
  static const auto read = graphql::Schema::from_sdl(rekuest::schema_documents());
  return read;
}

const Shapes& shapes() {
  static const Shapes instance(*schema());
  return instance;
}

namespace {

// Making the tables takes PostgreSQL longer than a test takes: the next test
// gets those of the one before, emptied.
std::unique_ptr<sql_testing::FreshDatabase>& left_by_the_last_test() {
  sql_testing::postgres_uri();  // started first, so stopped last
  static std::unique_ptr<sql_testing::FreshDatabase> place;
  return place;
}

void empty(sql::Database& database) {
  std::string used;
  database.write([&](sql::Writer& writer) {
    const sql::Rows tables = writer.query(
        "select tablename from pg_tables where schemaname = current_schema() and tablename <> "
        "'arkitektd_schema'");
    std::string look;
    for (std::size_t row = 0; row < tables.size(); ++row) {
      look += fmt::format("{}select '{}' where exists (select 1 from \"{}\")", row == 0 ? "" : " union all ",
                          tables.text(row, 0), tables.text(row, 0));
    }
    const sql::Rows found = writer.query(look);
    for (std::size_t row = 0; row < found.size(); ++row) {
      used += fmt::format("{}\"{}\"", row == 0 ? "" : ", ", found.text(row, 0));
    }
  });
  if (!used.empty()) database.execute_script("truncate " + used + " restart identity cascade");
}

}  // namespace

World::World(sql::Dialect dialect) : dialect_(dialect) {
  if (dialect == sql::Dialect::kPostgres) place_ = std::move(left_by_the_last_test());
  const bool has_tables = place_ != nullptr;
  if (!has_tables) place_ = std::make_unique<sql_testing::FreshDatabase>(dialect);
  database_ = place_->open();
  if (has_tables) {
    empty(*database_);
    return;
  }
  static const entity::Model model(schema());
  entity::migrate(*database_, model, "rekuest", rekuest::kSchemaVersion);
}

World::~World() {
  database_.reset();
  if (dialect_ == sql::Dialect::kPostgres) left_by_the_last_test() = std::move(place_);
}

std::int64_t World::row(const std::string& table, const std::string& columns,
                        std::vector<sql::Value> values) {
  std::string where;
  std::string places;
  std::size_t position = 0;
  for (const std::string_view column : base::split(columns, ',')) {
    ++position;
    where += fmt::format("{}{} = ${}", position == 1 ? "" : " and ", column, position);
    places += fmt::format("{}${}", position == 1 ? "" : ", ", position);
  }
  std::int64_t id = 0;
  database_->write([&](sql::Writer& writer) {
    const sql::Rows found = writer.query(fmt::format("select id from {} where {}", table, where), values);
    id = !found.empty() ? found.integer(0, 0)
                        : writer.insert(fmt::format("insert into {} ({}) values ({}) returning id", table,
                                                    columns, places),
                                        values);
  });
  return id;
}

Registrant World::registrant(const std::string& client_id, const std::string& app, const std::string& version,
                             const std::string& organization) {
  Registrant who;
  who.organization = row("organization", "slug", {organization});
  who.user = row("user_account", "sub,iss", {std::string("u-1"), std::string("lok")});
  who.release = row("release", "app_id,version", {row("app", "identifier", {app}), version});
  who.client = row("client", "client_id,iss,release_id", {client_id, std::string("lok"), who.release});
  who.client_id = client_id;
  return who;
}

Registration World::register_agent(const Registrant& registrant, std::string_view declaration) {
  const Declaration read = Declaration::read(shapes(), base::Json::parse(declaration));
  Registration registration;
  database_->write([&](sql::Writer& writer) {
    registration = rekuest::register_agent(writer, registrant, read, nullptr, ++now_);
  });
  return registration;
}

sql::Rows World::rows(std::string_view sql, std::vector<sql::Value> parameters) {
  sql::Rows rows;
  database_->read(sql::Database::Snapshot::kSingle,
                  [&](sql::Reader& reader) { rows = reader.query(sql, std::move(parameters)); });
  return rows;
}

std::int64_t World::number(std::string_view sql, std::vector<sql::Value> parameters) {
  const sql::Rows found = rows(sql, std::move(parameters));
  if (found.empty()) throw std::runtime_error("no row: " + std::string(sql));
  return found.integer(0, 0);
}

std::string World::text(std::string_view sql, std::vector<sql::Value> parameters) {
  const sql::Rows found = rows(sql, std::move(parameters));
  if (found.empty()) throw std::runtime_error("no row: " + std::string(sql));
  return std::string(found.text(0, 0));
}

}  // namespace rekuest_testing
