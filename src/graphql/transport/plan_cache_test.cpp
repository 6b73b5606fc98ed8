// Which documents are kept planned, and what is said about those that cannot be.
#include "graphql/transport/plan_cache.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

namespace {

using graphql::InvalidDocument;
using graphql::Plan;
using graphql::PlanCache;

class Plans : public testing::Test {
 protected:
  std::shared_ptr<const graphql::Schema> schema_ =
      graphql::Schema::from_sdl({"type Query { a: Int  b: Int } type Mutation { c: Int }"});
  graphql::Executor executor_{schema_, std::make_shared<graphql::ResolverMap>()};
  PlanCache plans_{executor_, 2};

  /// Uses a document often enough to be kept.
  std::shared_ptr<const Plan> keep(std::string_view text) {
    plans_.get(text, "");
    return plans_.get(text, "");
  }

  static std::string refusal(PlanCache& plans, std::string_view text, std::string_view name = "") {
    try {
      plans.get(text, name);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "accepted";
  }
};

TEST_F(Plans, AdmitADocumentAtItsSecondUse) {
  const auto first = plans_.get("{ a }", "");
  EXPECT_EQ(plans_.size(), 0U);
  const auto second = plans_.get("{ a }", "");
  EXPECT_NE(second, first);
  EXPECT_EQ(plans_.size(), 1U);
  EXPECT_EQ(plans_.get("{ a }", ""), second);
}

TEST_F(Plans, AreNotPushedOutByDocumentsUsedOnce) {
  const auto kept = keep("{ a }");
  for (int i = 0; i < 50; ++i) plans_.get(fmt::format("{{ x{}: a }}", i), "");
  EXPECT_EQ(plans_.get("{ a }", ""), kept);
}

TEST_F(Plans, LeaveWhenLeastRecentlyUsed) {
  const auto a = keep("{ a }");
  const auto b = keep("{ b }");
  EXPECT_EQ(plans_.get("{ a }", ""), a);
  const auto both = keep("{ a b }");
  EXPECT_EQ(plans_.size(), 2U);
  EXPECT_EQ(plans_.get("{ a }", ""), a);
  EXPECT_EQ(plans_.get("{ a b }", ""), both);
  EXPECT_NE(plans_.get("{ b }", ""), b) << "pushed out";
}

TEST_F(Plans, HoldTheirTextsWithinALimit) {
  PlanCache small(executor_, 10, 40);
  const std::string first = "{ a      # twenty bytes\n }";
  const std::string second = "{ b      # twenty bytes\n }";
  for (const std::string& text : {first, first, second, second}) small.get(text, "");
  EXPECT_EQ(small.size(), 1U);
  const std::string huge = "{ a } #" + std::string(100, '.');
  for (int i = 0; i < 3; ++i) small.get(huge, "");
  EXPECT_EQ(small.size(), 1U) << "one that never fits pushes nothing out";
  EXPECT_EQ(small.get(second, ""), small.get(second, ""));
}

TEST_F(Plans, AreOneForEachOperation) {
  constexpr std::string_view kTwo = "query A { a } mutation C { c }";
  EXPECT_EQ(plans_.get(kTwo, "A")->operation().name, "A");
  EXPECT_EQ(plans_.get(kTwo, "C")->operation().name, "C");
  EXPECT_EQ(plans_.get(kTwo, "A")->operation().name, "A");
  EXPECT_EQ(plans_.get(kTwo, "C")->operation().name, "C");
  EXPECT_EQ(plans_.size(), 2U);
}

TEST_F(Plans, OutliveTheirPlaceInTheCache) {
  const auto a = keep("{ a }");
  keep("{ b }");
  keep("{ a b }");
  EXPECT_EQ(a->root().fields.at(0).response_key, "a");
}

TEST_F(Plans, WantToKnowWhichOperation) {
  EXPECT_EQ(refusal(plans_, "query A { a } query B { b }"),
            "Must provide operation name if query contains multiple operations.");
  EXPECT_EQ(refusal(plans_, "query A { a }", "B"), "Unknown operation named \"B\".");
  EXPECT_EQ(refusal(plans_, "query A { a }"), "accepted");
}

TEST_F(Plans, ListWhatIsWrongWithADocument) {
  try {
    plans_.get("{ x y }", "");
    FAIL();
  } catch (const InvalidDocument& error) {
    ASSERT_EQ(error.errors.size(), 2U);
    EXPECT_EQ(error.errors[0].message, "Cannot query field 'x' on type 'Query'. Did you mean 'a' or 'b'?");
    EXPECT_EQ(error.errors[1].locations.at(0).column, 5U);
  }
  try {
    plans_.get("{ a", "");
    FAIL();
  } catch (const InvalidDocument& error) {
    ASSERT_EQ(error.errors.size(), 1U);
    EXPECT_EQ(error.errors[0].message, "Syntax Error: Expected Name, found <EOF>.");
    EXPECT_EQ(error.errors[0].locations.at(0).column, 4U);
  }
  EXPECT_EQ(plans_.size(), 0U);
}

TEST_F(Plans, AreSharedByThreads) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) {
        const std::string text = fmt::format("{{ k{}: a }}", n % 3);
        EXPECT_EQ(plans_.get(text, "")->root().fields.at(0).response_key, fmt::format("k{}", n % 3));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(plans_.size(), 2U);
}

}  // namespace
