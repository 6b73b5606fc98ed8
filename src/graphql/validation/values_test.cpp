#include "graphql/validation/animals_fixture.h"

namespace graphql::validation {
namespace {

/// An argument of the `Arguments` type and the error it makes, if any.
struct Literal {
  std::string_view argument;
  std::string_view error = {};
};

void expect_literals(const std::vector<Literal>& literals) {
  for (const Literal& literal : literals) {
    const std::string document = fmt::format("{{ arguments {{ {} }} }}", literal.argument);
    const std::string errors = errors_in(document);
    const std::size_t message = errors.find_first_not_of("0123456789: ");
    const std::string_view found =
        message == std::string::npos ? std::string_view() : std::string_view(errors).substr(message);
    EXPECT_EQ(found, literal.error.empty() ? "" : std::string(literal.error) + "\n") << document;
  }
}

TEST(Values, OfScalarsAreOfTheirKind) {
  expect_literals({
      {"int(value: -5)"},
      {"int(value: null)"},
      {"int(value: 2147483647)"},
      {"int(value: 2147483648)", "Int cannot represent non 32-bit signed integer value: 2147483648"},
      {"int(value: 1.0)", "Int cannot represent non-integer value: 1.0"},
      {"int(value: \"1\")", "Int cannot represent non-integer value: \"1\""},
      {"int(value: [1])", "Int cannot represent non-integer value: [1]"},
      {"float(value: 1)"},
      {"float(value: 1.5e3)"},
      {"float(value: \"1.5\")", "Float cannot represent non numeric value: \"1.5\""},
      {"string(value: \"text\")"},
      {"string(value: 1)", "String cannot represent a non string value: 1"},
      {"string(value: BARE)", "String cannot represent a non string value: BARE"},
      {"boolean(value: false)"},
      {"boolean(value: 0)", "Boolean cannot represent a non boolean value: 0"},
      {"id(value: 5)"},
      {"id(value: \"5\")"},
      {"id(value: 5.5)", "ID cannot represent a non-string and non-integer value: 5.5"},
      {"any(value: {a: [1, \"2\", THREE, null]})"},
  });
}

TEST(Values, OfEnumsExist) {
  expect_literals({
      {"command(value: SIT)"},
      {"command(value: SITT)",
       "Value 'SITT' does not exist in 'Command' enum. Did you mean the enum value 'SIT'?"},
      {"command(value: sit)",
       "Value 'sit' does not exist in 'Command' enum. Did you mean the enum value 'SIT'?"},
      {"command(value: JUGGLE)", "Value 'JUGGLE' does not exist in 'Command' enum."},
      {"command(value: \"SIT\")",
       "Enum 'Command' cannot represent non-enum value: \"SIT\". Did you mean the enum value 'SIT'?"},
      {"command(value: true)", "Enum 'Command' cannot represent non-enum value: true."},
  });
}

TEST(Values, OfListsAreCheckedOneByOne) {
  expect_literals({
      {"list(value: [true, false])"},
      {"list(value: [])"},
      {"list(value: true)"},
      {"list(value: null)"},
      {"matrix(value: [[1, null], null, [2]])"},
      {"list(value: [true, null])", "Expected value of type 'Boolean!', found null."},
      {"list(value: [true, 1])", "Boolean cannot represent a non boolean value: 1"},
      {"list(value: 1)", "Boolean cannot represent a non boolean value: 1"},
      {"nonNullList(value: null)", "Expected value of type '[Boolean]!', found null."},
  });
}

TEST(Values, OfInputObjectsHaveTheirFields) {
  expect_literals({
      {"object(value: {minBark: 1, nested: {minBark: 2}, barks: 3})"},
      {"object(value: {name: \"Rex\"})",
       "Field 'DogFilter.minBark' of required type 'Int!' was not provided."},
      {"object(value: {minBark: null})", "Expected value of type 'Int!', found null."},
      {"object(value: {minBark: 1, zzz: 2})", "Field 'zzz' is not defined by type 'DogFilter'."},
      {"object(value: {minBark: 1, fu: 2})",
       "Field 'fu' is not defined by type 'DogFilter'. Did you mean 'fur'?"},
      {"object(value: {minBark: 1, minBark: 2})", "There can be only one input field named 'minBark'."},
      {"object(value: {minBark: 1, nested: {minBark: 1, barks: [1, \"2\"]}})",
       "Int cannot represent non-integer value: \"2\""},
      {"object(value: 1)", "Expected value of type 'DogFilter', found 1."},
      {"any(value: {a: 1, a: 2})", "There can be only one input field named 'a'."},
  });
}

TEST(Values, AreLocatedWhereTheyStand) {
  expect_errors({
      {"{\n  arguments {\n    object(value: {\n      minBark: \"1\"\n      wrong: 1 }) } }",
       {"4:16 Int cannot represent non-integer value: \"1\"",
        "5:7 Field 'wrong' is not defined by type 'DogFilter'."}},
  });
}

TEST(Values, ThatAreNullMeanTheDefault) {
  expect_errors({
      {"{ arguments { defaulted(value: null) } }"},
      {"{ dogs(pagination: {offset: null, limit: null}, order: null) { name } }"},
  });
}

TEST(Values, OfOneOfInputsHaveExactlyOneKey) {
  expect_errors({
      {"{ search(by: {name: \"Rex\"}) { name } dogs(order: [{name: SIT}, {bark: HEEL}]) { name } }"},
      {"{ search(by: {name: \"Rex\", id: 5}) { name } }",
       {"1:14 OneOf Input Object 'SearchBy' must specify exactly one key."}},
      {"{ search(by: {}) { name } }", {"1:14 OneOf Input Object 'SearchBy' must specify exactly one key."}},
      {"{ search(by: {name: null}) { name } }", {"1:14 Field 'SearchBy.name' must be non-null."}},
      {"query ($name: String!) { search(by: {name: $name}) { name } }"},
      {"query ($name: String) { search(by: {name: $name}) { name } }",
       {"1:8 1:43 Variable '$name' is of type 'String' but must be non-nullable to be used for OneOf Input "
        "Object 'SearchBy'."}},
  });
}

TEST(Values, OfVariableDefaultsFitTheVariable) {
  expect_errors({
      {"query ($a: Int = 1, $b: String = null, $c: DogFilter = {minBark: 1}) "
       "{ arguments { int(value: $a) string(value: $b) object(value: $c) } }"},
      {"query ($a: Int = \"1\") { arguments { int(value: $a) } }",
       {"1:18 Int cannot represent non-integer value: \"1\""}},
      {"query ($a: Int! = null) { arguments { int(value: $a) } }",
       {"1:19 Expected value of type 'Int!', found null."}},
      {"query ($c: DogFilter = {}) { arguments { object(value: $c) } }",
       {"1:24 Field 'DogFilter.minBark' of required type 'Int!' was not provided."}},
  });
}

}  // namespace
}  // namespace graphql::validation
