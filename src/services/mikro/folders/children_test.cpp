// What lies in a folder as one list: the order, what is searched, what is left out, whose it is.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::StartsWith;

class Children : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  Children() : Drawing(GetParam()) { folder_ = folder("here"); }

  std::string folder(const std::string& name, const Json& parent = Json()) {
    return lab_
        .data("mutation ($input: CreateFolderInput!) { it: createFolder(input: $input) { id } }",
              input({{"name", name}, {"parent", parent}}))["it"]["id"]
        .as_string();
  }
  std::string file(const std::string& name) {
    return lab_
        .data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
              input({{"file", lab_.upload("Bigfile", {{"", "bytes"}})},
                     {"fileName", name},
                     {"folder", folder_}}))["it"]["id"]
        .as_string();
  }
  std::string image(const std::string& name, const Json& source_files = Json()) {
    return lab_
        .data("mutation ($input: CreateArrayDatasetInput!) { it: createArrayDataset(input: $input) { id } }",
              input({{"name", name},
                     {"data", lab_.array({2, 2})},
                     {"scales", Json::array()},
                     {"axes", yx()},
                     {"folder", folder_},
                     {"sourceFiles", source_files}}))["it"]["id"]
        .as_string();
  }
  std::string drawing(const std::string& name, const std::string& description = "") {
    return lab_
        .data(
            "mutation ($input: CreateAnnotationCollectionInput!) { it: createAnnotationCollection(input: "
            "$input) { id } }",
            input({{"name", name}, {"description", description}, {"axes", yx()}, {"folder", folder_}}))["it"]
                                                                                                       ["id"]
        .as_string();
  }
  static Json source(const std::string& file) { return Json::array({Json::object({{"file", file}})}); }

  std::string query(const std::string& arguments) {
    return fmt::format(
        "{{ it: children(parent: {}{}) {{ __typename ... on Folder {{ name parent {{ name }} }} ... on File "
        "{{"
        " name size }} ... on ArrayDataset {{ name shape }} ... on AnnotationCollection {{ name }} ... on"
        " MeshCollection {{ title: name }} ... on Fixture {{ title: name }} }} }}",
        folder_, arguments);
  }
  /// `Folder:inner File:a.txt`
  std::string listed(const std::string& arguments = "") {
    std::string text;
    const Json data = lab_.data(query(arguments));
    for (const Json& one : data["it"].items()) {
      text += fmt::format("{}:{} ", one["__typename"].as_string(), one["name"].as_string());
    }
    return text;
  }

  std::string folder_;
};

INSTANTIATE_TEST_SUITE_P(Both, Children, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Children, AreOfEveryKindOneKindAfterTheOther) {
  drawing("rois");
  image("cells");
  file("b.txt");
  file("a.txt");
  folder("inner", folder_);
  folder("elsewhere");
  EXPECT_EQ(listed(), "Folder:inner File:b.txt File:a.txt ArrayDataset:cells AnnotationCollection:rois ");
  EXPECT_EQ(listed(", order: {field: NAME, direction: ASC}"),
            "Folder:inner File:a.txt File:b.txt ArrayDataset:cells AnnotationCollection:rois ");
  EXPECT_EQ(listed(", order: {field: CREATED_AT, direction: DESC}, filters: {showChildren: false}"),
            "Folder:inner File:a.txt File:b.txt ArrayDataset:cells AnnotationCollection:rois ");
  EXPECT_EQ(lab_.data(query(""))["it"].items()[3].dump(),
            R"({"__typename":"ArrayDataset","name":"cells","shape":[2,2]})");
}

TEST_P(Children, AreOrderedByCodePoint) {
  for (const char* name : {"b", "a", "B", "é", "_"}) folder(name, folder_);
  EXPECT_EQ(listed(", order: {field: NAME, direction: ASC}"),
            "Folder:B Folder:_ Folder:a Folder:b Folder:é ");
  EXPECT_EQ(listed(", order: {field: NAME, direction: DESC}"),
            "Folder:é Folder:b Folder:a Folder:_ Folder:B ");
}

TEST_P(Children, AreSearchedByNameAndDescription) {
  file("Zebrafish.czi");
  drawing("outlines", "of the zebraFISH heart");
  image("mouse");
  EXPECT_EQ(listed(", filters: {search: \"ZEBRA\"}"), "File:Zebrafish.czi AnnotationCollection:outlines ");
  EXPECT_EQ(listed(", filters: {search: \"%\"}"), "");
  EXPECT_EQ(listed(", filters: {search: \"\"}"),
            "File:Zebrafish.czi ArrayDataset:mouse AnnotationCollection:outlines ");
}

