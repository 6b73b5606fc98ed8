// What happens to a database that an older, the same or a newer program made.
#include "entity/migrate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/error.h"
#include "entity/model.h"
#include "sql/testing/databases.h"
#include "sql/testing/postgres_server.h"

namespace {

using entity::Model;

constexpr std::string_view kFirst = R"(
  type Query { nothing: Boolean }
  type Organization @entity(scope: GLOBAL) { id: ID! }
  type Shelf @entity { id: ID!  name: String! }
)";

// Columns of every kind, a reference to a table that is new itself and stands
// behind, a join, a key.
constexpr std::string_view kSecond = R"(
  type Query { nothing: Boolean }
  type Organization @entity(scope: GLOBAL) { id: ID! }
  type Shelf @entity @unique(fields: "organization name") {
    id: ID!  name: String!  weight: Float  room: String! @default(sql: "''")  capacity: Int! @default(sql: "0")
    labels: [String!]! @default(sql: "'[]'")  locked: Boolean! @default(sql: "1")
    keeper: Keeper @ref(on_delete: SET_NULL)  owner: Keeper @ref
    visitors: [Keeper!]! @through(table: "visit", from: "shelf", to: "keeper")
  }
  type Keeper @entity { id: ID!  name: String!  home: Shelf @ref(on_delete: RESTRICT) }
)";

class Migration : public testing::TestWithParam<sql::Dialect> {
 protected:
  sql_testing::FreshDatabase fresh_{GetParam()};
  std::unique_ptr<sql::Database> database_ = fresh_.open();

  void migrate(std::string_view sdl, int version) {
    entity::migrate(*database_, Model(graphql::Schema::from_sdl({sdl})), "library", version);
  }
  void write(const std::string& statement) {
    database_->write([&](sql::Writer& writer) { writer.execute(statement); });
  }
  std::string text(const std::string& query) {
    std::string line;
    database_->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      const sql::Rows rows = reader.query(query);
      for (std::size_t row = 0; row < rows.size(); ++row) {
        for (std::size_t i = 0; i < rows.columns(); ++i) {
          line +=
              (line.empty() ? "" : "|") + (rows.is_null(row, i) ? "null" : std::string(rows.text(row, i)));
        }
      }
    });
    return line;
  }
  std::string code_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const base::Error& error) {
      return std::string(error.code());
    }
    return "accepted";
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Migration, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Migration, MakesAFreshDatabaseWithReferencesBothWays) {
  migrate(kSecond, 2);
  write("insert into organization (id) values (1)");
  write("insert into keeper (organization_id, name) values (1, 'Kim')");
  write(
      "insert into shelf (organization_id, name, room, capacity, labels, owner_id) values (1, 'a', '', 0, "
      "'[]', 1)");
  write("insert into visit (shelf_id, keeper_id) values (1, 1)");
  EXPECT_EQ(text("select locked, keeper_id from shelf"), "1|null");
  EXPECT_EQ(text("select service, version from arkitektd_schema"), "library|2");
}

TEST_P(Migration, HoldsTheKeysItDeclares) {
  migrate(kSecond, 2);
  write("insert into organization (id) values (1)");
  write("insert into keeper (organization_id, name) values (1, 'Kim'), (1, 'Lu')");
  const std::string shelf =
      "insert into shelf (organization_id, name, room, capacity, labels, owner_id, keeper_id) values (1, ";
  write(shelf + "'a', '', 0, '[]', 1, 2)");
  EXPECT_EQ(code_of([&] { write(shelf + "'a', '', 0, '[]', 1, null)"); }), base::code::kConflict) << "unique";
  EXPECT_EQ(code_of([&] { write(shelf + "'b', '', 0, '[]', 99, null)"); }), base::code::kConflict)
      << "no keeper";
  write("delete from keeper where id = 2");
  EXPECT_EQ(text("select keeper_id from shelf"), "null");
  write("update keeper set home_id = 1");
  EXPECT_EQ(code_of([&] { write("delete from shelf"); }), base::code::kConflict) << "restricted";
  write("update keeper set home_id = null");
  write("delete from keeper");
  EXPECT_EQ(text("select id from shelf"), "") << "cascade";
}

TEST_P(Migration, DoesNothingTheSecondTime) {
  migrate(kFirst, 1);
  write("insert into organization (id) values (1)");
  write("insert into shelf (organization_id, name) values (1, 'kept')");
  database_.reset();
  database_ = fresh_.open();
  migrate(kFirst, 1);
  EXPECT_EQ(text("select name from shelf"), "kept");
}

