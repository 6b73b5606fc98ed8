// Lists, references and values of entities, on both databases.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "entity/testing/library.h"

namespace {

using base::Json;
using entity_testing::Library;

class Lists : public testing::TestWithParam<sql::Dialect> {
 protected:
  Library library_{GetParam()};

  void add_shelves() {
    library_.write(
        "insert into shelf (organization_id, name, room, capacity, weight, kind, locked, opened) values"
        " (1, 'Atlas', 'hall', 5, 120.5, 'OAK', 1, 1700000000000000),"
        " (1, 'birds', null, null, null, 'STEEL', 0, null),"
        " (1, 'Cells', 'lab', 9, 3, 'OAK', 0, 1700000000123456),"
        " (1, 'ducks', 'Hall', 5, 200, 'OAK', 0, null),"
        " (2, 'Eels', 'hall', 5, 120.5, 'OAK', 0, null)");
  }

  void add_books() {
    add_shelves();
    library_.write(
        "insert into book (title, shelf_id, previous_id) values"
        " ('maps', 1, null), ('seas', 1, 1), ('finch', 2, null), ('alps', 1, 2), ('eel tales', 5, null)");
    library_.write("insert into author (organization_id, name) values (1, 'Ada'), (1, 'Bo'), (1, 'Cy')");
    library_.write("insert into book_author (book_id, author_id) values (1, 1), (1, 2), (3, 2)");
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Lists, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Lists, ShowOnlyTheCallersOrganization) {
  add_books();
  EXPECT_EQ(library_.shelves(""), "Atlas birds Cells ducks");
  EXPECT_EQ(library_.shelves("", 2), "Eels");
  EXPECT_EQ(library_.shelves("", 3), "");
  EXPECT_EQ(library_.shelves("filters: {OR: {ids: [5]}, ids: [1]}"), "Atlas");
  EXPECT_EQ(library_.ask("{ books { title } }", Json::object(), 2), R"({"books":[{"title":"eel tales"}]})");
}

TEST_P(Lists, ShowOnlyWhatTheirTypeSaysIsSeen) {
  add_books();
  library_.write(
      "insert into reader (organization_id, name, hidden) values (1, 'Ann', 0), (1, 'Spy', 1), (2, 'Eve', "
      "0)");
  library_.write(
      "insert into borrowing (book_id, reader_id, returned) values (1, 1, 0), (2, 1, 1), (1, 2, 0), (1, 3, "
      "0)");
  EXPECT_EQ(library_.ask("{ readers { name } }"), R"({"readers":[{"name":"Ann"}]})");
  EXPECT_EQ(library_.ask("{ reader(id: 2) { name } }"), "NOT_FOUND No Reader with that id.");
  EXPECT_EQ(library_.ask("{ reader(id: 3) { name } }"), "NOT_FOUND No Reader with that id.");
  EXPECT_EQ(library_.ask("{ books(filters: {ids: [1]}) { readers { name } } }"),
            R"({"books":[{"readers":[{"name":"Ann"}]}]})");
  EXPECT_EQ(library_.ask("{ books(filters: {ids: [1]}) { readers(pagination: {limit: 9}) { name } } }"),
            R"({"books":[{"readers":[{"name":"Ann"}]}]})");
}

TEST_P(Lists, GoThroughEntitiesThatReferToBoth) {
  add_books();
  library_.write("insert into reader (organization_id, name) values (1, 'Ann')");
  library_.write(
      "insert into borrowing (book_id, reader_id, returned) values (1, 1, 0), (2, 1, 1), (3, 1, 0)");
  EXPECT_EQ(library_.ask("{ readers { reading { title } } }"),
            R"({"readers":[{"reading":[{"title":"maps"},{"title":"finch"}]}]})");
  EXPECT_EQ(library_.ask("{ readers { reading(pagination: {offset: 1, limit: 1}) { title } } }"),
            R"({"readers":[{"reading":[{"title":"finch"}]}]})");
}

TEST_P(Lists, AreCountedAndSummed) {
  add_shelves();
  EXPECT_EQ(
      library_.ask("{ shelfStats { count distinctCount(field: CAPACITY) max(field: CAPACITY)"
                   " sum(field: CAPACITY) opened: max(field: OPENED) } }"),
      R"({"shelfStats":{"count":4,"distinctCount":2,"max":9.0,"sum":19.0,"opened":1700000000.123456}})");
  EXPECT_EQ(library_.ask(R"({ shelfStats(filters: {ids: [2, 5]}) { count sum(field: CAPACITY) } })"),
            R"({"shelfStats":{"count":1,"sum":null}})");
  EXPECT_LE(library_.round_trips("{ shelfStats { count sum(field: CAPACITY) max(field: OPENED) } }"), 2u);
}

TEST_P(Lists, AreCountedByTheHourTheQuarterAndWhatIsBetween) {
  add_shelves();  // opened on Tuesday, 14 November 2023, 22:13:20 UTC
  const auto begins = [&](const std::string& by) {
    const Json answer =
        library_.respond("{ shelfStats { series(field: CAPACITY, timestampField: OPENED, by: " + by +
                         ") { ts count distinctCount max avg } } }");
    const auto& buckets = answer["data"]["shelfStats"]["series"];
    EXPECT_EQ(buckets.items().size(), 1u) << answer.dump();
    const Json& bucket = buckets.items().front();
    EXPECT_EQ(bucket["count"].dump() + bucket["distinctCount"].dump(), "22");
    EXPECT_EQ(bucket["max"].dump() + bucket["avg"].dump(), "9.07.0");
    return bucket["ts"].as_string().substr(0, 19);
  };
  EXPECT_EQ(begins("HOUR"), "2023-11-14T22:00:00");
  EXPECT_EQ(begins("DAY"), "2023-11-14T00:00:00");
  EXPECT_EQ(begins("WEEK"), "2023-11-13T00:00:00");
  EXPECT_EQ(begins("MONTH"), "2023-11-01T00:00:00");
  EXPECT_EQ(begins("QUARTER"), "2023-10-01T00:00:00");
  EXPECT_EQ(begins("YEAR"), "2023-01-01T00:00:00");
}

// What lists and rows by id ask of SQLite, which has no statistics to choose by.
TEST(ListsOnSqlite, LookAtNoMoreThanTheyAnswer) {
  Library library{sql::Dialect::kSqlite};
  const auto plan = [&](const std::string& statement, std::vector<sql::Value> parameters = {}) {
    std::string steps;
    library.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      const sql::Rows rows = reader.query("explain query plan " + statement, parameters);
      for (std::size_t row = 0; row < rows.size(); ++row) steps += std::string(rows.text(row, 3)) + "\n";
    });
    return steps;
  };
  EXPECT_EQ(plan("select t.id, t.name from shelf t where t.organization_id = 1 order by t.id limit 50"),
            "SEARCH t USING INDEX shelf_organization_id_id_idx (organization_id=?)\n");
  EXPECT_EQ(plan("select t.id, t.name from shelf t where t.id = 1 and t.organization_id = 1"),
            "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)\n");
  EXPECT_THAT(plan("select t.id, t.name from shelf t where t.id in_ids($1) and +t.organization_id = 1",
                   {sql::Ids{{1, 2}}}),
              testing::HasSubstr("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"));
  EXPECT_THAT(plan("select t.id from book t where t.previous_id in_ids($1)", {sql::Ids{{1, 2}}}),
              testing::HasSubstr("book_previous_id_some_idx"))
      << "though the index leaves out nulls";
}

