// Types that share a table, types that are found in several, ids that are no numbers; on both databases.
#include <gtest/gtest.h>

#include "entity/testing/library.h"

namespace {

using base::Json;
using entity_testing::Library;

class Variants : public testing::TestWithParam<sql::Dialect> {
 protected:
  Variants() {
    library_.write("insert into shelf (organization_id, name) values (1, 'Atlas'), (2, 'Eels')");
    library_.write(
        "insert into item (kind, shelf_id, title, scale, size, successor_id) values"
        " ('MAP', 1, 'Alps', 25, 1.5, null), ('GLOBE', 1, 'Earth', null, 3, null),"
        " ('GLOBE', 1, 'Moon', null, null, 2), ('MAP', 2, 'Rivers', 10, null, null)");
    library_.write(
        "insert into note (organization_id, subject_type, subject, text) values"
        " (1, 'Item', 1, 'torn'), (1, 'Shelf', 1, 'dusty'), (1, 'Item', 2, 'old')");
    library_.write(
        "insert into label (organization_id, uuid, text) values (1, '11111111-1111-4111-8111-111111111111', "
        "'red'), (2, '22222222-2222-4222-8222-222222222222', 'blue')");
  }
  Library library_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, Variants, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Variants, AreEachOfTheirOwnType) {
  EXPECT_EQ(library_.ask("{ items { __typename title ... on Map { scale size } ... on Globe { size successor "
                         "{ title } } } }"),
            R"({"items":[{"__typename":"Map","title":"Alps","scale":25,"size":1.5},)"
            R"({"__typename":"Globe","title":"Earth","size":3.0,"successor":null},)"
            R"({"__typename":"Globe","title":"Moon","size":null,"successor":{"title":"Earth"}}]})");
  EXPECT_EQ(library_.ask("{ item(id: 3) { __typename } }"), R"({"item":{"__typename":"Globe"}})");
  EXPECT_EQ(library_.ask("{ item(id: 4) { __typename } }"), "NOT_FOUND No Item with that id.");
}

TEST_P(Variants, OfOneTypeAreAskedForAlone) {
  EXPECT_EQ(library_.ask("{ globes { title } }"), R"({"globes":[{"title":"Earth"},{"title":"Moon"}]})");
  EXPECT_EQ(library_.ask("{ globe(id: 2) { title } }"), R"({"globe":{"title":"Earth"}})");
  EXPECT_EQ(library_.ask("{ globe(id: 1) { title } }"), "NOT_FOUND No Item with that id.");
  EXPECT_EQ(library_.ask("{ items(filters: {size: 3}) { title } }"), R"({"items":[{"title":"Earth"}]})");
}

TEST_P(Variants, ShareTheirInterfacesCode) {
  EXPECT_EQ(library_.ask("{ items(filters: {ids: [1, 2]}) { shout notes { text } } }"),
            R"({"items":[{"shout":"MAP Alps!","notes":[{"text":"torn"}]},)"
            R"({"shout":"GLOBE Earth!","notes":[{"text":"old"}]}]})");
}

TEST_P(Variants, OfATypeToComeLackNothing) {
  EXPECT_EQ(library_.ask("{ item(id: 1) { title ... on Folio { pages { name } } } }"),
            R"({"item":{"title":"Alps"}})");
}

TEST_P(Variants, AreNamedBesideRowsOfOtherTables) {
  EXPECT_EQ(
      library_.ask("{ item(id: 1) { beside { __typename ... on Item { title } ... on Label { id text } ... "
                   "on Shelf { name } } } }"),
      R"({"item":{"beside":[{"__typename":"Globe","title":"Earth"},)"
      R"({"__typename":"Label","id":"11111111-1111-4111-8111-111111111111","text":"red"},{"__typename":"Shelf","name":"Atlas"}]}})");
}

TEST_P(Variants, AnswerWhatRepresentationsName) {
  const Json variables = Json::parse(
      R"({"them":[{"__typename":"Label","id":"11111111-1111-4111-8111-111111111111"},{"__typename":"Globe","id":"3"},{"__typename":"Map","id":"3"},)"
      R"({"__typename":"Label","id":"22222222-2222-4222-8222-222222222222"},{"__typename":"Shelf","id":"x"},{"__typename":"Shelf","id":"2"},)"
      R"({"__typename":"Book","id":"1"},{},{"__typename":"Map","id":1},{"__typename":"Globe","id":"3"}]})");
  EXPECT_EQ(
      library_.ask("query ($them: [_Any!]!) { _entities(representations: $them) { ... on Label { text } "
                   "... on Globe { title } ... on Map { scale } ... on Shelf { name } } }",
                   variables),
      R"({"_entities":[{"text":"red"},{"title":"Moon"},null,null,null,null,null,null,{"scale":25},)"
      R"({"title":"Moon"}]})");
}

TEST_P(Variants, AreReadOnceALevel) {
  const std::uint64_t one = library_.round_trips("{ globe(id: 2) { beside { ... on Globe { title } } } }");
  EXPECT_EQ(library_.round_trips("{ globes { beside { ... on Globe { title } } } }"), one);
}

TEST_P(Variants, MayHaveIdsThatAreNoNumbers) {
  EXPECT_EQ(library_.ask("{ label(id: \"11111111-1111-4111-8111-111111111111\") { id text } }"),
            R"({"label":{"id":"11111111-1111-4111-8111-111111111111","text":"red"}})");
  EXPECT_EQ(library_.ask("{ label(id: \"22222222-2222-4222-8222-222222222222\") { text } }"),
            "NOT_FOUND No Label with that id.");
  EXPECT_EQ(library_.ask("{ label(id: \"1\") { text } }"), "NOT_FOUND No Label with that id.");
  EXPECT_EQ(library_.ask("{ labels(filters: {ids: [\"11111111-1111-4111-8111-111111111111\", "
                         "\"22222222-2222-4222-8222-222222222222\"]}) { text } }"),
            R"({"labels":[{"text":"red"}]})");
  EXPECT_EQ(library_.ask("{ labels(filters: {id: \"11111111-1111-4111-8111-111111111111\"}) { text } }"),
            R"({"labels":[{"text":"red"}]})");
}

}  // namespace
