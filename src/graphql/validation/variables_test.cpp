#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

TEST(Variables, AreUnique) {
  expect_errors({{"query ($a: Int, $a: Int) { arguments { int(value: $a) } }",
                  {"1:8 1:17 There can be only one variable named '$a'."}}});
}

TEST(Variables, AreOfInputTypes) {
  expect_errors({
      {"query ($a: Boolean, $b: DogFilter, $c: [Boolean!]!) "
       "{ arguments { boolean(value: $a) object(value: $b) list(value: $c) } }"},
      {"query ($a: [Dog!]!) { arguments { any(value: $a) } }",
       {"1:12 Variable '$a' cannot be non-input type '[Dog!]!'."}},
      {"query ($a: Pet) { arguments { any(value: $a) } }",
       {"1:12 Variable '$a' cannot be non-input type 'Pet'."}},
      {"query ($a: [Xyzzyxyzzy!]) { arguments { any(value: $a) } }", {"1:13 Unknown type 'Xyzzyxyzzy'."}},
      {"query ($a: Vault) { arguments { any(value: $a) } }",
       {"1:12 Unknown type 'Vault'. Did you mean 'Cat'?"}},
  });
}

TEST(Variables, AreDefinedWhereUsed) {
  expect_errors({
      {"query Q($a: Int) { arguments { int(value: $a) } }"},
      {"query Q { arguments { int(value: $a) } }",
       {"1:34 1:1 Variable '$a' is not defined by operation 'Q'."}},
      {"{ arguments { int(value: $a) } }", {"1:26 1:1 Variable '$a' is not defined."}},
      {"query Q { arguments { object(value: {minBark: $a}) any(value: [{b: $b}]) } }",
       {"1:47 1:1 Variable '$a' is not defined by operation 'Q'.",
        "1:68 1:1 Variable '$b' is not defined by operation 'Q'."}},
      {"query Q { dog { name @skip(if: $a) } }", {"1:32 1:1 Variable '$a' is not defined by operation 'Q'."}},
  });
}

TEST(Variables, AreDefinedByEveryOperationThatReachesAFragment) {
  expect_errors({
      {"query A($a: Int) { ...F } query B($a: Int) { ...F } fragment F on Query { ...G } "
       "fragment G on Query { arguments { int(value: $a) } }"},
      {"query A($a: Int) { ...F } query B { ...F } fragment F on Query { ...G } "
       "fragment G on Query { arguments { int(value: $a) } }",
       {"1:118 1:27 Variable '$a' is not defined by operation 'B'."}},
  });
}

TEST(Variables, AreUsed) {
  expect_errors({
      {"query E($y: Int) { dog { name } }", {"1:9 Variable '$y' is never used in operation 'E'."}},
      {"query ($y: Int) { dog { name } }", {"1:8 Variable '$y' is never used."}},
      {"query A($a: Int) { ...F } query B($a: Int, $b: Int) { ...F } "
       "fragment F on Query { arguments { int(value: $a) } }",
       {"1:44 Variable '$b' is never used in operation 'B'."}},
  });
}

TEST(Variables, FitTheirPosition) {
  expect_errors({
      {"query ($a: Int!) { arguments { int(value: $a) nonNullInt(value: $a) } }"},
      {"query ($a: Int) { arguments { nonNullInt(value: $a) } }",
       {"1:8 1:49 Variable '$a' of type 'Int' used in position expecting type 'Int!'."}},
      {"query ($a: Int) { arguments { boolean(value: $a) } }",
       {"1:8 1:46 Variable '$a' of type 'Int' used in position expecting type 'Boolean'."}},
      {"query ($a: [Boolean]) { arguments { boolean(value: $a) } }",
       {"1:8 1:52 Variable '$a' of type '[Boolean]' used in position expecting type 'Boolean'."}},
      {"query ($a: Boolean!) { arguments { list(value: $a) } }",
       {"1:8 1:48 Variable '$a' of type 'Boolean!' used in position expecting type '[Boolean!]'."}},
      {"query ($a: [Boolean!]!) { arguments { list(value: $a) nonNullList(value: $a) } }"},
      {"query ($a: [Boolean]) { arguments { nonNullList(value: $a) } }",
       {"1:8 1:56 Variable '$a' of type '[Boolean]' used in position expecting type '[Boolean]!'."}},
      {"query ($a: Boolean) { arguments { list(value: [$a]) } }",
       {"1:8 1:48 Variable '$a' of type 'Boolean' used in position expecting type 'Boolean!'."}},
      {"query ($a: Boolean) { dog { name @skip(if: $a) } }",
       {"1:8 1:44 Variable '$a' of type 'Boolean' used in position expecting type 'Boolean!'."}},
  });
}

TEST(Variables, ThatAreNullableFitWhereADefaultStandsIn) {
  expect_errors({
      // Their own default.
      {"query ($a: Int = 1) { arguments { nonNullInt(value: $a) } }"},
      {"query ($a: Int = null) { arguments { nonNullInt(value: $a) } }",
       {"1:8 1:56 Variable '$a' of type 'Int' used in position expecting type 'Int!'."}},
      // The position's.
      {"query ($a: Int) { arguments { defaulted(value: $a) } }"},
      {"query ($l: Int, $o: Int) { dogs(pagination: {limit: $l, offset: $o}) { name } }"},
      {"query ($a: String) { arguments { defaulted(value: $a) } }",
       {"1:8 1:51 Variable '$a' of type 'String' used in position expecting type 'Int!'."}},
  });
}

TEST(Variables, InsideJsonFitWhateverTheirType) {
  expect_errors({{"query ($a: [DogFilter!]) { arguments { any(value: {deep: [$a]}) } }"}});
}

}  // namespace
}  // namespace graphql::validation