TEST_P(Lists, FilterByIds) {
  add_shelves();
  EXPECT_EQ(library_.shelves(R"(filters: {ids: ["3", "1", "1"]})"), "Atlas Cells");
  EXPECT_EQ(library_.shelves("filters: {ids: []}"), "");
  EXPECT_EQ(library_.shelves(R"(filters: {ids: ["abc", "-1", "99999999999999999999", "2"]})"), "birds");
  EXPECT_EQ(library_.shelves("filters: {ids: null}"), "Atlas birds Cells ducks");
  EXPECT_EQ(library_.shelves(R"(filters: {id: {exact: "2"}})"), "birds");
  EXPECT_EQ(library_.shelves(R"(filters: {id: {exact: "x"}})"), "");
  EXPECT_EQ(library_.shelves(R"(filters: {id: {inList: ["2", "3", "x"]}})"), "birds Cells");
}

TEST_P(Lists, FilterByLookupsOfText) {
  add_shelves();
  const auto named = [&](const std::string& lookup) {
    return library_.shelves("filters: {name: {" + lookup + "}}");
  };
  EXPECT_EQ(named(R"(exact: "birds")"), "birds");
  EXPECT_EQ(named(R"(exact: "Birds")"), "");
  EXPECT_EQ(named(R"(iExact: "BIRDS")"), "birds");
  EXPECT_EQ(named(R"(contains: "l")"), "Atlas Cells");
  EXPECT_EQ(named(R"(iContains: "A")"), "Atlas");
  EXPECT_EQ(named(R"(startsWith: "c")"), "");
  EXPECT_EQ(named(R"(iStartsWith: "c")"), "Cells");
  EXPECT_EQ(named(R"(endsWith: "ks")"), "ducks");
  EXPECT_EQ(named(R"(iEndsWith: "DS")"), "birds");
  EXPECT_EQ(named(R"(endsWith: "a much longer text")"), "");
  EXPECT_EQ(named(R"(inList: ["Atlas", "ducks", "Eels"])"), "Atlas ducks");
  EXPECT_EQ(named("inList: []"), "");
  EXPECT_EQ(named(R"(gt: "Cells")"), "birds ducks");
  EXPECT_EQ(named(R"(lte: "Cells")"), "Atlas Cells");
  EXPECT_EQ(named(R"(range: ["B", "c"])"), "birds Cells");
  EXPECT_EQ(named(R"(regex: "^[A-C]")"), "Atlas Cells");
  EXPECT_EQ(named(R"(iRegex: "^[a-c]")"), "Atlas birds Cells");
  EXPECT_EQ(named(R"(contains: "l", startsWith: "A")"), "Atlas");
  EXPECT_EQ(named(R"(contains: "%")"), "");
}

