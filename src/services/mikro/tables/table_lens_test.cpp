// Windows over tables: one row for each selection, what is left of a table's structure, who hears of it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/tables/table_spec.h"
#include "services/mikro/testing/lab.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::count;
using schema::ColumnRole;
using space::AxisType;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class TableLenses : public testing::TestWithParam<sql::Dialect> {
 protected:
  void SetUp() override {
    const Json input = Json::object(
        {{"name", "tracks"},
         {"data", lab_.table({{"track", "BIGINT"}, {"t", "DOUBLE"}, {"y", "DOUBLE"}, {"x", "DOUBLE"}})},
         {"columns", Json::parse(R"([{"name":"track","role":"TRACK_ID"},{"name":"t","axisType":"TIME"},)"
                                 R"({"name":"y","axisType":"SPACE"},{"name":"x","axisType":"SPACE"}])")}});
    table_ = lab_.data(
                     "mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) { "
                     "id } }",
                     mikro_testing::input(input))["it"]["id"]
                 .as_string();
  }
  std::string document(const std::string& from, const std::string& windows) {
    return fmt::format(
        "mutation {{ it: createTableLens(input: {{{}, windows: [{}]}}) {{ id label spec windows {{ axis min "
        "max }} }} }}",
        from, windows);
  }
  Json cut(const std::string& windows) {
    return lab_.data(document("tableDataset: " + table_, windows))["it"];
  }
  std::string refused(const std::string& from, const std::string& windows) {
    return lab_.error(document(from, windows));
  }

  mikro_testing::Lab lab_{GetParam()};
  std::string table_;
};

INSTANTIATE_TEST_SUITE_P(Both, TableLenses, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(TableLenses, AreOneRowForEachSelection) {
  const Json window = cut("{axis: \"x\", max: 7.5}, {axis: \"t\", min: 2, max: 5}");
  EXPECT_EQ(window["label"].as_string(), "tracks · t[2.0:5.0], x[:7.5]");
  EXPECT_EQ(window["windows"].dump(),
            R"([{"axis":"t","min":2.0,"max":5.0},{"axis":"x","min":null,"max":7.5}])");
  EXPECT_EQ(cut("{axis: \"t\", max: 5, min: 2.0}, {axis: \"x\", max: 7.5}, {axis: \"y\"}")["id"],
            window["id"]);
  EXPECT_EQ(cut("")["label"].as_string(), "tracks");
  EXPECT_EQ(count(lab_, "lens"), 2);
  const Json within = lab_.data(document("lens: " + window["id"].as_string(), "{axis: \"t\", min: 4}"))["it"];
  EXPECT_EQ(within["windows"].dump(),
            R"([{"axis":"t","min":4.0,"max":5.0},{"axis":"x","min":null,"max":7.5}])");
  EXPECT_EQ(
      lab_.data(
              "{ it: tableDatasets { lenses { id } whole: lenses(windowed: false) { id } fullLens { id } } }")
          ["it"]
              .items()[0]["lenses"]
              .items()
              .size(),
      3U);
}

TEST_P(TableLenses, AreWhatTheirWindowsLeaveFree) {
  EXPECT_EQ(cut("{axis: \"t\", min: 3, max: 3}")["spec"].dump(), R"(["POINTS_2D","TRACKED"])");
  EXPECT_EQ(cut("{axis: \"t\", min: 3, max: 4}")["spec"].dump(), R"(["POINTS_2D","TIMED","TRACKED"])");
  EXPECT_EQ(cut("{axis: \"y\", min: 0, max: 0}")["spec"].dump(), R"(["POINTS_1D","TIMED","TRACKED"])");
  const auto found = [&](const std::string& filters) {
    return lab_.data("{ it: lenses(filters: " + filters + ") { label } }")["it"].items().size();
  };
  EXPECT_EQ(found("{tableSpec: [TIMED]}"), 3U);
  EXPECT_EQ(found("{tableSpec: [TIMED, POINTS_1D]}"), 1U);
  EXPECT_EQ(found("{tableDataset: " + table_ + ", kind: TABLE}"), 4U);
  EXPECT_EQ(found("{tableDataset: 999}"), 0U);
  EXPECT_EQ(found("{search: \"TRACKS\", sliced: true}"), 3U);
}

TEST_P(TableLenses, AreWhatPointsAndTracksAreDrawnOf) {
  const Json spaces = lab_.data("{ it: tableDatasets { coordinateSystem { id } } }");
  const std::string space = spaces["it"].items()[0]["coordinateSystem"]["id"].as_string();
  const Json plain = Json::object({{"name", "plain"},
                                   {"data", lab_.table({{"a", "BIGINT"}})},
                                   {"columns", Json::parse(R"([{"name":"a"}])")}});
  const Json unplaced = lab_.data(
      "mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) {"
      " coordinateSystem { id } } }",
      mikro_testing::input(plain));
  const std::string rows = unplaced["it"]["coordinateSystem"]["id"].as_string();
  cut("{axis: \"t\", max: 3}");
  const auto sources = [&](const std::string& world, const std::string& kind) {
    return lab_
        .data("{ it: lenses(filters: {placeableIn: {space: " + world + ", asLayer: " + kind +
              "}}) { label } }")["it"]
        .items()
        .size();
  };
  EXPECT_EQ(sources(space, "POINT"), 2U);
  EXPECT_EQ(sources(space, "TRACK"), 2U);
  EXPECT_EQ(sources(space, "IMAGE"), 0U);
  EXPECT_EQ(sources(rows, "POINT"), 0U);
}

TEST_P(TableLenses, AreRefusedWithWhatToDo) {
  const std::string table = "tableDataset: " + table_;
  EXPECT_THAT(refused(table, "{axis: \"track\", min: 1}"), HasSubstr("no axis 'track'"));
  EXPECT_THAT(refused(table, "{axis: \"t\", min: 2, max: 1}"), HasSubstr("keeps nothing"));
  EXPECT_THAT(refused(table, "{axis: \"t\", min: 1}, {axis: \"t\", max: 1}"), HasSubstr("two windows"));
  EXPECT_THAT(refused("tableDataset: 999", ""), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused("lens: 999", ""), StartsWith("NOT_FOUND"));
  const std::string window = cut("{axis: \"t\", max: 3}")["id"].as_string();
  EXPECT_THAT(refused("lens: " + window, "{axis: \"t\", min: 4}"), HasSubstr("keeps nothing"));
  EXPECT_THAT(refused(table + ", lens: " + window, ""), HasSubstr("Give either"));
  const std::string image = mikro_testing::dataset(lab_, "image", {"y SPACE", "x SPACE"}, {4, 4});
  const std::string of_image = lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } } }",
                                         mikro_testing::id_variable(image))["it"]["fullLens"]["id"]
                                   .as_string();
  EXPECT_THAT(refused("lens: " + of_image, ""), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error("mutation ($id: ID!) { createLens(input: {lens: $id}) { id } }",
                         mikro_testing::id_variable(window)),
              StartsWith("VALIDATION_ERROR"));
}

