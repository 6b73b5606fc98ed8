#include <gtest/gtest.h>

#include "graphql/error.h"
#include "graphql/language/parser.h"

namespace graphql {
namespace {

TEST(SchemaParser, ReadsEveryKindOfDefinition) {
  const ast::TypeSystemDocument document = parse_schema(R"(
    "The schema" schema @link(url: "x") { query: Q mutation: M subscription: S }
    """A date""" scalar Date @specifiedBy(url: "y")
    type Q implements & A & B @entity(table: "q") {
      "One" one("id" id: ID! = 1 @d, n: [Int!] = [1]): Q! @deprecated
    }
    interface A implements B { id: ID }
    union U @x = | Q | M
    enum Color { RED @deprecated(reason: "no") "deep" BLUE }
    input In { a: Int = 3 @d "bee" b: [In!]! }
    directive @d(x: Int) repeatable on | FIELD_DEFINITION | ARGUMENT_DEFINITION
    type Empty
  )");
  ASSERT_EQ(document.schemas.size(), 1u);
  EXPECT_EQ(document.schemas[0].description, "The schema");
  EXPECT_EQ(document.schemas[0].mutation, "M");
  ASSERT_EQ(document.types.size(), 7u);
  EXPECT_EQ(document.types[0].description, "A date");
  const ast::TypeDefinition& q = document.types[1];
  EXPECT_EQ(q.interfaces, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(q.directives.at(0).argument("table")->text, "q");
  EXPECT_EQ(q.fields.at(0).description, "One");
  EXPECT_EQ(q.fields[0].arguments.at(0).description, "id");
  EXPECT_EQ(q.fields[0].arguments[0].directives.at(0).name, "d");
  EXPECT_EQ(q.fields[0].arguments.at(1).default_value->items.size(), 1u);
  EXPECT_EQ(document.types[2].interfaces.at(0), "B");
  EXPECT_EQ(document.types[3].members, (std::vector<std::string>{"Q", "M"}));
  EXPECT_EQ(document.types[4].values.at(1).description, "deep");
  EXPECT_EQ(document.types[5].input_fields.at(1).description, "bee");
  ASSERT_EQ(document.directives.size(), 1u);
  EXPECT_TRUE(document.directives[0].repeatable);
  EXPECT_EQ(document.directives[0].locations.at(1), "ARGUMENT_DEFINITION");
}

TEST(SchemaParser, ReadsExtensions) {
  const ast::TypeSystemDocument document = parse_schema(R"(
    extend schema @link(url: "x")
    extend type Query { a: Int }
    extend union U = B
    extend enum E { X }
    extend input I { y: Int }
    extend interface A @internal
    extend scalar S @s
    extend type T implements A
  )");
  EXPECT_TRUE(document.schemas.at(0).extension);
  ASSERT_EQ(document.types.size(), 7u);
  for (const ast::TypeDefinition& type : document.types) EXPECT_TRUE(type.extension) << type.name;
}

TEST(SchemaParser, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"", "Syntax Error: Unexpected <EOF>. (1:1)"},
      {"type A {}", "Syntax Error: Expected Name, found '}'. (1:9)"},
      {"{ a }", "Syntax Error: Unexpected '{'. (1:1)"},
      {"query { a }", "Syntax Error: Unexpected Name 'query'. (1:1)"},
      {"enum A { true }",
       "Syntax Error: Name 'true' is reserved and cannot be used for an enum value. (1:10)"},
      {"directive @a on FOO", "Syntax Error: Unexpected Name 'FOO'. (1:17)"},
      {"directive @a on", "Syntax Error: Expected Name, found <EOF>. (1:16)"},
      {"extend foo A", "Syntax Error: Unexpected Name 'foo'. (1:8)"},
      {"extend type A", "Syntax Error: Unexpected <EOF>. (1:14)"},
      {"extend schema", "Syntax Error: Unexpected <EOF>. (1:14)"},
      {"extend directive @a on FIELD", "Syntax Error: Unexpected Name 'directive'. (1:8)"},
      {"\"d\" extend type A {b: Int}",
       "Syntax Error: Unexpected description, only GraphQL definitions support descriptions. (1:1)"},
      {"union A = ", "Syntax Error: Expected Name, found <EOF>. (1:11)"},
      {"type A implements {b:Int}", "Syntax Error: Expected Name, found '{'. (1:19)"},
      {"interface A implements B C {a: Int}", "Syntax Error: Unexpected Name 'C'. (1:26)"},
      {"input A {b(c: Int): Int}", "Syntax Error: Expected ':', found '('. (1:11)"},
      {"schema {query: A query: B}", "Syntax Error: There can be only one query type in schema. (1:18)"},
      {"schema {foo: A}", "Syntax Error: Unexpected Name 'foo'. (1:9)"},
      {"schema", "Syntax Error: Expected '{', found <EOF>. (1:7)"},
      {"type A {b(c: Int = $d): Int}", "Syntax Error: Unexpected variable '$d' in constant value. (1:20)"},
      {"type A @b(c: $d) {e: Int}", "Syntax Error: Unexpected variable '$d' in constant value. (1:14)"},
  };
  for (const auto& [text, expected] : kCases) {
    try {
      parse_schema(text);
      ADD_FAILURE() << text << " was accepted";
    } catch (const SyntaxError& error) {
      EXPECT_EQ(error.message() + " (" + std::to_string(error.location.line) + ":" +
                    std::to_string(error.location.column) + ")",
                expected)
          << text;
    }
  }
}

}  // namespace
}  // namespace graphql
