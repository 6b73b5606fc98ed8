#include "graphql/schema/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "graphql/language/parser.h"

namespace graphql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ast::TypeReference type_reference(std::string_view text) {
  return parse_document("query ($v: " + std::string(text) + ") { a }").operations.at(0).variables.at(0).type;
}

std::vector<std::string> names(const std::vector<const NamedType*>& types) {
  std::vector<std::string> result;
  for (const NamedType* type : types) result.push_back(type->name);
  return result;
}

TEST(Schema, JoinsDocumentsAndExtensions) {
  const auto schema = Schema::from_sdl({
      "extend type Query { late: Color } enum Color { RED }",
      "type Query @a { early: Int } extend enum Color { BLUE } extend type Query @b { last: ID }",
      "extend type Mutation { change: Int } extend union Any = Mutation union Any = Query",
  });
  const NamedType& query = *schema->query();
  ASSERT_EQ(query.fields.size(), 5u);
  EXPECT_EQ(query.fields[0].name, "early");
  EXPECT_EQ(query.fields[1].name, "late");
  EXPECT_EQ(query.fields[2].name, "last");
  EXPECT_EQ(query.fields[2].index, 2u);
  EXPECT_EQ(query.fields[2].owner, &query);
  EXPECT_NE(ast::find_directive(query.directives, "b"), nullptr);
  EXPECT_TRUE(schema->type("Color")->has_value("BLUE"));
  EXPECT_EQ(schema->mutation()->name, "Mutation");
  EXPECT_EQ(schema->root(ast::OperationKind::kMutation), schema->mutation());
  EXPECT_EQ(schema->subscription(), nullptr);
  EXPECT_THAT(names(schema->type("Any")->members), ElementsAre("Query", "Mutation"));
}

TEST(Schema, TakesRootsFromItsDefinition) {
  const auto schema = Schema::from_sdl({"schema { query: Q } type Q { a: Int } type Mutation { b: Int }"});
  EXPECT_EQ(schema->query()->name, "Q");
  EXPECT_EQ(schema->mutation(), nullptr);
}

TEST(Schema, HasTheBuiltInsWithoutDeclaringThem) {
  const auto schema = Schema::from_sdl({"type Query { a(x: Float): Int }"});
  for (const char* name : {"Int", "Float", "String", "Boolean", "ID", "__Schema", "__TypeKind"}) {
    EXPECT_NE(schema->type(name), nullptr) << name;
  }
  for (const char* name : {"include", "skip", "deprecated", "specifiedBy", "oneOf"}) {
    EXPECT_NE(schema->directive(name), nullptr) << name;
  }
  EXPECT_EQ(schema->directive("deprecated")->arguments.at(0).default_value,
            base::Json("No longer supported"));
}

TEST(Schema, ListsOnlyBuiltInScalarsThatAreUsed) {
  const auto schema = Schema::from_sdl({"type Query { a: Int }"});
  EXPECT_THAT(names(schema->types()), testing::Contains("Int"));
  EXPECT_THAT(names(schema->types()), Not(testing::Contains("Float")));
  EXPECT_EQ(schema->types().front()->name, "Query");
  EXPECT_TRUE(schema->types().back()->name.starts_with("__"));
}

TEST(Schema, LetsADocumentDeclareABuiltInItself) {
  const auto schema = Schema::from_sdl({"directive @oneOf on INPUT_OBJECT scalar ID type Query { a: ID }"});
  EXPECT_NE(schema->directive("oneOf"), nullptr);
  EXPECT_EQ(schema->directives().front()->name, "oneOf");
}

TEST(Schema, OffersIntrospectionOnTheQueryType) {
  const auto schema = Schema::from_sdl({"schema { query: Root } type Root { a: Int }"});
  EXPECT_EQ(schema->query()->field("__schema")->type->printed, "__Schema!");
  EXPECT_EQ(schema->query()->field("__type")->argument("name")->type->printed, "String!");
  EXPECT_NE(schema->type("__Type")->field("isOneOf"), nullptr);
  EXPECT_NE(schema->type("__Type")->field("specifiedByURL"), nullptr);
  EXPECT_NE(schema->type("__Directive")->field("isRepeatable"), nullptr);
  const InputValue* deprecated = schema->type("__Type")->field("fields")->argument("includeDeprecated");
  EXPECT_EQ(deprecated->default_value, base::Json(false));
}

