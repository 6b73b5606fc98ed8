#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

TEST(Fragments, HaveUniqueNames) {
  expect_errors({
      {"{ dog { ...A ...B } } fragment A on Dog { name } fragment B on Dog { owner { name } }"},
      {"{ dog { ...A } } fragment A on Dog { name } fragment A on Dog { owner { name } }",
       {"1:18 1:45 There can be only one fragment named 'A'."}},
  });
}

TEST(Fragments, NameTypesThatExist) {
  expect_errors({
      {"{ dog { ...A ... on Dog { name } ... @include(if: true) { name } } } fragment A on Dog { name }"},
      {"{ dog { ...A } } fragment A on Zebra { name }", {"1:18 Unknown type 'Zebra'."}},
      {"{ dog { ... on Dgo { name } } }", {"1:9 Unknown type 'Dgo'. Did you mean 'Dog'?"}},
  });
}

TEST(Fragments, AreOnTypesWithFields) {
  expect_errors({
      {"{ catOrDog { ...A ...B ...C } } fragment A on Dog { name } fragment B on Pet { name } "
       "fragment C on CatOrDog { ... on Dog { name } }"},
      {"{ dog { ...A } } fragment A on Int { something }",
       {"1:18 Fragment 'A' cannot condition on non composite type 'Int'."}},
      {"{ dog { ... on Boolean { not } ... on DogFilter { name } } }",
       {"1:9 Fragment cannot condition on non composite type 'Boolean'.",
        "1:32 Fragment cannot condition on non composite type 'DogFilter'."}},
  });
}

TEST(Fragments, AreUsed) {
  expect_errors({
      {"{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { name }"},
      {"{ dog { name } } fragment A on Dog { name }", {"1:18 Fragment 'A' is never used."}},
      {"{ dog { name } } fragment A on Dog { ...B } fragment B on Dog { name }",
       {"1:18 Fragment 'A' is never used.", "1:45 Fragment 'B' is never used."}},
  });
}

TEST(Fragments, ThatAreSpreadAreDefined) {
  expect_errors({{"{ dog { ...Undefined } }", {"1:9 Unknown fragment 'Undefined'."}}});
}

TEST(Fragments, FormNoCycles) {
  expect_errors({
      {"{ dog { ...A } } fragment A on Dog { mother { ...A } }",
       {"1:47 Cannot spread fragment 'A' within itself."}},
      {"{ dog { ...A } } fragment A on Dog { name ...B } fragment B on Dog { barkVolume ...A }",
       {"1:43 1:81 Cannot spread fragment 'A' within itself via 'B'."}},
      {"{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { ...C } fragment C on Dog { ...A ...B "
       "}",
       {"1:38 1:65 1:92 Cannot spread fragment 'A' within itself via 'B', 'C'.",
        "1:65 1:97 Cannot spread fragment 'B' within itself via 'C'."}},
      // Twice is no cycle.
      {"{ dog { ...A ...B } } fragment A on Dog { ...C ...C } fragment B on Dog { ...C } fragment C on Dog { "
       "name }"},
  });
}

TEST(Fragments, AreSpreadWhereTheirTypeIsPossible) {
  expect_errors({
      // object in object, abstract in object, object in abstract, abstract in abstract
      {"{ dog { ... on Dog { barkVolume } } }"},
      {"{ dog { ... on Pet { name } ... on CatOrDog { ... on Dog { barkVolume } } } }"},
      {"{ pet { ... on Dog { barkVolume } } catOrDog { ... on Cat { meowVolume } } }"},
      {"{ pet { ...A ... on CatOrRobot { ... on Cat { name } } } } fragment A on Being { name }"},
      {"{ dog { ... on Cat { meowVolume } } }",
       {"1:9 Fragment cannot be spread here as objects of type 'Dog' can never be of type 'Cat'."}},
      {"{ human { ... on Pet { name } } }",
       {"1:11 Fragment cannot be spread here as objects of type 'Human' can never be of type 'Pet'."}},
      {"{ catOrDog { ... on Human { name } } }",
       {"1:14 Fragment cannot be spread here as objects of type 'CatOrDog' can never be of type 'Human'."}},
      {"{ catOrRobot { ...A } } fragment A on Human { name }",
       {"1:16 Fragment 'A' cannot be spread here as objects of type 'CatOrRobot' can never be of type "
        "'Human'."}},
  });
}

TEST(Fragments, OfTwoAbstractTypesNeedACommonObject) {
  const auto schema =
      Schema::from_sdl({"type Query { a: A } interface A { x: Int } interface B { x: Int } "
                        "type One implements A { x: Int } type Two implements B { x: Int }"});
  const auto errors = validate(*schema, parse_document("{ a { ... on B { x } ... on B { x } } }"));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].message,
            "Fragment cannot be spread here as objects of type 'A' can never be of type 'B'.");
}

}  // namespace
}  // namespace graphql::validation