TEST_P(Migration, AddsWhatIsMissingAndKeepsTheRows) {
  migrate(kFirst, 1);
  write("insert into organization (id) values (1)");
  write("insert into shelf (organization_id, name) values (1, 'kept')");
  migrate(kSecond, 2);
  EXPECT_EQ(text("select name, room, capacity, labels, weight, locked, keeper_id, owner_id from shelf"),
            "kept||0|[]|null|1|null|null");
  write("insert into keeper (organization_id, name, home_id) values (1, 'Kim', 1)");
  write("update shelf set keeper_id = 1, owner_id = 1");
  write("insert into visit (shelf_id, keeper_id) values (1, 1)");
  EXPECT_EQ(code_of([&] { write("update shelf set keeper_id = 7"); }), base::code::kConflict);
  EXPECT_EQ(code_of([&] {
              write(
                  "insert into shelf (organization_id, name, room, capacity, labels) values (1, 'kept', '', "
                  "0, '')");
            }),
            base::code::kConflict)
      << "the new key holds, too";
  EXPECT_EQ(text("select version from arkitektd_schema"), "2");
}

TEST_P(Migration, RefusesAColumnThatRowsOfBeforeHaveNoValueFor) {
  migrate(kFirst, 1);
  for (const char* column :
       {"room: String!", "keeper: Shelf! @ref", "keeper: Shelf! @ref @default(sql: \"1\")"}) {
    const std::string sdl = fmt::format(R"(
      type Query {{ nothing: Boolean }}
      type Organization @entity(scope: GLOBAL) {{ id: ID! }}
      type Shelf @entity {{ id: ID!  name: String!  {} }}
    )",
                                        column);
    EXPECT_EQ(code_of([&] { migrate(sdl, 2); }), base::code::kInternal) << column;
  }
  EXPECT_EQ(text("select version from arkitektd_schema"), "1");
}

TEST_P(Migration, RefusesTheDatabaseOfANewerProgram) {
  migrate(kSecond, 2);
  EXPECT_EQ(code_of([&] { migrate(kFirst, 1); }), base::code::kConflict);
  EXPECT_EQ(text("select version from arkitektd_schema"), "2");
}

TEST_P(Migration, KeepsAVersionForEachService) {
  migrate(kSecond, 2);
  const Model other(
      graphql::Schema::from_sdl({"type Query { x: Int } type Other @entity(scope: GLOBAL) { id: ID! }"}));
  entity::migrate(*database_, other, "other", 1);
  write("insert into other (id) values (1)");
  EXPECT_EQ(text("select service, version from arkitektd_schema order by service"), "library|2|other|1");
}

TEST_P(Migration, IsSaidBeforeItIsDone) {
  migrate(kFirst, 1);
  const Model second(graphql::Schema::from_sdl({kSecond}));
  entity::MigrationPlan plan;
  const auto look = [&] {
    database_->read(sql::Database::Snapshot::kConsistent, [&](sql::Reader& reader) {
      plan = entity::plan_migration(reader, second, "library", 2);
    });
  };
  look();
  EXPECT_EQ(plan.from, 1);
  EXPECT_THAT(plan.statements, testing::Contains(testing::HasSubstr("create table \"keeper\"")));
  EXPECT_EQ(text("select version from arkitektd_schema"), "1");
  const entity::MigrationPlan done = entity::migrate(*database_, second, "library", 2);
  EXPECT_EQ(done.statements, plan.statements);
  look();
  EXPECT_EQ(plan.from, 2);
  EXPECT_THAT(plan.statements, testing::IsEmpty());
}

TEST(MigrationOfSeveralProcesses, NobodyFailsOnAnEmptyDatabase) {
  sql_testing::postgres_uri();  // the server ends with the thread that starts it
  sql_testing::FreshDatabase fresh(sql::Dialect::kPostgres);
  const Model model(graphql::Schema::from_sdl({kSecond}));
  std::vector<std::future<int>> processes;
  for (int i = 0; i < 4; ++i) {
    processes.push_back(std::async(std::launch::async,
                                   [&] { return entity::migrate(*fresh.open(), model, "library", 2).from; }));
  }
  std::vector<int> found;
  for (std::future<int>& process : processes) found.push_back(process.get());
  EXPECT_THAT(found, testing::UnorderedElementsAre(0, 2, 2, 2));
}

}  // namespace
