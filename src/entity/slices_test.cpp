// Lists longer than a slice: the same answer, whatever the size of a slice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "entity/testing/library.h"

namespace {

using base::Json;
using entity_testing::Library;

class Slices : public testing::TestWithParam<sql::Dialect> {
 protected:
  void add_shelves(int count) {
    for (int at = 0; at < count; at += 500) {
      std::string rows;
      for (int i = at; i < std::min(count, at + 500); ++i) {
        // Names that do not ascend, capacities that many share; every eleventh is another organization's.
        rows += fmt::format("{}({}, 'shelf {}', {})", rows.empty() ? "" : ",", i % 11 == 10 ? 2 : 1,
                            i * 7919 % 100'003, i % 13);
      }
      library_.write("insert into shelf (organization_id, name, capacity) values " + rows);
    }
  }
  void expect_same(std::string_view query, const Json& variables = Json::object()) {
    library_.slice = 1'000'000;
    const std::string whole = library_.answer(query, variables);
    for (const std::size_t size : {1U, 3U, 20U, 26U, 27U, 28U}) {
      library_.slice = size;
      EXPECT_EQ(library_.answer(query, variables), whole) << query << " in slices of " << size;
    }
  }
  Library library_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, Slices, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Slices, GiveTheSameAnswer) {
  add_shelves(30);
  library_.write("insert into book (shelf_id, title) select id, 'a book' from shelf where id > 4");
  library_.write("insert into book (shelf_id, title) select id, 'another' from shelf where id < 9");
  expect_same("{ shelves { id name } }");
  expect_same("{ shelves(ordering: [{name: DESC}]) { name id books { title shelf { name } } } }");
  expect_same("{ shelves(filters: {capacity: {gt: 3}}) { id } all: shelves { books { id } } __typename }");
  expect_same("query($page: OffsetPaginationInput) { shelves(pagination: $page) { id } }");
  expect_same("query($page: OffsetPaginationInput) { shelves(pagination: $page) { id } }",
              Json::parse(R"({"page": {"limit": 8, "offset": 2}})"));
  expect_same(R"({ shelves(filters: {name: {exact: "nothing"}}) { id } })");
}

// 27 million books under 300 shelves' books' shelves.
TEST_P(Slices, ListsInListsEndBeforeTheyFillTheMemory) {
  library_.write("insert into shelf (organization_id, name) values (1, 'only')");
  for (int i = 0; i < 300; ++i) {
    library_.write("insert into book (shelf_id, title) values (1, $1)", {fmt::format("b{}", i)});
  }
  library_.limits.request_bytes = 64U << 20U;
  const std::string nested = "{ books { shelf { books { shelf { books { id } } } } } }";
  EXPECT_EQ(library_.ask(nested).substr(0, 16), "ANSWER_TOO_LARGE");
  EXPECT_EQ(library_.limits.held, 0U) << "all of it is given back";

  // Fewer objects, much text: a row's text stands under each of its parents.
  library_.write("update book set title = $1", {std::string(1000, 'x')});
  EXPECT_EQ(library_.ask("{ books { shelf { books { title } } } }").substr(0, 16), "ANSWER_TOO_LARGE");
  EXPECT_EQ(library_.ask("{ books { shelf { books { id } } } }").substr(0, 10), R"({"books":[)");
}

TEST_P(Slices, GiveWhatCodeChoseInItsOrder) {
  add_shelves(30);
  expect_same(R"({ chosen(ids: ["9", "2", "11", "2", "77", "5", "30", "1"]) { id name } })");
}

TEST_P(Slices, CostAQuestionForTheIdsAndOneEach) {
  add_shelves(10'000);
  const std::size_t ours = 10'000 - 10'000 / 11;
  library_.slice = 4096;
  EXPECT_EQ(
      library_.respond("{ shelves(ordering: [{capacity: ASC}]) { id } }")["data"]["shelves"].items().size(),
      ours);
  EXPECT_EQ(library_.round_trips("{ shelves { id name } }"), 4U) << "4096, the other ids, 4096, the rest";
  EXPECT_EQ(library_.round_trips("{ shelves { name books { title } } }"), 4U + 3U);
}

}  // namespace