TEST_P(Lists, RefuseLookupsThatMakeNoSense) {
  add_shelves();
  EXPECT_EQ(library_.shelves(R"(filters: {name: {range: ["a"]}})"), "`range` takes two values: [low, high].");
  EXPECT_TRUE(
      library_.ask(R"({ shelves(filters: {name: {regex: "("}}) { id } })").starts_with("VALIDATION_ERROR"));
}

TEST_P(Lists, FilterByNumbersNullsAndEquality) {
  add_shelves();
  EXPECT_EQ(library_.shelves("filters: {capacity: {exact: 5}}"), "Atlas ducks");
  EXPECT_EQ(library_.shelves("filters: {capacity: {inList: [9, 4]}}"), "Cells");
  EXPECT_EQ(library_.shelves("filters: {capacity: {gt: 5}}"), "Cells");
  EXPECT_EQ(library_.shelves("filters: {capacity: {range: [1, 5]}}"), "Atlas ducks");
  EXPECT_EQ(library_.shelves("filters: {capacity: {isNull: true}}"), "birds");
  EXPECT_EQ(library_.shelves("filters: {room: {isNull: false}}"), "Atlas Cells ducks");
  EXPECT_EQ(library_.shelves("filters: {kind: STEEL}"), "birds");
  EXPECT_EQ(library_.shelves("filters: {locked: true}"), "Atlas");
  EXPECT_EQ(library_.shelves("filters: {locked: false, kind: OAK}"), "Cells ducks");
}

TEST_P(Lists, FilterByRealNumbersAndTimes) {
  add_shelves();
  EXPECT_EQ(library_.shelves("filters: {weight: {inList: [120.5, 3, 7]}}"), "Atlas Cells");
  EXPECT_EQ(library_.shelves("filters: {weight: {inList: []}}"), "");
  EXPECT_EQ(library_.shelves("filters: {weight: {gt: 120.5}}"), "ducks");
  EXPECT_EQ(library_.shelves(R"(filters: {opened: {inList: ["2023-11-14T22:13:20Z"]}})"), "Atlas");
  EXPECT_EQ(library_.shelves(R"(filters: {opened: {gt: "2023-11-14T22:13:20Z"}})"), "Cells");
}

TEST_P(Lists, IgnoreNullOperands) {
  add_shelves();
  const std::string all = "Atlas birds Cells ducks";
  EXPECT_EQ(library_.shelves("filters: null"), all);
  EXPECT_EQ(library_.shelves("filters: {}"), all);
  EXPECT_EQ(
      library_.shelves("filters: {name: null, kind: null, heavy: null, AND: null, OR: null, NOT: null}"),
      all);
  EXPECT_EQ(library_.shelves("filters: {name: {iContains: null, inList: null, isNull: null}}"), all);
  EXPECT_EQ(library_.shelves("filters: {name: {iContains: null, exact: \"birds\"}}"), "birds");
}

TEST_P(Lists, CombineFiltersAsConditions) {
  add_shelves();
  EXPECT_EQ(library_.shelves("filters: {kind: OAK, AND: {locked: false}}"), "Cells ducks");
  EXPECT_EQ(library_.shelves("filters: {locked: true, OR: {kind: STEEL}}"), "Atlas birds");
  EXPECT_EQ(library_.shelves("filters: {OR: {kind: STEEL}}"), "birds");
  EXPECT_EQ(library_.shelves("filters: {kind: OAK, NOT: {locked: true}}"), "Cells ducks");
  EXPECT_EQ(library_.shelves("filters: {NOT: {capacity: {exact: 5}}}"), "birds Cells") << "null is not 5";
  EXPECT_EQ(library_.shelves("filters: {NOT: {heavy: true}}"), "birds Cells");
  EXPECT_EQ(library_.shelves("filters: {kind: OAK, AND: {locked: false}, OR: {ids: [2]}, NOT: {ids: [3]}}"),
            "birds ducks");
  EXPECT_EQ(library_.shelves("filters: {heavy: true, DISTINCT: true}"), "Atlas ducks");
}

TEST_P(Lists, FilterByFieldsThatAreOneConditionTogether) {
  add_books();  // Ada wrote maps, Bo wrote maps and finch; seas has no author
  EXPECT_EQ(library_.shelves(R"(filters: {bookBy: "2"})"), "Atlas birds");
  EXPECT_EQ(library_.shelves(R"(filters: {bookTitled: "seas"})"), "Atlas");
  EXPECT_EQ(library_.shelves(R"(filters: {bookBy: "2", bookTitled: "seas"})"), "");
  EXPECT_EQ(library_.shelves(R"(filters: {bookBy: "2", bookTitled: "maps", capacity: {gt: 4}})"), "Atlas");
  EXPECT_EQ(library_.shelves(R"(filters: {bookBy: "1", capacity: {gt: 5}})"), "");
  EXPECT_EQ(library_.shelves(R"(filters: {NOT: {bookBy: "1", bookTitled: null}})"), "birds Cells ducks");
  EXPECT_EQ(library_.shelves(R"(filters: {bookBy: "1", OR: {bookTitled: "finch"}})"), "Atlas birds");
}

TEST_P(Lists, FilterThroughReferences) {
  add_books();
  EXPECT_EQ(library_.ask(R"({ books(filters: {shelf: {kind: STEEL}}) { title } })"),
            R"({"books":[{"title":"finch"}]})");
  EXPECT_EQ(library_.ask(R"({ books(filters: {previous: "1"}) { title } })"),
            R"({"books":[{"title":"seas"}]})");
  EXPECT_EQ(library_.ask(R"({ books(filters: {shelf: {}, title: {contains: "ap"}}) { title } })"),
            R"({"books":[{"title":"maps"}]})");
}

TEST_P(Lists, OrderWithNullsAndTies) {
  add_shelves();
  EXPECT_EQ(library_.shelves("ordering: [{name: ASC}]"), "Atlas Cells birds ducks") << "by code point";
  EXPECT_EQ(library_.shelves("ordering: [{room: ASC}]"), "ducks Atlas Cells birds");
  EXPECT_EQ(library_.shelves("ordering: [{room: DESC}]"), "birds Cells Atlas ducks");
  EXPECT_EQ(library_.shelves("ordering: [{room: ASC_NULLS_FIRST}]"), "birds ducks Atlas Cells");
  EXPECT_EQ(library_.shelves("ordering: [{room: DESC_NULLS_LAST}]"), "Cells Atlas ducks birds");
  EXPECT_EQ(library_.shelves("ordering: [{capacity: ASC}]"), "Atlas ducks Cells birds") << "ties by id";
  EXPECT_EQ(library_.shelves("ordering: [{capacity: ASC}, {name: DESC}]"), "ducks Atlas Cells birds");
  EXPECT_EQ(library_.shelves("ordering: [{size: DESC}, {id: DESC}]"), "ducks Cells birds Atlas");
  EXPECT_EQ(library_.shelves("ordering: []"), "Atlas birds Cells ducks");
}

TEST_P(Lists, PageAsTheReferenceDoes) {
  for (int i = 1; i <= 120; ++i) {
    library_.write("insert into shelf (organization_id, name) values (1, $1)", {fmt::format("s{:03}", i)});
  }
  const auto page = [&](const std::string& pagination) {
    const Json response = library_.respond("{ shelves" + pagination + " { name } }");
    if (response.find("errors") != nullptr) return response["errors"].items()[0]["message"].as_string();
    const Json::Array& shelves = response["data"]["shelves"].items();
    return shelves.empty() ? std::string("0")
                           : fmt::format("{} from {}", shelves.size(), shelves[0]["name"].as_string());
  };
  EXPECT_EQ(page(""), "120 from s001");
  EXPECT_EQ(page("(pagination: null)"), "120 from s001");
  EXPECT_EQ(page("(pagination: {})"), "100 from s001");
  EXPECT_EQ(page("(pagination: {limit: null})"), "100 from s001");
  EXPECT_EQ(page("(pagination: {limit: 0})"), "0");
  EXPECT_EQ(page("(pagination: {limit: 7})"), "7 from s001");
  EXPECT_EQ(page("(pagination: {limit: -1})"), "100 from s001");
  EXPECT_EQ(page("(pagination: {limit: 150})"), "100 from s001");
  EXPECT_EQ(page("(pagination: {offset: 30})"), "90 from s031");
  EXPECT_EQ(page("(pagination: {offset: 118, limit: 5})"), "2 from s119");
  EXPECT_EQ(page("(pagination: {offset: 500})"), "0");
  EXPECT_EQ(page("(pagination: {offset: -1})"), "Negative indexing is not supported.");
}

TEST_P(Lists, NestListsOfEveryParent) {
  add_books();
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 2, 3]}) { books { title } } }"),
            R"({"shelves":[{"books":[{"title":"maps"},{"title":"seas"},{"title":"alps"}]},)"
            R"({"books":[{"title":"finch"}]},{"books":[]}]})");
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 2]}) { books(ordering: [{title: DESC}],"
                         " filters: {title: {contains: \"a\"}}) { id title } } }"),
            R"({"shelves":[{"books":[{"id":"2","title":"seas"},{"id":"1","title":"maps"},)"
            R"({"id":"4","title":"alps"}]},{"books":[]}]})");
}

