// What a schema becomes in C++. That it compiles and decodes is for src/entity/input_test.cpp, whose
// schema has a member of every kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "schemac/cpp_names.h"
#include "schemac/emit.h"

namespace schemac {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Target kTarget{"zoo::schema", "services/zoo/schema"};

/// The header of the first of these files.
std::string header(const std::vector<SourceText>& files) {
  const Sources sources(files);
  return emit(sources.nouns().front(), sources, InputTypes(sources.schema()), kTarget);
}

/// The header of one file, beside a root type.
std::string header(const std::string& text) {
  return header({{"zoo/animal.graphql", text}, {"zoo/root.graphql", "extend type Query { ok: Boolean }"}});
}

std::string refusal(const std::vector<SourceText>& files) {
  try {
    header(files);
  } catch (const base::Error& error) {
    return error.message();
  }
  return "none";
}

std::string refusal(const std::string& text) {
  return refusal({{"zoo/animal.graphql", text}, {"zoo/root.graphql", "extend type Query { ok: Boolean }"}});
}

TEST(Schemac, MakesOneHeaderOfANoun) {
  EXPECT_EQ(header(R"(
extend type Mutation {
  feed(input: FeedInput!): Animal!
}

type Animal @entity {
  id: ID!
  name: String!
  mood(hour: Int! = 12): String @computed(needs: "id name")
}

enum Food { HAY FRESH_MEAT }

input FeedInput {
  animal: ID!
  food: Food! = HAY
  note: String
}
)"),
            R"(// Made from zoo/animal.graphql by tools/schemac; change that instead.
#pragma once

#include "entity/input.h"
#include "entity/names.h"

namespace zoo::schema {

struct AnimalMoodArguments;
struct FeedInput;

enum class Food { kHay, kFreshMeat };
inline constexpr std::string_view kFoodTexts[] = {"HAY", "FRESH_MEAT"};
constexpr std::span<const std::string_view> texts_of(Food) { return kFoodTexts; }

struct AnimalMoodArguments {
  std::int64_t hour = 12;
  static constexpr std::string_view kName_ = "AnimalMoodArguments";
  template <class Self>
  static constexpr entity::InputMember kMembers_[] = {
      {"hour", offsetof(Self, hour), entity::read_member<decltype(Self::hour)>, false},
  };
};

struct FeedInput {
  entity::Id animal;
  Food food = Food::kHay;
  entity::Given<std::string> note;
  static constexpr std::string_view kName_ = "FeedInput";
  template <class Self>
  static constexpr entity::InputMember kMembers_[] = {
      {"animal", offsetof(Self, animal), entity::read_member<decltype(Self::animal)>, true},
      {"food", offsetof(Self, food), entity::read_member<decltype(Self::food)>, false},
      {"note", offsetof(Self, note), entity::read_member<decltype(Self::note)>, false},
  };
};

}  // namespace zoo::schema

namespace zoo::schema {

struct Animal {
  static constexpr entity::ComputedName<AnimalMoodArguments> kMood{"Animal.mood"};
  static constexpr entity::ColumnName kName{"name"};
};

namespace mutation {
inline constexpr entity::RootName<FeedInput, std::int64_t> kFeed{"Mutation.feed", true};
}  // namespace mutation

}  // namespace zoo::schema

)");
}

TEST(Schemac, KnowsThreeStatesByTheMissingDefault) {
  const std::string text = header(R"(
extend type Query { animals(filters: AnimalFilter, limit: Int): [Int!]! }
input AnimalFilter { name: String  AND: AnimalFilter }
input UpdateInput { name: String  age: Int = null  tags: [String!]  pair: PairInput }
input PairInput @oneOf { left: Int  right: Int })");
  EXPECT_THAT(text, HasSubstr("entity::Given<std::string> name;"));
  EXPECT_THAT(text, HasSubstr("std::optional<std::int64_t> age;"));
  EXPECT_THAT(text, HasSubstr("entity::Given<std::vector<std::string>> tags;"));
  EXPECT_THAT(text, HasSubstr("entity::Given<PairInput> pair;"));
  EXPECT_THAT(text, HasSubstr("std::optional<std::int64_t> left;")) << "of @oneOf just one is given";
  EXPECT_THAT(text, HasSubstr("std::optional<std::string> name;")) << "filters read null as absent";
  EXPECT_THAT(text, HasSubstr("std::shared_ptr<const AnimalFilter> AND;"));
  EXPECT_THAT(text, HasSubstr("std::optional<std::int64_t> limit;")) << "so do arguments";
}

TEST(Schemac, LeavesWholeInputsAsJson) {
  const std::string text = header(R"(
input FeedInput {
  animal: ID!
  recipe: RecipeInput!
  earlier: [RecipeInput!] = null
}

input RecipeInput @json {
  name: String!
}
)");
  EXPECT_THAT(text, HasSubstr("  base::Json recipe;\n"));
  EXPECT_THAT(text, HasSubstr("  std::optional<std::vector<base::Json>> earlier;\n"));
}

TEST(Schemac, NamesFiltersOrderingsAndAnswers) {
  const std::string text = header(R"(
extend type Query {
  animals(filters: AnimalFilter, ordering: [AnimalOrder!]! = []): [Animal!]!
  oldest: Animal
  count: Int!
}
extend type Subscription { births: Int! }
enum Ordering { ASC DESC }
type Animal @entity { id: ID!  age: Int! @sql  young: [Animal!]! @computed(needs: "id") }
input AnimalFilter { name: StrFilterLookup  ids: [ID!]  DISTINCT: Boolean  distinct: Boolean }
input StrFilterLookup { exact: String }
input AnimalOrder @oneOf { age: Ordering }
input OtherInput { age: Int! })");
  EXPECT_THAT(text, HasSubstr(R"(entity::FilterName<StrFilterLookup> kName{"AnimalFilter.name"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::FilterName<std::vector<entity::Id>> kIds{"AnimalFilter.ids"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::FilterName<bool> kDISTINCT{"AnimalFilter.DISTINCT"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::FilterName<bool> kDistinct{"AnimalFilter.distinct"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::OrderName kAge{"AnimalOrder.age"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::SqlName kAge{"Animal.age"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::RowsName<entity::NoArguments> kYoung{"Animal.young"};)"));
  EXPECT_THAT(text, HasSubstr(R"(RootName<AnimalsArguments, std::vector<std::int64_t>> kAnimals)"));
  EXPECT_THAT(text, HasSubstr(R"(RootName<entity::NoArguments, std::optional<std::int64_t>> kOldest)"));
  EXPECT_THAT(text, HasSubstr(R"(RootName<entity::NoArguments, base::Json> kCount{"Query.count"};)"));
  EXPECT_THAT(text, HasSubstr(R"(entity::StreamName<entity::NoArguments> kBirths{"Subscription.births"};)"));
  EXPECT_THAT(text, Not(HasSubstr("OtherInput.age"))) << "only filters are registered by their members";
}

TEST(Schemac, PutsTypesAfterWhatTheyContain) {
  const std::string text = header(R"(
input OuterInput { inner: InnerInput!  again: OuterInput = null  list: [OuterInput!] = null }
input InnerInput { deep: DeepInput = null }
input DeepInput { value: Int! })");
  EXPECT_LT(text.find("struct DeepInput {"), text.find("struct InnerInput {"));
  EXPECT_LT(text.find("struct InnerInput {"), text.find("struct OuterInput {"));
  EXPECT_THAT(text, HasSubstr("std::shared_ptr<const OuterInput> again;"));
  EXPECT_THAT(text, HasSubstr("std::optional<std::vector<OuterInput>> list;"));
}

TEST(Schemac, IncludesTheNounsItUses) {
  const std::string text =
      header({{"zoo/cage.graphql", R"(
extend type Query { ok: Boolean }
input CageInput { keeper: KeeperInput!  animals: [AnimalInput!]! = []  kind: Kind! })"},
              {"zoo/animal.graphql", "input AnimalInput { cage: CageInput = null } enum Kind { A }"},
              {"zoo/keeper.graphql", "input KeeperInput { name: String! }"}});
  const std::size_t types = text.find("struct CageInput {");
  EXPECT_LT(text.find("#include \"services/zoo/schema/keeper.h\""), types) << "is inside";
  EXPECT_GT(text.find("#include \"services/zoo/schema/animal.h\""), types) << "may contain cages itself";
  EXPECT_THAT(text, HasSubstr("struct AnimalInput;"));
  EXPECT_THAT(text, HasSubstr("enum class Kind;"));
}

TEST(Schemac, GivesDefaultsThatAreSimple) {
  const std::string text = header(R"(
enum Food { HAY }
scalar JSON
input I { a: Int! = 3  b: Float! = 1.5  c: Boolean = true  d: String! = "x\"y"  e: Food! = HAY
  f: Int!  g: [Int!]! = [1]  h: JSON! = {}  i: String! })");
  for (const char* member : {"std::int64_t a = 3;", "double b = 1.5;", "std::optional<bool> c = true;",
                             R"(std::string d = "x\"y";)", "Food e = Food::kHay;", "std::int64_t f = 0;",
                             "std::vector<std::int64_t> g;", "base::Json h;", "std::string i;"}) {
    EXPECT_THAT(text, HasSubstr(member));
  }
}

