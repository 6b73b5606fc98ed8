#include "graphql/validation/animals_fixture.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

TEST(Limits, OfDepthCountFieldsThroughFragments) {
  const std::string_view document =
      "{ dog { mother { ...F } } } fragment F on Dog { mother { ... on Dog { name } } }";
  EXPECT_EQ(errors_in(document, {.depth = 4, .fields = 100}), "");
  EXPECT_EQ(errors_in(document, {.depth = 3, .fields = 100}),
            "1:1 The operation nests 4 levels of fields; at most 3 are allowed.\n");
}

TEST(Limits, OfFieldsCountEverySpread) {
  const std::string_view document = "{ dog { ...F mother { ...F } } } fragment F on Dog { name nickname }";
  EXPECT_EQ(errors_in(document, {.depth = 64, .fields = 6}), "");
  EXPECT_EQ(errors_in(document, {.depth = 64, .fields = 5}),
            "1:1 The operation selects more than 5 fields.\n");
}

TEST(Limits, HoldForFragmentsThatExpandToMoreFieldsThanFitInAnInteger) {
  std::string text = "{ dog { ...F0 } } ";
  for (int i = 0; i < 200; ++i) {
    text += fmt::format("fragment F{0} on Dog {{ ...F{1} ...F{1} }} ", i, i + 1);
  }
  text += "fragment F200 on Dog { name }";
  EXPECT_EQ(errors_in(text), "1:1 The operation selects more than 20000 fields.\n");
}

TEST(Limits, HoldForChainsOfFragmentsWithoutFields) {
  std::string text = "{ dog { ...F0 } } ";
  constexpr int kFragments = 10'000;
  for (int i = 0; i < kFragments; ++i) text += fmt::format("fragment F{} on Dog {{ ...F{} }} ", i, i + 1);
  text += fmt::format("fragment F{} on Dog {{ name }}", kFragments);
  EXPECT_NE(errors_in(text).find("fragments and fields; at most 256 are allowed."), std::string::npos);
}

TEST(Limits, StopAtAHundredErrors) {
  std::string text = "{ ";
  for (int i = 0; i < 1000; ++i) text += fmt::format("unknown{} ", i);
  EXPECT_EQ(validate(*animals(), parse_document(text + "}")).size(), 100U);
}

TEST(Limits, KeepMessagesAndLocationsShort) {
  const std::string name(50'000, 'x');
  for (const ResponseError& error : validate(*animals(), parse_document("{ " + name + " }"))) {
    EXPECT_LT(error.message.size(), 1100U);
  }
  std::string cycle = "{ dog { ...F0 } } ";
  constexpr int kFragments = 1000;
  for (int i = 0; i < kFragments; ++i) {
    cycle += fmt::format("fragment F{} on Dog {{ ...F{} }} ", i, (i + 1) % kFragments);
  }
  const auto errors = validate(*animals(), parse_document(cycle));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_LE(errors[0].locations.size(), 16U);
  EXPECT_LT(errors[0].message.size(), 1100U);
}

TEST(Limits, BoundTheWorkOfManyOperationsThatShareFragments) {
  // Every operation reaches every variable use: 2,000 x 2,000.
  std::string text;
  for (int i = 0; i < 2000; ++i) text += fmt::format("query Q{}($a: Int) {{ ...F }} ", i);
  text += "fragment F on Query { arguments { any(value: [";
  for (int i = 0; i < 2000; ++i) text += "$a ";
  text += "]) } }";
  const ast::Document document = parse_document(text);
  Context context(*animals(), document, {});
  run(context);
  EXPECT_TRUE(context.exhausted());
  EXPECT_LT(context.work(), 1'010'000U);
  EXPECT_FALSE(context.take_errors().empty());
}

}  // namespace
}  // namespace graphql::validation