TEST_P(TableLenses, AreNamedAndDeletedButNotTheWholeOne) {
  const Json window = cut("{axis: \"t\", max: 3}");
  const auto with = [&](const char* text, const Json& id) {
    return lab_.error(text, Json::object({{"id", id}}));
  };
  EXPECT_EQ(
      with("mutation ($id: ID!) { updateLens(input: {id: $id, name: \"early\"}) { label } }", window["id"]),
      "");
  EXPECT_EQ(cut("{axis: \"t\", max: 3}")["label"].as_string(), "early");
  const char* remove = "mutation ($id: ID!) { deleteLens(input: {id: $id}) }";
  EXPECT_THAT(with(remove, cut("")["id"]), StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(with(remove, window["id"]), "");
  EXPECT_EQ(count(lab_, "lens"), 1);
  EXPECT_EQ(count(lab_, "coordinate_system"), 1);
}

TEST_P(TableLenses, AreToldOfToWhoFollowsTheirTable) {
  std::vector<std::string> heard;
  const auto handle = lab_.feed().follow("lenses-TABLE/1/" + table_,
                                         [&](const Json& event) { heard.push_back(event.dump()); });
  const Json window = cut("{axis: \"t\", max: 3}");
  cut("{axis: \"t\", max: 3}");
  const std::string id = window["id"].as_string();
  lab_.data("mutation ($id: ID!) { deleteLens(input: {id: $id}) }", Json::object({{"id", window["id"]}}));
  EXPECT_THAT(heard, ElementsAre(R"({"create":)" + id + "}", R"({"delete":)" + id + "}"));
}

TEST(TableSpec, CountsWhatIsDeclared) {
  const auto spec = [](std::vector<SpecColumn> columns) { return table_spec(columns); };
  const auto axis = [](AxisType type) {
    return SpecColumn{"a", "DOUBLE", ColumnRole::kCoordinate, type, false};
  };
  const SpecColumn value{"v", "DECIMAL(10,2)", ColumnRole::kAttribute, {}, false};
  const SpecColumn text{"s", "VARCHAR", ColumnRole::kAttribute, {}, false};
  EXPECT_THAT(spec({}), ElementsAre("RECORDS"));
  EXPECT_THAT(spec({axis(AxisType::kSpace), value}), ElementsAre("POINTS_1D", "SERIES"));
  EXPECT_THAT(spec({axis(AxisType::kTime), value}), ElementsAre("RECORDS", "TIMED", "SERIES"));
  EXPECT_THAT(spec({axis(AxisType::kTime), text}), ElementsAre("RECORDS", "TIMED"));
  EXPECT_THAT(spec({axis(AxisType::kSpace), axis(AxisType::kTime), value}),
              ElementsAre("POINTS_1D", "TIMED"));
  EXPECT_THAT(spec(std::vector<SpecColumn>(5, axis(AxisType::kSpace))), ElementsAre("POINTS_ND"));
  EXPECT_THAT(
      spec({{"g", "BIGINT", ColumnRole::kGroupId, {}, false}, {"k", "BIGINT", ColumnRole::kId, {}, true}}),
      ElementsAre("RECORDS", "GROUPED", "KEYED"));
}

}  // namespace
}  // namespace mikro
