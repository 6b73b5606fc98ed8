// A schema and code that do not fit stop the service before it starts.
#include "entity/bind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "entity/testing/library.h"

namespace {

using entity::Binding;
using entity::Registry;
using entity_testing::registry;
using testing::ElementsAre;
using testing::HasSubstr;

std::string problems_of(const std::string& more, Registry code) {
  try {
    const Binding binding(entity_testing::schema_with(more), std::move(code));
  } catch (const base::Error& error) {
    return error.message();
  }
  return "none";
}

TEST(Binding, AcceptsWhatFits) { EXPECT_EQ(problems_of("", registry()), "none"); }

TEST(Binding, ListsTheRootFieldsNobodyBuilt) {
  constexpr const char* kRoots =
      "extend type Mutation { burn: Boolean  tidy: Boolean } type Subscription { news: String }";
  constexpr entity::RootName<entity::NoArguments, base::Json> kTidy{"Mutation.tidy"};
  Registry code = registry();
  code.on(kTidy, [](entity::Call&) { return base::Json(true); });
  const Binding binding(entity_testing::schema_with(kRoots), std::move(code));
  EXPECT_THAT(binding.not_built(), ElementsAre("Query.weather", "Mutation.burn", "Subscription.news"));
}

TEST(Binding, RefusesNamesTheSchemaLacks) {
  Registry code = registry();
  code.answers["Query.nothing"] = [](entity::Call&, const base::Json&) { return base::Json(); };
  code.actions["Mutation.burn"] = [](entity::Call&, const base::Json&, graphql::RootAction::Done) {};
  code.streams["Subscription.news"] = [](entity::Call&, const base::Json&, graphql::RootStream::Emit) {
    return nullptr;
  };
  code.expressions["Shelf.bookCounts"] = code.expressions["Shelf.bookCount"];
  code.computed["Shelves.shout"] = code.computed["Shelf.shout"];
  code.computed_ids["Shelf.favourites"] = code.computed_ids["Shelf.favorites"];
  code.predicates["ShelfFilter.light"] = code.predicates["ShelfFilter.heavy"];
  code.orderings["ShelfOrder.width"] = code.orderings["ShelfOrder.size"];
  code.together["ShelvesFilter"] = {{"heavy"}, code.predicates["ShelfFilter.heavy"]};
  code.together["ShelfFilter"] = {{"bookOf"}, code.predicates["ShelfFilter.heavy"]};
  code.checks["ShelvesFilter"] = [](const entity::Call&, const base::Json&, std::string_view,
                                    std::span<const std::int64_t>) {};
  const std::string problems = problems_of("", std::move(code));
  for (const char* name :
       {"ShelvesFilter: the schema has no such filter",
        "ShelvesFilter.heavy: the schema has no such input field",
        "ShelfFilter.bookOf: the schema has no such input field",
        "Query.nothing: the schema has no such field", "Mutation.burn: the schema has no such field",
        "Subscription.news: the schema has no such field", "Shelf.bookCounts: the schema has no such field",
        "Shelves.shout: the schema has no such field", "Shelf.favourites: the schema has no such field",
        "ShelfFilter.light: the schema has no such input field",
        "ShelfOrder.width: the schema has no such input field"}) {
    EXPECT_THAT(problems, HasSubstr(name));
  }
}

TEST(Binding, RefusesFieldsWithoutTheirCode) {
  const std::string problems = problems_of("", Registry());
  EXPECT_THAT(problems, HasSubstr("Shelf.bookCount: @sql without a registered expression"));
  EXPECT_THAT(problems, HasSubstr("Shelf.shout: @computed without a registered function"));
  EXPECT_THAT(problems, HasSubstr("ShelfFilter.heavy: no column of shelf has that name and no predicate"));
  EXPECT_THAT(problems, HasSubstr("ShelfOrder.size: no column of shelf has that name and no ordering"));
}

TEST(Binding, RefusesFiltersOfNestedListsThatMeanNothing) {
  const std::string problems = problems_of(
      "extend input AuthorFilter { age: Int } extend input BookOrder { pages: Ordering }", registry());
  EXPECT_THAT(problems, HasSubstr("AuthorFilter.age: no column of author"));
  EXPECT_THAT(problems, HasSubstr("BookOrder.pages: no column of book"));
}

TEST(Binding, RefusesListsAndNeedsOverFieldsThatAreNoColumns) {
  EXPECT_THAT(problems_of("extend type Author { copies: [Book!]! @many(by: \"owner\") }", registry()),
              HasSubstr("Author.copies: @many by a field that is no reference"));
  EXPECT_THAT(problems_of("extend type Author { copies: [Book!]! @many(by: \"title\") }", registry()),
              HasSubstr("Author.copies: @many by a field that is no reference"));
  EXPECT_THAT(
      problems_of("extend type Shelf { last: Book @many(by: \"shelf\", order: \"-age\") }", registry()),
      HasSubstr("Shelf.last: @many ordered by a field that is no column"));
  Registry code = registry();
  code.computed["Author.age"] = code.computed["Shelf.shout"];
  EXPECT_THAT(problems_of("extend type Author { age: Int @computed(needs: \"birthday\") }", std::move(code)),
              HasSubstr("Author.age: needs birthday, which is no column"));
}

TEST(Binding, RefusesIdsForAFieldThatIsNoEntity) {
  Registry code = registry();
  code.computed_ids["Author.age"] = code.computed_ids["Shelf.favorites"];
  EXPECT_THAT(problems_of("extend type Author { age: Int @computed(needs: \"id\") }", std::move(code)),
              HasSubstr("Author.age: ids of a type that is no entity"));
}

TEST(Binding, RefusesComputedFieldsOfValues) {
  Registry code = registry();
  code.computed["Box.boxWidth"] = code.computed["Shelf.shout"];
  EXPECT_THAT(problems_of("", std::move(code)),
              HasSubstr("Box.boxWidth: @value types have no computed fields"));
}

}  // namespace
