#include "graphql/validation/animals_fixture.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

constexpr std::string_view kHint =
    " Use different aliases on the fields to fetch both if this was intentional.";

void expect_conflict(std::string_view document, std::string_view conflict) {
  EXPECT_EQ(errors_in(document), std::string(conflict) + std::string(kHint) + "\n") << document;
}

TEST(OverlappingFields, ThatAreTheSameAreMerged) {
  expect_errors({
      {"{ dog { name name alias: name alias: name } }"},
      {"{ dog { knows(command: SIT) knows(command: SIT) } }"},
      {"query ($a: Command!) { dog { knows(command: $a) knows(command: $a) } }"},
      {"{ dogs(filter: {minBark: 1, name: \"x\"}) { name } dogs(filter: {name: \"x\", minBark: 1}) { name } "
       "}"},
      {"{ dog { ...A ...A ... on Dog { ...A } } } fragment A on Dog { name owner { name } }"},
      {"{ dog { owner { name } } dog { owner { n: name } } }"},
      {"{ dog { name @skip(if: true) name @include(if: true) } }"},
  });
}

TEST(OverlappingFields, ThatDifferConflict) {
  expect_conflict("{ dog { name: nickname name } }",
                  "1:9 1:24 Fields 'name' conflict because 'nickname' and 'name' are different fields.");
  expect_conflict("{ dog { knows(command: SIT) knows(command: HEEL) } }",
                  "1:9 1:29 Fields 'knows' conflict because they have differing arguments.");
  expect_conflict("{ dog { isHousetrained isHousetrained(atOtherHomes: true) } }",
                  "1:9 1:24 Fields 'isHousetrained' conflict because they have differing arguments.");
  expect_conflict("query ($a: Command!, $b: Command!) { dog { knows(command: $a) knows(command: $b) } }",
                  "1:44 1:63 Fields 'knows' conflict because they have differing arguments.");
  expect_conflict("{ dog { ...A ...B } } fragment A on Dog { x: name } fragment B on Dog { x: nickname }",
                  "1:43 1:73 Fields 'x' conflict because 'name' and 'nickname' are different fields.");
}

TEST(OverlappingFields, AreComparedBelowFieldsThatMerge) {
  expect_conflict(
      "{ dog { owner { x: name } } dog { owner { x: dog { name } } } }",
      "1:3 1:9 1:17 1:29 1:35 1:43 Fields 'dog' conflict because subfields 'owner' conflict because "
      "subfields 'x' conflict because 'name' and 'dog' are different fields.");
  expect_conflict("{ dog { owner { x: name } owner { x: name(surname: true) } } }",
                  "1:9 1:17 1:27 1:35 Fields 'owner' conflict because subfields 'x' conflict because "
                  "they have differing arguments.");
}

TEST(OverlappingFields, OfDifferentObjectsNeedOnlyTheSameShape) {
  expect_errors({
      {"{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }"},
      {"{ pet { ... on Dog { name(surname: true) } ... on Cat { name } } }"},
      {"{ catOrDog { ... on Dog { mother { x: name } } ... on Cat { mother { x: name(surname: true) } } } }"},
  });
  expect_conflict(
      "{ pet { ... on Dog { some: nickname } ... on Cat { some: meowVolume } } }",
      "1:22 1:52 Fields 'some' conflict because they return conflicting types 'String' and 'Int'.");
  expect_conflict(
      "{ pet { ... on Dog { x: nickname } ... on Cat { x: name } } }",
      "1:22 1:49 Fields 'x' conflict because they return conflicting types 'String' and 'String!'.");
  expect_conflict(
      "{ catOrDog { ... on Dog { mother { x: name } } ... on Cat { mother { x: meowVolume } } } }",
      "1:27 1:36 1:61 1:70 Fields 'mother' conflict because subfields 'x' conflict because "
      "they return conflicting types 'String!' and 'Int'.");
}

TEST(OverlappingFields, OfAnInterfaceMeetThoseOfItsObjects) {
  expect_conflict("{ pet { x: name ... on Dog { x: nickname } } }",
                  "1:9 1:30 Fields 'x' conflict because 'name' and 'nickname' are different fields.");
  expect_conflict("{ pet { name ... on Dog { name(surname: true) } ... on Cat { name } } }",
                  "1:9 1:27 Fields 'name' conflict because they have differing arguments.");
}