TEST_P(Lists, GiveEveryParentItsOwnPage) {
  add_books();
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 2]}) { books(pagination: {limit: 2}) { title } } }"),
            R"({"shelves":[{"books":[{"title":"maps"},{"title":"seas"}]},{"books":[{"title":"finch"}]}]})");
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 2]}) { books(pagination: {offset: 1, limit: 1},"
                         " ordering: [{title: ASC}]) { title } } }"),
            R"({"shelves":[{"books":[{"title":"maps"}]},{"books":[]}]})");
}

TEST_P(Lists, FollowManyToManyBothWays) {
  add_books();
  EXPECT_EQ(
      library_.ask("{ books(filters: {ids: [1, 2, 3]}) { authors(ordering: [{name: DESC}]) { name } } }"),
      R"({"books":[{"authors":[{"name":"Bo"},{"name":"Ada"}]},{"authors":[]},{"authors":[{"name":"Bo"}]}]})");
  EXPECT_EQ(library_.ask("{ authors { name books { title } } }"),
            R"({"authors":[{"name":"Ada","books":[{"title":"maps"}]},)"
            R"({"name":"Bo","books":[{"title":"maps"},{"title":"finch"}]},{"name":"Cy","books":[]}]})");
  EXPECT_EQ(library_.ask("{ authors { books(pagination: {limit: 1}) { title } } }"),
            R"({"authors":[{"books":[{"title":"maps"}]},{"books":[{"title":"maps"}]},{"books":[]}]})");
}

