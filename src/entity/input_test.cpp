// Coerced values as the structs that the schema gives; `testing/schema/loan.graphql` has a member
// of every kind.
#include "entity/input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "entity/registry.h"
#include "entity/testing/library.h"
#include "entity/testing/schema/loan.h"
#include "entity/testing/schema/shelf.h"

namespace {

using base::Json;
using entity::decode;
using entity_testing::schema::Kind;
using entity_testing::schema::LoanInput;
using entity_testing::schema::Purpose;
using testing::ElementsAre;
using testing::HasSubstr;

LoanInput loan(const std::string& more) {
  return decode<LoanInput>(Json::parse(R"({"book":"7","card":{})" + (more.empty() ? "" : "," + more) + "}"));
}

std::string refusal(const std::string& text) {
  try {
    decode<LoanInput>(Json::parse(text));
  } catch (const base::Error& error) {
    return error.code() + " " + error.message();
  }
  return "none";
}

TEST(Input, HasAMemberOfEveryKind) {
  const LoanInput in = loan(
      R"("days":3,"deposit":2.5,"urgent":true,"purpose":"RESTORE_SOON","stamps":["a","b"],
         "dates":["2026-01-02T03:04:05+00:00"],"shelf":"9","card":{"n":1.0},"operator":"x","namespace":"y",
         "order":{"name":"DESC"},"grid":[[1,null],[]])");
  EXPECT_EQ(in.book.row("book"), 7);
  EXPECT_EQ(in.days, 3);
  EXPECT_EQ(in.deposit, 2.5);
  EXPECT_TRUE(in.urgent);
  EXPECT_EQ(in.purpose, Purpose::kRestoreSoon);
  EXPECT_THAT(in.stamps, ElementsAre("a", "b"));
  ASSERT_TRUE(in.dates);
  EXPECT_EQ(in.dates->front().micros, 1'767'323'045'000'000);
  EXPECT_EQ(in.shelf->row(), 9);
  EXPECT_EQ(in.card.dump(), R"({"n":1.0})") << "numbers keep their spelling";
  EXPECT_EQ(in.operator_, "x");
  EXPECT_EQ(in.namespace_, "y");
  EXPECT_EQ(in.order->name, entity_testing::schema::Ordering::kDesc);
  EXPECT_FALSE(in.order->room);
  ASSERT_TRUE(in.grid);
  EXPECT_THAT(*in.grid, ElementsAre(ElementsAre(std::optional(1), std::nullopt), ElementsAre()));
}

TEST(Input, HasTheSchemasDefaultsWhereNothingIsGiven) {
  const LoanInput in = loan("");
  EXPECT_EQ(in.days, 14);
  EXPECT_EQ(in.purpose, Purpose::kRead);
  EXPECT_FALSE(in.urgent);
  EXPECT_FALSE(in.deposit || in.dates || in.shelf || in.operator_ || in.order || in.parts || in.again);
  EXPECT_TRUE(in.stamps.empty());
}

TEST(Input, TellsAbsentFromNullOnlyWhereTheSchemaHasNoDefault) {
  EXPECT_FALSE(loan("").note.is_given);
  const LoanInput cleared = loan(R"("note":null,"due":null,"deposit":null)");
  EXPECT_TRUE(cleared.note.is_given);
  EXPECT_FALSE(cleared.note);
  EXPECT_TRUE(cleared.due.is_given);
  EXPECT_FALSE(cleared.deposit);
  const LoanInput set = loan(R"("note":"n")");
  EXPECT_TRUE(set.note.is_given);
  EXPECT_EQ(*set.note, "n");
}

TEST(Input, MayContainItself) {
  const LoanInput in = loan(
      R"("again":{"book":"8","card":null,"again":{"book":"9","card":{}}},
         "parts":[{"name":"a","parts":[{"name":"b"}]}])");
  ASSERT_TRUE(in.again && in.again->again);
  EXPECT_EQ(in.again->again->book.text, "9");
  EXPECT_EQ(in.again->again->again, nullptr);
  EXPECT_EQ(in.parts->front().parts->front().name, "b");
}

TEST(Input, RefusesValuesOfAnotherKindByTheirPlace) {
  EXPECT_THAT(refusal(R"({"card":1})"), HasSubstr("VALIDATION_ERROR LoanInput.book is missing"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"days":"x"})"),
              HasSubstr("LoanInput.days: \"x\" is no whole number"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"days":1.5})"), HasSubstr("LoanInput.days"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"urgent":1})"), HasSubstr("LoanInput.urgent"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"purpose":"BURN"})"),
              HasSubstr("no one of READ, RESTORE_SOON"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"due":"soon"})"),
              HasSubstr("LoanInput.due: \"soon\" is no point"));
  EXPECT_THAT(refusal(R"({"book":1,"card":1})"), HasSubstr("LoanInput.book"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"stamps":"a"})"), HasSubstr("LoanInput.stamps"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"note":3})"), HasSubstr("LoanInput.note"));
  EXPECT_THAT(refusal(R"({"book":"1","card":1,"parts":[{"name":1}]})"),
              HasSubstr("LoanInput.parts: PartInput.name: 1 is no text"));
  EXPECT_THAT(refusal("[]"), HasSubstr("is no LoanInput"));
}