TEST_P(Children, AreNotShownTwiceAsAFileAndAsWhatWasReadOutOfIt) {
  const std::string raw = file("a.czi");
  image("converted", source(raw));
  const std::string made = image("made");
  lab_.data("mutation ($input: LinkFileInput!) { linkFile(input: $input) { id } }",
            input({{"file", raw},
                   {"sourceOf", Json::array({Json::object({{"kind", "DATASET"}, {"dataset", made}})})}}));
  EXPECT_EQ(listed(), "File:a.czi ArrayDataset:made ");
  EXPECT_EQ(listed(", filters: {showConverted: false}"), "File:a.czi ArrayDataset:made ");
  EXPECT_EQ(listed(", filters: {showConverted: true}"),
            "File:a.czi ArrayDataset:converted ArrayDataset:made ");
}

TEST_P(Children, AreReadInPages) {
  for (int i = 0; i < 3; ++i) folder(fmt::format("f{}", i), folder_);
  image("cells");
  EXPECT_EQ(listed(", pagination: {limit: 2}"), "Folder:f0 Folder:f1 ");
  EXPECT_EQ(listed(", pagination: {offset: 2, limit: 2}"), "Folder:f2 ArrayDataset:cells ");
  EXPECT_EQ(listed(", pagination: {offset: 9}"), "");
  EXPECT_EQ(listed(", pagination: {limit: null, offset: null}"),
            "Folder:f0 Folder:f1 Folder:f2 ArrayDataset:cells ");
  EXPECT_THAT(lab_.error(query(", pagination: {offset: -1}")), StartsWith("VALIDATION_ERROR"));
}

TEST_P(Children, BelongToTheirOrganization) {
  file("a.txt");
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(lab_.error(query("")), StartsWith("NOT_FOUND"));
}

TEST_P(Children, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(query(""));
    return lab_.round_trips() - before;
  };
  const auto add = [&] {
    folder("inner", folder_);
    file("a.txt");
    image("cells");
    drawing("rois");
  };
  add();
  const std::uint64_t one = cost();
  for (int i = 0; i < 4; ++i) add();
  EXPECT_EQ(cost(), one);
}

TEST_P(Children, AreCountedWithTheFiltersOfTheirLists) {
  for (int i = 0; i < 3; ++i) file(fmt::format("{}.txt", i));
  image("cells");
  const Json counted = lab_.data(
      fmt::format("{{ filesStats(filters: {{folder: {0}}}) {{ count max(field: PK) distinctCount(field: PK)"
                  " series(field: PK, timestampField: CREATED_AT, by: YEAR) {{ count }} }}"
                  " foldersStats {{ count }} arrayDatasetsStats(filters: {{search: \"CELL\"}}) {{ count }}"
                  " lensesStats(filters: {{kind: ARRAY}}) {{ count }} coordinateSystemsStats {{ count"
                  " min(field: PK) }} }}",
                  folder_));
  EXPECT_EQ(counted.dump(),
            R"({"filesStats":{"count":3,"max":3.0,"distinctCount":3,"series":[{"count":3}]},)"
            R"("foldersStats":{"count":1},"arrayDatasetsStats":{"count":1},"lensesStats":{"count":1},)"
            R"("coordinateSystemsStats":{"count":1,"min":1.0}})");
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(
      lab_.data("{ filesStats { count } foldersStats { count } arrayDatasetsStats { count } lensesStats {"
                " count } coordinateSystemsStats { count } }")
          .dump(),
      R"({"filesStats":{"count":0},"foldersStats":{"count":0},"arrayDatasetsStats":{"count":0},)"
      R"("lensesStats":{"count":0},"coordinateSystemsStats":{"count":0}})");
}

TEST_P(Children, OfAMembershipAreTheFoldersThatSheMade) {
  file("in the default folder.txt");
  drawing("rois");
  lab_.become("bob");
  folder("bobs");
  EXPECT_EQ(
      lab_.data("{ members { user { sub } folders(ordering: [{name: DESC}]) { name } } }")["members"].dump(),
      R"([{"user":{"sub":"ada"},"folders":[{"name":"here"}]},{"user":{"sub":"bob"},"folders":[{"name":"bobs"}]}])");
}

}  // namespace
}  // namespace mikro
