#include "graphql/language/printer.h"

#include <gtest/gtest.h>

#include "graphql/language/parser.h"

namespace graphql {
namespace {

TEST(Printer, LaysDocumentsOut) {
  const std::string text =
      "query Q($a: [Int!]! = [1, 2] @d, $b: In) @live {\n"
      "  all: things(a: $a, in: {b: $b, c: [RED]}) @include(if: true) {\n"
      "    id\n"
      "    ...F\n"
      "    ... on Thing {\n"
      "      name\n"
      "    }\n"
      "    ... @skip(if: false) {\n"
      "      size\n"
      "    }\n"
      "  }\n"
      "}\n"
      "\n"
      "fragment F on Thing {\n"
      "  id\n"
      "}\n";
  EXPECT_EQ(print_document(parse_document(text)), text);
}

TEST(Printer, UsesTheShorthandWhereItCan) {
  EXPECT_EQ(print_document(parse_document("query { a }")), "{\n  a\n}\n");
  EXPECT_EQ(print_document(parse_document("query ($a: Int) { a }")), "query ($a: Int) {\n  a\n}\n");
  EXPECT_EQ(print_document(parse_document("mutation { a }")), "mutation {\n  a\n}\n");
}

TEST(Printer, PrintsLiteralsOnOneLine) {
  EXPECT_EQ(print_value(parse_value("{a :[ 1 , 2.0e1, \"x\\n\", null,true ],b:{}}")),
            R"({a: [1, 2.0e1, "x\n", null, true], b: {}})");
  EXPECT_EQ(print_value(parse_value(R"("\u0000\u007F\u00e9\"\\")")), "\"\\u0000\\u007F\xC3\xA9\\\"\\\\\"");
}

TEST(Printer, LaysSchemasOut) {
  const std::string text =
      "directive @d(a: Int = 1, b: String) repeatable on FIELD | QUERY\n"
      "\n"
      "\"\"\"\n"
      "A thing\n"
      "of two lines\n"
      "\"\"\"\n"
      "type Thing implements A & B @key(fields: \"id\") {\n"
      "  \"\"\"\n"
      "  Its id\n"
      "  \"\"\"\n"
      "  id: ID!\n"
      "  list(\n"
      "    \"\"\"\n"
      "    How many\n"
      "    \"\"\"\n"
      "    first: Int = 3\n"
      "    after: ID\n"
      "  ): [Thing!]! @deprecated\n"
      "}\n"
      "\n"
      "union U = A | B\n"
      "\n"
      "enum E {\n"
      "  X\n"
      "  Y @deprecated(reason: \"old\")\n"
      "}\n"
      "\n"
      "input I @oneOf {\n"
      "  a: Int\n"
      "}\n"
      "\n"
      "scalar S\n"
      "\n"
      "schema @link(url: \"x\") {\n"
      "  query: Thing\n"
      "}\n";
  EXPECT_EQ(print_schema_document(parse_schema(text)), text);
}

TEST(Printer, QuotesDescriptionsThatABlockStringWouldChange) {
  const auto printed = [](std::string description) {
    ast::TypeDefinition scalar;
    scalar.kind = ast::TypeDefinition::Kind::kScalar;
    scalar.description = std::move(description);
    scalar.name = "S";
    return print_schema_document({{}, {scalar}, {}});
  };
  EXPECT_EQ(printed("  indented"), "\"  indented\"\nscalar S\n");
  EXPECT_EQ(printed("line\n"), "\"line\\n\"\nscalar S\n");
  EXPECT_EQ(printed("a \"\"\" b"), "\"\"\"\na \\\"\"\" b\n\"\"\"\nscalar S\n");
}

}  // namespace
}  // namespace graphql