TEST_P(Lists, TakeTheFirstOfManyWhereOneIsAsked) {
  add_books();
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 2, 3]}) { newest { title } } }"),
            R"({"shelves":[{"newest":{"title":"seas"}},{"newest":{"title":"finch"}},{"newest":null}]})");
}

TEST_P(Lists, FollowReferences) {
  add_books();
  EXPECT_EQ(library_.ask("{ books { shelf { id } previous { title previous { title } } } }"),
            R"({"books":[{"shelf":{"id":"1"},"previous":null},)"
            R"({"shelf":{"id":"1"},"previous":{"title":"maps","previous":null}},)"
            R"({"shelf":{"id":"2"},"previous":null},)"
            R"({"shelf":{"id":"1"},"previous":{"title":"seas","previous":{"title":"maps"}}}]})");
}

TEST_P(Lists, LoadWhatManyRowsNameOnce) {
  add_books();
  const std::uint64_t before = library_.database().stats().statements;
  EXPECT_EQ(
      library_.ask("{ books { a: shelf { name } } }"),
      R"({"books":[{"a":{"name":"Atlas"}},{"a":{"name":"Atlas"}},{"a":{"name":"birds"}},{"a":{"name":"Atlas"}}]})");
  EXPECT_EQ(library_.database().stats().statements - before, 2U);
  EXPECT_EQ(library_.round_trips("{ books { shelf { id } } }"), 1U) << "the id is in the reference";
}

