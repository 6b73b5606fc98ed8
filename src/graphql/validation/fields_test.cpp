#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

TEST(Fields, ExistOnTheirType) {
  expect_errors({
      {"{ dog { name } pet { nickname ... on Cat { meowVolume } } }"},
      {"{ dog { __typename } catOrDog { __typename } pet { __typename } }"},
      {"{ __schema { types { name } } __type(name: \"Dog\") { name } }"},
      {"{ x }", {"1:3 Cannot query field 'x' on type 'Query'."}},
      {"{ dog { nam } }", {"1:9 Cannot query field 'nam' on type 'Dog'. Did you mean 'name'?"}},
      {"{ dog { alias: barkVolum } }",
       {"1:9 Cannot query field 'barkVolum' on type 'Dog'. Did you mean 'barkVolume'?"}},
      {"{ pet { barkVolume } }",
       {"1:9 Cannot query field 'barkVolume' on type 'Pet'. Did you mean to use an inline fragment on "
        "'Dog'?"}},
      {"{ catOrDog { nickname } }",
       {"1:14 Cannot query field 'nickname' on type 'CatOrDog'. "
        "Did you mean to use an inline fragment on 'Pet', 'Cat', or 'Dog'?"}},
      {"{ dog { __schema { types { name } } } }", {"1:9 Cannot query field '__schema' on type 'Dog'."}},
      {"fragment F on Dog { meow } { dog { ...F } }", {"1:21 Cannot query field 'meow' on type 'Dog'."}},
  });
}

TEST(Fields, ThatAreInternalDoNotExist) {
  expect_errors({
      {"{ secret }", {"1:3 Cannot query field 'secret' on type 'Query'. Did you mean 'search'?"}},
      {"{ secrets }", {"1:3 Cannot query field 'secrets' on type 'Query'."}},
      {"{ dog { chip } }", {"1:9 Cannot query field 'chip' on type 'Dog'."}},
      {"{ vault { key } }", {"1:3 Cannot query field 'vault' on type 'Query'."}},
      {"{ ... on Vault { key } }", {"1:3 Unknown type 'Vault'. Did you mean 'Cat'?"}},
  });
}

TEST(Fields, BelowAnUnknownFieldAreNotReported) {
  expect_errors({{"{ dgo { nothing(at: 1) { all } } }",
                  {"1:3 Cannot query field 'dgo' on type 'Query'. Did you mean 'dog' or 'dogs'?"}}});
}

TEST(Fields, HaveSelectionsExactlyIfTheirTypeHasFields) {
  expect_errors({
      {"{ dog { barkVolume } }"},
      {"{ dog { barkVolume { sinceWhen } } }",
       {"1:9 Field 'barkVolume' must not have a selection since type 'Int' has no subfields."}},
      {"{ dogs }",
       {"1:3 Field 'dogs' of type '[Dog!]!' must have a selection of subfields. Did you mean 'dogs { ... "
        "}'?"}},
      {"{ pet }",
       {"1:3 Field 'pet' of type 'Pet' must have a selection of subfields. Did you mean 'pet { ... }'?"}},
      {"{ catOrDog }",
       {"1:3 Field 'catOrDog' of type 'CatOrDog' must have a selection of subfields. "
        "Did you mean 'catOrDog { ... }'?"}},
  });
}

TEST(Arguments, ExistOnTheirField) {
  expect_errors({
      {"{ dog { knows(command: SIT) isHousetrained(atOtherHomes: true) @include(if: true) } }"},
      {"{ dog { knows(comand: CLEAN_UP_HOUSE, command: SIT) } }",
       {"1:15 Unknown argument 'comand' on field 'Dog.knows'. Did you mean 'command'?"}},
      {"{ __typename(of: 1) }", {"1:14 Unknown argument 'of' on field 'Query.__typename'."}},
      {"{ dog { isHousetrained(atOtherHomes: true) @include(unless: false, if: true) } }",
       {"1:53 Unknown argument 'unless' on directive '@include'."}},
  });
}

TEST(Arguments, AreUnique) {
  expect_errors({{"{ arguments { int(value: 1, value: 1) } }",
                  {"1:19 1:29 There can be only one argument named 'value'."}}});
}

TEST(Arguments, ManyAreComparedInLinearTime) {
  std::string arguments;
  for (int i = 0; i < 12; ++i) arguments += fmt::format("a{}: 1 ", i);
  const std::string errors = errors_in("{ dog { name(" + arguments + "a3: 2 a3: 3) } }");
  EXPECT_NE(errors.find("There can be only one argument named 'a3'."), std::string::npos) << errors;
}

TEST(Arguments, ThatAreRequiredAreGiven) {
  expect_errors({
      {"{ arguments { int nonNullInt(value: 1) defaulted two(b: 1, a: 2) } }"},
      {"{ arguments { nonNullInt } }",
       {"1:15 Field 'nonNullInt' argument 'value' of type 'Int!' is required, but it was not provided."}},
      {"{ arguments { two(a: 1) } }",
       {"1:15 Field 'two' argument 'b' of type 'Int!' is required, but it was not provided."}},
      {"{ arguments { nonNullInt(value: null) } }", {"1:33 Expected value of type 'Int!', found null."}},
      {"{ dog { name @skip } }",
       {"1:14 Directive '@skip' argument 'if' of type 'Boolean!' is required, but it was not provided."}},
  });
}

}  // namespace
}  // namespace graphql::validation