TEST(OverlappingFields, InOneFragmentAreReportedOnce) {
  expect_conflict("{ dog { ...A mother { ...A } } } fragment A on Dog { x: name x: nickname }",
                  "1:54 1:62 Fields 'x' conflict because 'name' and 'nickname' are different fields.");
}

// --- documents made to be slow ----------------------------------------------

struct Outcome {
  std::size_t work;
  std::size_t errors;
};

Outcome outcome_of(const std::string& text, const Schema& schema = *animals()) {
  const ast::Document document = parse_document(text);
  Context context(schema, document, {});
  run(context);
  return {context.work(), context.take_errors().size()};
}

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

TEST(OverlappingFields, RepeatedThousandsOfTimesTakeLinearWork) {
  const Outcome outcome = outcome_of("{ dog { " + repeat("name ", 15'000) + "} }");
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_LT(outcome.work, 4 * 15'000U);
}

TEST(OverlappingFields, RepeatedAtEveryLevelTakeLinearWork) {
  // Comparing pairs, then the pairs within each pair, would take 4^12 comparisons.
  std::string text = "name";
  for (int level = 0; level < 12; ++level) text = "mother { " + text + " } mother { " + text + " }";
  const Outcome outcome = outcome_of("{ dog { " + text + " } }");
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_LT(outcome.work, 4 * (1U << 13));
}

TEST(OverlappingFields, OfFragmentsThatSpreadEachOtherTwiceTakeLinearWork) {
  // 2^10 fields expanded, written in 10 lines.
  std::string text = "{ dog { ...F0 } } ";
  for (int i = 0; i < 10; ++i) {
    text +=
        fmt::format("fragment F{0} on Dog {{ a: mother {{ ...F{1} }} b: mother {{ ...F{1} }} }} ", i, i + 1);
  }
  const Outcome outcome = outcome_of(text + "fragment F10 on Dog { name }");
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_LT(outcome.work, 200U);
}

TEST(OverlappingFields, OfEveryPairOfManyFragmentsTakeLittleWork) {
  // Each fragment spreads all later ones: comparing fragments pair by pair is quadratic at best.
  std::string text = "{ dog { ...F0 } } ";
  constexpr int kFragments = 12;
  for (int i = 0; i < kFragments; ++i) {
    text += fmt::format("fragment F{} on Dog {{ name ", i);
    for (int j = i + 1; j < kFragments; ++j) text += fmt::format("...F{} ", j);
    text += "} ";
  }
  const Outcome outcome = outcome_of(text);
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_LT(outcome.work, 400U);
}

TEST(OverlappingFields, OnManyCombinationsOfObjectsRunOutOfTheirAllowance) {
  // At every level each object type can meet another set of the fields above:
  // 2^40 different merged sets in a document of a few thousand fields.
  const auto schema =
      Schema::from_sdl({"type Query { n: Node } interface Node { n: Node v: Int } "
                        "type A implements Node { n: Node v: Int } "
                        "type B implements Node { n: Node v: Int }"});
  constexpr int kLevels = 40;
  std::string text = "v";
  for (int level = kLevels; level > 0; --level) {
    const std::string tail = repeat("n { ", kLevels - level) + "v" + repeat(" }", kLevels - level);
    text = fmt::format("n {{ {0} }} ... on A {{ n {{ {1} }} }} ... on B {{ n {{ {1} }} }}", text, tail);
  }
  const std::string document = "{ n { " + text + " } }";
  EXPECT_EQ(outcome_of(document, *schema).errors, 1U);
  EXPECT_LT(outcome_of(document, *schema).work, 1'100'000U);
  const auto errors = validate(*schema, parse_document(document));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].message.substr(0, 28), "The document is too complex:");
}

TEST(OverlappingFields, ComparedWithLargeArgumentsStayWithinTheAllowance) {
  const std::string argument = "dogs(filter: {minBark: 1, barks: [" + repeat("1 ", 1000) + "]}) { name } ";
  const Outcome outcome = outcome_of("{ " + repeat(argument, 20) + "}");
  EXPECT_EQ(outcome.errors, 0U);
  EXPECT_LT(outcome.work, 3 * 20'000U);
}

}  // namespace
}  // namespace graphql::validation