TEST_P(Lists, GiveColumnsAsTheirTypesSay) {
  add_shelves();
  library_.write("update shelf set labels = '[\"a\",\"b\"]' where id = 1");
  EXPECT_EQ(library_.ask("{ shelf(id: 1) { id name room capacity weight opened locked kind labels } }"),
            R"({"shelf":{"id":"1","name":"Atlas","room":"hall","capacity":5,"weight":120.5,)"
            R"("opened":"2023-11-14T22:13:20+00:00","locked":true,"kind":"OAK","labels":["a","b"]}})");
  EXPECT_EQ(library_.ask("{ shelf(id: 2) { room capacity weight opened locked kind labels } }"),
            R"({"shelf":{"room":null,"capacity":null,"weight":null,"opened":null,"locked":false,)"
            R"("kind":"STEEL","labels":[]}})");
  EXPECT_EQ(library_.ask("{ shelf(id: 3) { opened weight } }"),
            R"({"shelf":{"opened":"2023-11-14T22:13:20.123456+00:00","weight":3.0}})");
}

TEST_P(Lists, SelectFromStoredJson) {
  add_shelves();
  library_.write(
      R"(update shelf set box = '{"box_width":3,"height":7,"parts":[{"box_width":1},{"box_width":2,"parts":[]}]}',)"
      R"( boxes = '[{"box_width":4}]', shapes = '[{"form":"FLAT","side":2},{"form":"ROUND","radius":1.5}]')"
      " where id = 1");
  EXPECT_EQ(library_.ask("{ shelf(id: 1) { box { boxWidth tall parts { boxWidth parts { tall } } }"
                         " boxes { tall boxWidth } } }"),
            R"({"shelf":{"box":{"boxWidth":3,"tall":7,"parts":[{"boxWidth":1,"parts":null},)"
            R"({"boxWidth":2,"parts":[]}]},"boxes":[{"tall":null,"boxWidth":4}]}})");
  EXPECT_EQ(library_.ask("{ shelf(id: 1) { shapes { __typename form ... on Circle { radius }"
                         " ... on Square { side } } } }"),
            R"({"shelf":{"shapes":[{"__typename":"Square","form":"FLAT","side":2},)"
            R"({"__typename":"Circle","form":"ROUND","radius":1.5}]}})");
  EXPECT_EQ(library_.ask("{ shelf(id: 2) { box { tall } boxes { tall } } }"),
            R"({"shelf":{"box":null,"boxes":null}})");
}

TEST_P(Lists, AnswerFieldsWrittenInSqlAndCode) {
  add_books();
  EXPECT_EQ(library_.ask(
                "{ shelves(filters: {ids: [1, 3]}) { bookCount firstBook { title } shout(mark: \"?\") } }"),
            R"({"shelves":[{"bookCount":3,"firstBook":{"title":"maps"},"shout":"Atlas?"},)"
            R"({"bookCount":0,"firstBook":null,"shout":"Cells?"}]})");
  EXPECT_EQ(library_.ask("{ shelves(filters: {ids: [1, 3]}) { a: shout b: shout(mark: \".\")"
                         " favorites { title } loans { id } } }"),
            R"({"shelves":[{"a":"Atlas!","b":"Atlas.","favorites":[{"title":"alps"},{"title":"seas"},)"
            R"({"title":"maps"}],"loans":[]},{"a":"Cells!","b":"Cells.","favorites":[],"loans":[]}]})");
}

