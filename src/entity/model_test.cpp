// Tables as the schema's directives describe them.
#include "entity/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "entity/testing/library.h"

namespace {

using entity::Column;
using entity::Model;
using entity::Storage;
using entity::Table;
using testing::HasSubstr;

std::shared_ptr<const graphql::Schema> schema_of(const std::string& types) {
  const std::string text = types + " type Query { nothing: Boolean }";
  return graphql::Schema::from_sdl({text});
}

std::string refusal_of(const std::string& types) {
  try {
    const Model model(schema_of(types));
  } catch (const base::Error& error) {
    return error.message();
  }
  return "accepted";
}

class Library : public testing::Test {
 protected:
  const Model model_{entity_testing::schema_with()};
  const Table& shelf_ = *model_.table("shelf");
  const Table& book_ = *model_.table("book");

  Storage storage(std::string_view column) const { return shelf_.column(column)->storage; }
};

TEST_F(Library, HasATableForEveryEntityAndNoOther) {
  std::vector<std::string> names;
  for (const Table& table : model_.tables()) names.push_back(table.name);
  EXPECT_EQ(names, (std::vector<std::string>{"book", "author", "reader", "borrowing", "organization", "item",
                                             "note", "label", "shelf"}));
  EXPECT_EQ(model_.table_of(*model_.schema().type("Shelf")), &shelf_);
  EXPECT_EQ(model_.table_of(*model_.schema().type("Box")), nullptr);
  EXPECT_EQ(model_.table("box"), nullptr);
}

TEST_F(Library, StoresFieldsByTheirTypes) {
  EXPECT_EQ(storage("name"), Storage::kText);
  EXPECT_EQ(storage("capacity"), Storage::kInteger);
  EXPECT_EQ(storage("weight"), Storage::kReal);
  EXPECT_EQ(storage("opened"), Storage::kTime);
  EXPECT_EQ(storage("locked"), Storage::kBoolean);
  EXPECT_EQ(storage("kind"), Storage::kText);
  EXPECT_EQ(storage("labels"), Storage::kJson);
  EXPECT_EQ(storage("box"), Storage::kJson);
  EXPECT_EQ(storage("secret"), Storage::kText) << "internal fields are stored, too";
}

TEST_F(Library, StoresNothingForWhatIsDerived) {
  for (const char* name : {"books", "newest", "book_count", "first_book", "shout", "favorites", "loans",
                           "lender", "newest_id", "first_book_id"}) {
    EXPECT_EQ(shelf_.column(name), nullptr) << name;
  }
}

TEST_F(Library, BeginsWithTheIdAndTheScope) {
  EXPECT_EQ(shelf_.columns[0].name, "id");
  EXPECT_TRUE(shelf_.columns[0].primary);
  EXPECT_EQ(shelf_.columns[1].name, "organization_id");
  EXPECT_EQ(shelf_.columns[1].references, model_.table("organization"));
  EXPECT_EQ(shelf_.column_of_field("organization"), &shelf_.columns[1])
      << "for keys, though no field shows it";
  EXPECT_EQ(book_.column("organization_id"), nullptr);
  EXPECT_EQ(book_.scope, Table::Scope::kVia);
  EXPECT_EQ(book_.via, std::vector<std::string>{"shelf"});
  EXPECT_EQ(model_.table("organization")->scope, Table::Scope::kGlobal);
}

TEST_F(Library, RefersToOtherTablesByColumnsOfTheirIds) {
  const Column* shelf = book_.column("shelf_id");
  ASSERT_NE(shelf, nullptr);
  EXPECT_EQ(shelf->references, &shelf_);
  EXPECT_EQ(shelf->on_delete, "cascade");
  EXPECT_FALSE(shelf->nullable);
  EXPECT_EQ(book_.column_of_field("shelf"), shelf);
  const Column* previous = book_.column("previous_id");
  EXPECT_EQ(previous->references, &book_);
  EXPECT_EQ(previous->on_delete, "set null");
  EXPECT_TRUE(previous->nullable);
}

TEST_F(Library, IndexesEveryReferenceThatNoKeyBeginsWith) {
  EXPECT_EQ(shelf_.uniques, (std::vector<std::vector<std::string>>{{"organization_id", "name"}}));
  EXPECT_EQ(shelf_.indexes, (std::vector<std::vector<std::string>>{{"room"}, {"organization_id", "id"}}));
  EXPECT_EQ(book_.indexes, (std::vector<std::vector<std::string>>{{"shelf_id"}, {"previous_id"}}));
}

TEST_F(Library, JoinsBothSidesThroughOneTable) {
  ASSERT_EQ(model_.joins().size(), 2U);
  EXPECT_TRUE(model_.join("borrowing")->is_entity);
  const entity::JoinTable& join = *model_.join("book_author");
  EXPECT_EQ(join.from, &book_);
  EXPECT_EQ(join.from_column, "book_id");
  EXPECT_EQ(join.to, model_.table("author"));
  EXPECT_EQ(join.to_column, "author_id");
}

TEST(Model, WritesItsTablesInBothDialects) {
  const Model model(schema_of(R"(
    type Organization @entity(scope: GLOBAL) { id: ID! }
    type Jar @entity(table: "glass") @unique(fields: "organization label") {
      id: ID!  organization: Organization!  label: String!  full: Boolean! @default(sql: "0")  size: Float
      note: String @column(name: "remark")  lid: Jar @ref(on_delete: RESTRICT)
    }
  )"));
  EXPECT_EQ(model.ddl(sql::Dialect::kSqlite), R"(create table "organization" (
  "id" integer primary key autoincrement
);

create table "glass" (
  "id" integer primary key autoincrement,
  "organization_id" integer not null references "organization"(id) on delete cascade,
  "label" text not null,
  "full" integer not null default 0,
  "size" real,
  "remark" text,
  "lid_id" integer references "glass"(id) on delete restrict
);

create unique index if not exists "glass_organization_id_label_idx" on "glass" ("organization_id", "label");

create index if not exists "glass_organization_id_id_idx" on "glass" ("organization_id", "id");

create index if not exists "glass_lid_id_some_idx" on "glass" ("lid_id") where "lid_id" is not null;

)");
  const std::string postgres = model.ddl(sql::Dialect::kPostgres);
  EXPECT_THAT(postgres, HasSubstr("\"id\" bigint generated by default as identity primary key"));
  EXPECT_THAT(postgres, HasSubstr("\"label\" text collate \"C\" not null"));
  EXPECT_THAT(postgres, HasSubstr("\"size\" double precision,"));
  EXPECT_THAT(postgres, HasSubstr("\"lid_id\" bigint\n"));
  EXPECT_THAT(postgres, HasSubstr("alter table \"glass\" add foreign key (\"lid_id\")"
                                  " references \"glass\"(id) on delete restrict;"));
}

TEST(Model, LetsTheOrganizationOfATypeBeItsScope) {
  const Model model(schema_of(R"(
    type Organization @entity(scope: GLOBAL) { id: ID! }
    type Jar @entity { id: ID!  organization: Organization! }
  )"));
  const Table& jar = *model.table("jar");
  EXPECT_EQ(jar.columns.size(), 2U);
  EXPECT_EQ(jar.column_of_field("organization"), jar.column("organization_id"));
}

TEST(Model, RefusesWhatMakesNoSense) {
  EXPECT_EQ(refusal_of("type A @entity(scope: VIA) { id: ID! }"),
            "Schema: A.@entity: scope VIA needs a path");
  EXPECT_EQ(refusal_of("type A @entity(scope: MINE) { id: ID! }"), "Schema: A.@entity: unknown scope MINE");
  EXPECT_EQ(refusal_of("type B { x: Int } type A @entity { id: ID! b: B @ref }"),
            "Schema: A.b: @ref to a type that is no entity");
  EXPECT_EQ(refusal_of("type A @entity @unique(fields: \"name\") { id: ID! }"),
            "Schema: A.name: a key over a field that is no column");
  EXPECT_EQ(refusal_of("type B { x: Int } type A @entity {"
                       " id: ID! bs: [B!] @through(table: \"a_b\", from: \"a\", to: \"b\") }"),
            "Schema: A.bs: @through to a type that is no entity");
  EXPECT_EQ(refusal_of("type A @entity { id: ID! as: [A!] @through(table: \"x\", from: \"one\", to: \"two\")"
                       " bs: [A!] @through(table: \"x\", from: \"one\", to: \"three\") }"),
            "Schema: A.bs: two different tables of one name");
}

TEST(Model, KeepsAnIdThatTheTypeDoesNotShow) {
  const Model model(schema_of("type A @entity(scope: GLOBAL) { name: String }"));
  EXPECT_EQ(model.table("a")->columns[0].name, "id");
  EXPECT_TRUE(model.table("a")->columns[0].fields.empty());
}

TEST(Model, RefusesTwoTablesOfOneName) {
  EXPECT_EQ(refusal_of("type A @entity { id: ID! } type B @entity(table: \"a\") { id: ID! }"),
            "Schema: B.@entity: a second table \"a\"");
}

TEST(Model, RefusesScopePathsThatLeadNowhere) {
  EXPECT_EQ(refusal_of("type A @entity(scope: VIA, path: \"name\") { id: ID! name: String }"),
            "Schema: A.@entity: the scope path names name, which is no reference");
  EXPECT_EQ(
      refusal_of(
          "type B @entity { id: ID! } type A @entity(scope: VIA, path: \"b.c\") { id: ID! b: B! @ref }"),
      "Schema: A.@entity: the scope path names c, which is no reference");
}

TEST(Model, RefusesUnknownDeletionRules) {
  EXPECT_EQ(refusal_of("type A @entity { id: ID! a: A @ref(on_delete: SHRUG) }"),
            "Schema: A.a: unknown on_delete SHRUG");
}

}  // namespace