TEST(Schemac, PointsToWhatIsWrong) {
  EXPECT_THAT(refusal("\ninput A {"), StartsWith("zoo/animal.graphql:2:"));
  EXPECT_THAT(refusal("\ninput A {\n  b: Missing\n}"),
              HasSubstr("zoo/animal.graphql:3:3: Unknown type 'Missing' at 'A.b'."));
  EXPECT_THAT(refusal("enum E { A_B\n  AB_\n  A__B }"),
              StartsWith("zoo/animal.graphql:3:3: E.A__B and E.A_B"));
  EXPECT_THAT(
      refusal("input A {\n  keyPath: Int\n  key_path: Int\n}"),
      StartsWith("zoo/animal.graphql:3:3: A.key_path and A.keyPath are both called key_path in C++."));
  EXPECT_THAT(
      refusal({{"zoo/a.graphql", "extend type Query { ok: Boolean }\ninput A { b: B = null }\nenum K { X }"},
               {"zoo/b.graphql", "input B { c: C = null  k: K! = X }\ninput C { d: Int }"}}),
      StartsWith("zoo/a.graphql:2:11: zoo/a.graphql and zoo/b.graphql have types"));
}

TEST(CppNames, AreTheSchemasInOurSpelling) {
  EXPECT_EQ(member_name("notBefore"), "not_before");
  EXPECT_EQ(member_name("AND"), "AND");
  for (const char* word : {"operator", "namespace", "requires", "template", "default"}) {
    EXPECT_EQ(member_name(word), std::string(word) + "_");
  }
  EXPECT_EQ(member_name("interface"), "interface");
  EXPECT_EQ(constant_name("rootIsnull"), "kRootIsnull");
  EXPECT_EQ(enumerator_name("ASC_NULLS_FIRST"), "kAscNullsFirst");
  EXPECT_EQ(enumerator_name("add"), "kAdd");
  EXPECT_EQ(enumerator_name("B"), "kB");
}

}  // namespace
}  // namespace schemac
