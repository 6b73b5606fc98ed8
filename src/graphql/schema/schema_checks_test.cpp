#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "graphql/schema/schema.h"

namespace graphql {
namespace {

constexpr std::string_view kHeading = "The GraphQL schema is not valid:\n";

std::string problems(std::string_view sdl) {
  try {
    Schema::from_sdl({sdl});
    return {};
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kInternal);
    EXPECT_TRUE(error.message().starts_with(kHeading));
    return error.message().substr(kHeading.size());
  }
}

TEST(SchemaChecks, NameWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"type Query { a: Int", "Document 1, line 1, column 20: Syntax Error: Expected Name, found <EOF>."},
      {"type Query { a: Nope }", "Unknown type 'Nope' at 'Query.a'."},
      {"type Query { a(b: [Nope!]): Int }", "Unknown type 'Nope' at 'Query.a.b'."},
      {"type Query implements Nope { a: Int }", "Unknown type 'Nope' at 'Query'."},
      {"schema { query: Nope }", "Unknown type 'Nope' at 'schema'."},
      {"schema { query: E } enum E { A }", "Root type 'E' must be an object type."},
      {"schema { query: Q mutation: Q } type Q { a: Int }",
       "Type 'Q' can only be the root of one kind of operation."},
      {"type A { a: Int } type A { b: Int }", "There can be only one type named 'A'."},
      {"directive @a on FIELD directive @a on FIELD", "There can be only one directive named '@a'."},
      {"schema { query: A } schema { query: A } type A { a: Int }",
       "There can be only one schema definition.\nThere can be only one query type in schema."},
      {"extend type A { a: Int }", "Cannot extend type 'A' because it is not defined."},
      {"type A { a: Int } extend input A { b: Int }",
       "Cannot extend type 'A' as another kind of type than it is."},
      {"type A", "Type 'A' must define one or more fields."},
      {"type A { a: Int @internal }", "Type 'A' has only internal fields; clients would see it empty."},
      {"type A { a: Int a: Int }", "Field 'A.a' can only be defined once."},
      {"type A { a(b: Int, b: Int): Int }", "Argument 'A.a.b' can only be defined once."},
      {"type A { a: I } input I { b: Int }", "Field 'A.a' must have an output type, not 'I'."},
      {"type A { a(b: [A]): Int }", "Argument 'A.a.b' must have an input type, not '[A]'."},
      {"directive @d(a: A) on FIELD type A { a: Int }", "Argument '@d.a' must have an input type, not 'A'."},
      {"type A { a(b: I): Int } input I @internal { c: Int }",
       "Argument 'A.a.b' has the internal type 'I', which clients cannot know."},
      {"type A { a(b: Int! @deprecated): Int }", "Argument 'A.a.b' is required and cannot be deprecated."},
      {"type __A { a: Int }", "Name '__A' must not begin with '__', which is reserved for introspection."},
      {"type A { __a: Int }", "Name 'A.__a' must not begin with '__', which is reserved for introspection."},
      {"directive @__d on FIELD",
       "Name '@__d' must not begin with '__', which is reserved for introspection."},
      {"union U", "Union 'U' must define one or more member types."},
      {"union U = E enum E { A }", "Union 'U' can only include object types, not 'E'."},
      {"union U = A | A type A { a: Int }", "Union 'U' can only include 'A' once."},
      {"enum E", "Enum 'E' must define one or more values."},
      {"enum E { A A }", "Enum value 'E.A' can only be defined once."},
      {"input I", "Input object 'I' must define one or more fields."},
      {"input I { a: Int a: Int }", "Input field 'I.a' can only be defined once."},
      {"input I { a: A } type A { a: Int }", "Input field 'I.a' must have an input type, not 'A'."},
      {"input I { a: I! }",
       "Cannot reference input object 'I' within itself through a series of non-null fields: 'a'."},
      {"input I { a: J! } input J { b: I! }",
       "Cannot reference input object 'I' within itself through a series of non-null fields: 'a.b'."},
      {"input I @oneOf { a: Int! }", "OneOf input field 'I.a' must be nullable."},
      {"input I @oneOf { a: Int = 1 }", "OneOf input field 'I.a' cannot have a default value."},
      {"type A { a(b: Int = \"x\"): Int }",
       "Default value of 'A.a.b': Int cannot represent non-integer value: \"x\""},
      {"input I { a: E = BLUE } enum E { RED }",
       "Default value of 'I.a': Value 'BLUE' does not exist in 'E' enum."},
      {"input I { a: Int! = null }",
       "Default value of 'I.a': Expected non-nullable type 'Int!' not to be None."},
      {"input I { a: I = {} }", "A default value within input object 'I' contains itself."},
      {"type A { a: Int @oneOf }", "Directive '@oneOf' at 'A.a': may not be used on FIELD_DEFINITION."},
      {"type A { a: Int @deprecated @deprecated }",
       "Directive '@deprecated' at 'A.a': can only be used once."},
      {"type A { a: Int @deprecated(reson: \"x\") }",
       "Directive '@deprecated' at 'A.a': has no argument 'reson'."},
      {"scalar S @specifiedBy",
       "Directive '@specifiedBy' at 'S': Argument 'url' of required type 'String!' was not provided."},
  };
  for (const auto& [sdl, expected] : kCases) EXPECT_EQ(problems(sdl), expected) << sdl;
}