TEST_P(Lists, LoadTheRowsThatCodeNames) {
  add_books();
  EXPECT_EQ(library_.ask("{ fullest { name } }"), R"({"fullest":{"name":"Atlas"}})");
  EXPECT_EQ(library_.ask("{ chosen(ids: [\"3\", \"1\", \"5\", \"x\"]) { name } }"),
            R"({"chosen":[{"name":"Cells"},{"name":"Atlas"}]})")
      << "in the order named, without those of others";
  library_.write("delete from book");
  EXPECT_EQ(library_.ask("{ fullest { name } }"), R"({"fullest":null})");
}

TEST_P(Lists, FindOneRowOfTheCallersOrganization) {
  add_books();
  EXPECT_EQ(library_.ask("{ shelf(id: \"2\") { name } }"), R"({"shelf":{"name":"birds"}})");
  for (const char* id : {"5", "77", "abc", "-1", ""}) {
    EXPECT_EQ(library_.ask(fmt::format("{{ shelf(id: \"{}\") {{ name }} }}", id)),
              "NOT_FOUND No Shelf with that id.")
        << id;
  }
  EXPECT_EQ(library_.ask("{ shelf(id: \"5\") { name } }", Json::object(), 2), R"({"shelf":{"name":"Eels"}})");
}

TEST_P(Lists, SayWhatIsNotBuilt) {
  add_shelves();
  EXPECT_EQ(library_.ask("{ weather }"), "NOT_IMPLEMENTED Query.weather is not built yet.");
  EXPECT_EQ(library_.ask("{ shelf(id: 1) { lender { name } } }"),
            "NOT_IMPLEMENTED Shelf.lender is not built yet.");
}

TEST_P(Lists, SayWhatIsNotBuiltWhateverRowsThereAre) {
  EXPECT_EQ(library_.ask("{ shelves { lender { name } } }"),
            "NOT_IMPLEMENTED Shelf.lender is not built yet.");
  EXPECT_EQ(library_.ask("{ authors { books { shelf { ... { lender { name } } } } } }"),
            "NOT_IMPLEMENTED Shelf.lender is not built yet.");
  EXPECT_EQ(library_.ask("query ($is: Boolean = false) { shelves { lender @include(if: $is) { name } } }"),
            R"({"shelves":[]})")
      << "what is not asked for";
  add_shelves();
  EXPECT_EQ(library_.ask("{ shelf(id: 1) { loans { shelf { lender { name } } } } }"),
            R"({"shelf":{"loans":[]}})")
      << "what cannot be there yet";
}

TEST_P(Lists, CostRoundTripsByDepthAndNotByRows) {
  constexpr std::string_view kQuery =
      "{ shelves { name bookCount books { title shelf { name } authors { name } previous { title } }"
      " newest { title } page: books(pagination: {limit: 2}) { title } } authors { name } }";
  const auto fill = [&](int from, int to) {
    library_.database().write([&](sql::Writer& writer) {
      for (int i = from; i <= to; ++i) {
        const std::int64_t shelf = writer.insert(
            "insert into shelf (organization_id, name) values (1, $1) returning id", {fmt::format("s{}", i)});
        const std::int64_t author =
            writer.insert("insert into author (organization_id, name) values (1, $1) returning id",
                          {fmt::format("a{}", i)});
        std::int64_t previous = 0;
        for (const char* title : {"x", "y", "z"}) {
          const sql::Value before = previous == 0 ? sql::Value() : sql::Value(previous);
          previous = writer.insert(
              "insert into book (title, shelf_id, previous_id) values ($1, $2, $3) returning id",
              {std::string(title), shelf, before});
          writer.execute("insert into book_author (book_id, author_id) values ($1, $2)", {previous, author});
        }
      }
    });
  };
  fill(1, 1);
  EXPECT_EQ(library_.round_trips(kQuery), 3U);
  fill(2, 50);
  EXPECT_EQ(library_.round_trips(kQuery), 3U);
  fill(51, 500);
  EXPECT_EQ(library_.round_trips(kQuery), 3U);
}

}  // namespace