TEST(Schema, KnowsWhichObjectsAnAbstractTypeMayBe) {
  const auto schema = Schema::from_sdl({R"(
    type Query { n: Node u: U }
    interface Node { id: ID }
    interface Named implements Node { id: ID name: String }
    type A implements Named & Node { id: ID name: String }
    type B implements Node { id: ID }
    union U = B
  )"});
  const NamedType& a = *schema->type("A");
  const NamedType& b = *schema->type("B");
  EXPECT_THAT(names(schema->type("Node")->members), ElementsAre("A", "B"));
  EXPECT_TRUE(schema->type("Named")->includes(a));
  EXPECT_FALSE(schema->type("Named")->includes(b));
  EXPECT_TRUE(schema->type("U")->includes(b));
  EXPECT_TRUE(a.includes(a));
  EXPECT_FALSE(a.includes(b));
  EXPECT_THAT(names(a.interfaces), ElementsAre("Named", "Node"));
}

TEST(Schema, ResolvesEqualTypesToOneObject) {
  const auto schema = Schema::from_sdl({"type Query { a: [Int!]! }"});
  const Type* type = schema->resolve(type_reference("[Int!]!"));
  EXPECT_EQ(type, schema->query()->field("a")->type);
  EXPECT_EQ(type->printed, "[Int!]!");
  EXPECT_TRUE(type->is_list());
  EXPECT_EQ(&type->element().nullable(), schema->type("Int")->self);
  EXPECT_EQ(type->named, schema->type("Int"));
  EXPECT_EQ(schema->resolve(type_reference("Int")), schema->type("Int")->self);
  EXPECT_EQ(schema->resolve(type_reference("[Nope]")), nullptr);
}

TEST(Schema, RefusesEndlesslyNestedListsOfDocuments) {
  const auto schema = Schema::from_sdl({"type Query { a: Int }"});
  EXPECT_NE(schema->resolve(type_reference("[[[[[Int]]]]]")), nullptr);
  EXPECT_EQ(schema->resolve(type_reference("[[[[[[Int]]]]]]")), nullptr);
}

TEST(Schema, ResolvesFromManyThreads) {
  const auto schema = Schema::from_sdl({"type Query { a: Int }"});
  std::vector<const Type*> found(8);
  std::vector<std::jthread> threads;
  for (const Type*& slot : found) {
    threads.emplace_back([&] {
      for (const char* text : {"[Int]", "[[Int!]]!", "[[[String]!]!]!"})
        slot = schema->resolve(type_reference(text));
    });
  }
  threads.clear();
  for (const Type* type : found) EXPECT_EQ(type, found.front());
}

TEST(Schema, CoercesDefaultsInOrderOfNeed) {
  const auto schema = Schema::from_sdl({R"(
    type Query { a(page: Page! = {limit: 3}, color: Color = RED, ids: [ID!] = 5): Int }
    input Page { offset: Int! = 0 limit: Int sub: Sub = {} }
    input Sub { deep: Boolean = true and: Sub = null }
    enum Color { RED }
  )"});
  const FieldDef& field = *schema->query()->field("a");
  EXPECT_EQ(field.argument("page")->default_value.dump(),
            R"({"offset":0,"limit":3,"sub":{"deep":true,"and":null}})");
  EXPECT_EQ(field.argument("color")->default_value, base::Json("RED"));
  EXPECT_EQ(field.argument("ids")->default_value.dump(), R"(["5"])");
  EXPECT_FALSE(field.argument("page")->is_required());
  EXPECT_EQ(schema->type("Page")->input_field("limit")->default_literal, nullptr);
}

TEST(Schema, HidesWhatIsInternal) {
  const auto schema = Schema::from_sdl({R"(
    type Query @entity(table: "q") { a: Int @auth b: Int @internal secret: Secret things: [Thing] }
    type Secret @internal { id: ID }
    interface Hidden @internal { id: ID }
    type Thing implements Hidden { id: ID @column(name: "x") old: Int @deprecated(reason: "gone") }
    union Both = Thing | Secret
    directive @auth on FIELD_DEFINITION
    directive @column(name: String) on FIELD_DEFINITION
  )"});
  EXPECT_TRUE(schema->query()->field("b")->internal);
  EXPECT_TRUE(schema->query()->field("secret")->internal);
  EXPECT_TRUE(schema->type("Secret")->internal);
  EXPECT_EQ(schema->public_sdl(),
            "directive @auth on FIELD_DEFINITION\n"
            "\n"
            "type Query {\n"
            "  a: Int @auth\n"
            "  things: [Thing]\n"
            "}\n"
            "\n"
            "type Thing {\n"
            "  id: ID\n"
            "  old: Int @deprecated(reason: \"gone\")\n"
            "}\n"
            "\n"
            "union Both = Thing\n");
}

TEST(Schema, PublishesSdlThatReadsBackAsItself) {
  const auto schema = Schema::from_sdl({R"(
    schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"]) { query: Query }
    "What to ask" type Query { "One" a("which" id: ID! = 5): [A!]! }
    type A @key(fields: "id", resolvable: true) @identified(by: "@x/a") { id: ID! }
    scalar Date @specifiedBy(url: "https://example.org")
    input Order @oneOf { a: Sort b: Sort }
    input Member @unionElementOf(union: "Order", discriminator: "kind", key: "A") { kind: Sort! = ASC }
    enum Sort { "up" ASC DESC }
  )",
                                        "extend type Query { b: Date }"});
  const auto again = Schema::from_sdl({schema->public_sdl()});
  EXPECT_EQ(again->public_sdl(), schema->public_sdl());
  EXPECT_EQ(again->types().size(), schema->types().size());
  EXPECT_THAT(schema->public_sdl(),
              HasSubstr("type A @key(fields: \"id\", resolvable: true) @identified(by: \"@x/a\") {"));
  EXPECT_THAT(schema->public_sdl(), HasSubstr("import: [\"@key\"]) {\n  query: Query\n}"));
}

}  // namespace
}  // namespace graphql