TEST(SchemaChecks, HoldTypesToTheirInterfaces) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"{ other: Int }", "Interface field 'I.f' expected but 'A' does not provide it."},
      {"{ f(x: Int): [String] }", "Interface field 'I.f' expects type '[N]' but 'A.f' is type '[String]'."},
      {"{ f(x: Int): N }", "Interface field 'I.f' expects type '[N]' but 'A.f' is type 'N'."},
      {"{ f: [N] }", "Interface field argument 'I.f(x:)' expected but 'A.f' does not provide it."},
      {"{ f(x: Int!): [N] }",
       "Interface field argument 'I.f(x:)' expects type 'Int' but 'A.f(x:)' is type 'Int!'."},
      {"{ f(x: Int, y: Int!): [N] }",
       "Argument 'A.f(y:)' must not be required because 'I.f' does not have it."},
      {"{ f(x: Int): [N] @internal z: Int }", "Field 'A.f' is internal, but clients see it as 'I.f'."},
      {"{ f(x: Int): [N] }", ""},
      {"{ f(x: Int): [N!]! }", ""},
      {"{ f(x: Int): [O!] }", ""},
      {"{ f(x: Int, y: Int, z: Int! = 1): [M] }", ""},
  };
  for (const auto& [fields, expected] : kCases) {
    const std::string sdl =
        "interface I { f(x: Int): [N] stored: Int @internal } interface N { n: Int } interface M implements "
        "N { n: Int }"
        " type O implements N { n: Int } type A implements I " +
        std::string(fields);
    EXPECT_EQ(problems(sdl), expected) << fields;
  }
  EXPECT_EQ(
      problems("interface I { a: Int } interface J implements I { a: Int } type A implements J { a: Int }"),
      "Type 'A' must implement 'I' because it is implemented by 'J'.");
  EXPECT_EQ(problems("interface I implements I { a: Int }"), "Type 'I' cannot implement itself.");
  EXPECT_EQ(problems("interface I { a: Int } type A implements I & I { a: Int }"),
            "Type 'A' can only implement 'I' once.");
  EXPECT_EQ(problems("type B { a: Int } type A implements B { a: Int }"),
            "Type 'A' can only implement interfaces, not 'B'.");
}

TEST(SchemaChecks, AllowWhatOtherRoomsGiveMeaning) {
  EXPECT_EQ(problems("type A @entity(table: 5) @entity { a: Int @auth(any: [1]) } schema @link(url: \"x\") { "
                     "query: A }"),
            "");
  EXPECT_EQ(problems("input I { a: I b: [I!]! c: I = null }"), "");
}

TEST(SchemaChecks, ReportAllProblemsOfAStep) {
  EXPECT_EQ(problems("type A { a: X b: Y }"), "Unknown type 'X' at 'A.a'.\nUnknown type 'Y' at 'A.b'.");
}

}  // namespace
}  // namespace graphql
