#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

TEST(Operations, HaveUniqueNames) {
  expect_errors({
      {"query A { dog { name } } query B { human { name } }"},
      {"query A { dog { name } } mutation A { adopt(name: \"Rex\") { name } }",
       {"1:1 1:26 There can be only one operation named 'A'."}},
  });
}

TEST(Operations, AreAloneWhenAnonymous) {
  expect_errors({
      {"{ dog { name } }"},
      {"{ dog { name } } query A { human { name } }",
       {"1:1 This anonymous operation must be the only defined operation."}},
      {"{ dog { name } } { human { name } }",
       {"1:1 This anonymous operation must be the only defined operation.",
        "1:18 This anonymous operation must be the only defined operation."}},
  });
}

TEST(Operations, OfSubscriptionsSelectOneRootField) {
  expect_errors({
      {"subscription S { barks { volume } }"},
      {"subscription S { ...F } fragment F on Subscription { barks { volume } }"},
      {"subscription S { barks { volume } ... on Subscription { barks { volume } } }"},
      {"subscription S { barks { volume } births { name } }",
       {"1:35 Subscription 'S' must select only one top level field."}},
      {"subscription S { ...F } fragment F on Subscription { barks { volume } births { name } }",
       {"1:71 Subscription 'S' must select only one top level field."}},
      {"subscription { a: barks { volume } b: barks { volume } }",
       {"1:36 Anonymous Subscription must select only one top level field."}},
      {"subscription S { __typename }",
       {"1:18 Subscription 'S' must not select an introspection top level field."}},
  });
}

TEST(Operations, OfAKindTheSchemaLacksAreRefused) {
  const auto schema = Schema::from_sdl({"type Query { one: Int }"});
  const auto errors = validate(*schema, parse_document("mutation { one { two } }"));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message, "The schema has no mutation operations.");
}

TEST(Operations, ErrorsCarryTheValidationCode) {
  const auto errors = validate(*animals(), parse_document("{ nothing }"));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].extensions["code"].as_string(), "VALIDATION_ERROR");
}

}  // namespace
}  // namespace graphql::validation