TEST(Input, TurnsEnumsIntoTextAndBack) {
  EXPECT_EQ(entity::text_of(Purpose::kRestoreSoon), "RESTORE_SOON");
  EXPECT_EQ(entity::value_of<Purpose>("READ"), Purpose::kRead);
  EXPECT_EQ(entity::value_of<Purpose>("read"), std::nullopt);
}

TEST(Input, IdsThatAreNoRowsAreNotFound) {
  EXPECT_EQ((entity::Id{"12"}).row("book"), 12);
  EXPECT_EQ((entity::Id{"x"}).row(), std::nullopt);
  try {
    (void)entity::Id{"x"}.row("book");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kNotFound);
  }
}

// A name that the schema does not have, or code of another shape, does not compile.
template <class T>
concept HasLight = requires { T::kLight; };
template <class T>
concept HasHeavy = requires { T::kHeavy; };
static_assert(HasHeavy<entity_testing::schema::ShelfFilter> &&
              !HasLight<entity_testing::schema::ShelfFilter>);
static_assert(std::is_same_v<decltype(entity_testing::schema::Shelf::kFavorites),
                             const entity::RowsName<entity::NoArguments>>);
static_assert(std::is_same_v<decltype(entity_testing::schema::query::kFullest),
                             const entity::RootName<entity::NoArguments, std::optional<std::int64_t>>>);
static_assert(std::is_same_v<
              decltype(entity_testing::schema::query::kChosen),
              const entity::RootName<entity_testing::schema::ChosenArguments, std::vector<std::int64_t>>>);
static_assert(
    std::is_same_v<decltype(entity_testing::schema::ShelfFilter::kKind), const entity::FilterName<Kind>>);

TEST(Registry, GivesStreamsTheirArguments) {
  using entity_testing::schema::ShelfShoutArguments;
  constexpr entity::StreamName<ShelfShoutArguments> kEcho{"Subscription.echo"};
  std::string heard;
  entity::Registry registry;
  registry.on(kEcho, [&heard](entity::Call&, const ShelfShoutArguments& in, const entity::Emit&) {
    heard = in.mark;
    return std::shared_ptr<void>();
  });
  entity::Call call;
  registry.streams.at("Subscription.echo")(call, Json::parse(R"({"mark":"?"})"), {});
  EXPECT_EQ(heard, "?");
}

class Registered : public testing::TestWithParam<sql::Dialect> {};
INSTANTIATE_TEST_SUITE_P(Both, Registered, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Registered, CodeGetsTheInputOfItsFieldAndMayAnswerLater) {
  entity_testing::Library library(GetParam());
  library.write("insert into shelf (organization_id, name) values (1, 'a')");
  library.write("insert into book (title, shelf_id) values ('Emma', 1)");
  EXPECT_EQ(library.ask("mutation { lend(input: {book: 1, urgent: true}) { title } }"),
            R"({"lend":{"title":"Emma"}})");
  EXPECT_EQ(library.ask("mutation { lend(input: {book: 1}) { title } }"), R"({"lend":null})");
  EXPECT_THAT(library.ask("mutation { lend(input: {book: \"x\", urgent: true}) { title } }"),
              HasSubstr("NOT_FOUND"));
}

}  // namespace
