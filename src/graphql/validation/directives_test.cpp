#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

TEST(Directives, AreDefined) {
  expect_errors({
      {"query @onQuery { dog { name @onField @skip(if: false) } }"},
      {"{ dog { name @unknown(a: 1) } }", {"1:14 Unknown directive '@unknown'."}},
  });
}

TEST(Directives, StandInValidLocations) {
  expect_errors({
      {"query ($a: Int @onVariable) { arguments { int(value: $a) @onField } ...F @tag(name: \"x\") } "
       "fragment F on Query { dog { name } }"},
      {"query @skip(if: true) { dog { name } }", {"1:7 Directive '@skip' may not be used on query."}},
      {"{ dog { name @onQuery } }", {"1:14 Directive '@onQuery' may not be used on field."}},
      {"{ ... @onField { dog { name } } ...F @onField } fragment F on Query @onField { dog { name } }",
       {"1:7 Directive '@onField' may not be used on inline fragment.",
        "1:38 Directive '@onField' may not be used on fragment spread.",
        "1:69 Directive '@onField' may not be used on fragment definition."}},
      {"query ($a: Int @onField) { arguments { int(value: $a) } }",
       {"1:16 Directive '@onField' may not be used on variable definition."}},
      {"mutation @onQuery { adopt(name: \"a\") { name } }",
       {"1:10 Directive '@onQuery' may not be used on mutation."}},
  });
}

TEST(Directives, AreUniqueUnlessRepeatable) {
  expect_errors({
      {"{ dog { name @tag(name: \"a\") @tag(name: \"b\") } }"},
      {"{ dog { name @skip(if: true) nickname @skip(if: false) } }"},
      {"{ dog { name @skip(if: true) @skip(if: false) } }",
       {"1:14 1:30 The directive '@skip' can only be used once at this location."}},
  });
}

TEST(Directives, HaveArgumentsLikeFields) {
  expect_errors({
      {"{ dog { name @limited nickname @limited(to: null) } }"},
      {"{ dog { name @tag(weight: \"1\") } }",
       {"1:14 Directive '@tag' argument 'name' of type 'String!' is required, but it was not provided.",
        "1:27 Int cannot represent non-integer value: \"1\""}},
  });
}

}  // namespace
}  // namespace graphql::validation
