// Which anchors a region shows.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;

constexpr std::string_view kAnchor =
    "mutation ($input: CreateCoordinateAnchorInput!) { it: createCoordinateAnchor(input: $input) { id } }";
constexpr std::string_view kSeen = R"(
  query ($id: ID!, $region: BoundingBoxInput!, $at: [CoordinateInput!]) { it: coordinateSystem(id: $id) {
    inView(region: $region, at: $at) { extentState anchors { coordinates } } } })";

class AnchorsInView : public testing::TestWithParam<sql::Dialect> {
 protected:
  void anchor(const char* member, const std::string& thing, std::string_view pins) {
    lab_.data(kAnchor,
              mikro_testing::input(Json::object(
                  {{member, thing}, {"anchor", Json::object({{"axisAnchors", Json::parse(pins)}})}})));
  }
  /// Source by source.
  std::string seen(const std::string& world, std::string_view region, std::string_view at = "null") {
    const Json answer = lab_.data(
        kSeen, Json::object({{"id", world}, {"region", Json::parse(region)}, {"at", Json::parse(at)}}));
    std::string text;
    for (const Json& one : answer["it"]["inView"].items()) {
      text += one["extentState"].as_string() + ":";
      for (const Json& anchor : one["anchors"].items()) text += " " + anchor["coordinates"].dump();
      text += "; ";
    }
    return text;
  }

  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, AnchorsInView, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AnchorsInView, AreVoxelsWhereTheyArePinnedAndWholeElsewhere) {
  const std::string cells =
      mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 10, 20});
  anchor("dataset", cells, R"([{"axis":"c","value":1}])");
  anchor("dataset", cells, R"([{"axis":"y","value":0}])");
  anchor("dataset", cells, R"([{"axis":"y","value":9},{"axis":"x","value":5}])");
  const std::string elsewhere = mikro_testing::dataset(lab_, "elsewhere", {"y SPACE", "x SPACE"}, {8, 8});
  anchor("dataset", elsewhere, R"([{"axis":"y","value":3}])");
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um", "t TIME s"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"AFFINE","inputAxes":["y","x"],
                          "outputAxes":["y","x"],"affine":[[0.5,0,10],[0,0.5,0]]}]})");
  EXPECT_EQ(seen(stage, R"({"min":[0],"max":[100]})"), R"(KNOWN: {"c":1} {"y":0} {"y":9,"x":5}; )");
  EXPECT_EQ(seen(stage, R"({"min":[10.26],"max":[14.24]})"), R"(KNOWN: {"c":1}; )");
  EXPECT_EQ(seen(stage, R"({"min":[10.2],"max":[14.24]})"), R"(KNOWN: {"c":1} {"y":0}; )");
  EXPECT_EQ(seen(stage, R"({"min":[14.25, 2.7],"max":[20, 9]})"), R"(KNOWN: {"c":1} {"y":9,"x":5}; )");
  EXPECT_EQ(seen(stage, R"({"min":[14.25, 2.8],"max":[20, 9]})"), R"(KNOWN: {"c":1}; )");
  EXPECT_EQ(seen(stage, R"({"min":[15],"max":[20]})"), "");
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  EXPECT_EQ(seen(grid, R"({"min":[2],"max":[2]})"), R"(KNOWN: {"y":0} {"y":9,"x":5}; )");
}

TEST_P(AnchorsInView, AreThoseThatACropKeeps) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {20, 10});
  for (const int y : {3, 4, 5, 6, 10}) {
    anchor("dataset", cells, fmt::format(R"([{{"axis":"y","value":{}}}])", y));
  }
  const std::string crop = mikro_testing::space_of(
      lab_, mikro_testing::lens(lab_, cells, R"([{"axis":"y","start":4,"stop":12,"step":2}])"));
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, crop, stage, R"({"kind":"IDENTITY"})");
  EXPECT_EQ(seen(stage, R"({"min":[0],"max":[9]})"), R"(KNOWN: {"y":4} {"y":6} {"y":10}; )");
  EXPECT_EQ(seen(stage, R"({"min":[1],"max":[1]})"), R"(KNOWN: {"y":6}; )");
  EXPECT_EQ(seen(stage, R"({"min":[3],"max":[3]})"), R"(KNOWN: {"y":10}; )");
}

TEST_P(AnchorsInView, StayWhileNobodyKnowsWhereTheyLie) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "x SPACE"}, {3, 10});
  anchor("dataset", cells, R"([{"axis":"c","value":1}])");
  anchor("dataset", cells, R"([{"axis":"c","value":2}])");
  anchor("dataset", cells, R"([{"axis":"x","value":2}])");
  const std::string stage = mikro_testing::world(lab_, "stage", {"x SPACE um"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"TRANSLATION","inputAxes":["x"],
                          "outputAxes":["x"],"translation":[100]}]})",
                      Json::object({{"selector", Json::object({{"axis", "c"}, {"index", 2}})}}));
  EXPECT_EQ(seen(stage, R"({"min":[0],"max":[1]})"), R"(CONDITIONAL: {"c":1} {"c":2} {"x":2}; )");
  EXPECT_EQ(seen(stage, R"({"min":[104],"max":[105]})", R"([{"name":"c","value":2}])"), R"(KNOWN: {"c":2}; )")
      << "the other channel is placed by nobody, and x = 2 lies at 102";
}

TEST_P(AnchorsInView, OfTablesLieAtTheirPositions) {
  const std::string table =
      lab_.data(
              "mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) { id } }",
              mikro_testing::input(
                  Json::object({{"name", "spots"},
                                {"data", lab_.table({{"frame", "DOUBLE"}, {"x", "DOUBLE"}})},
                                {"columns", Json::parse(R"([{"name":"frame","axisType":"INDEX"},
                                                 {"name":"x","axisType":"SPACE","unit":"micrometer"}])")}})))
          ["it"]["id"]
              .as_string();
  anchor("table", table, R"([{"axis":"frame","value":7}])");
  anchor("table", table, R"([{"axis":"x","value":-20}])");
  const std::string space =
      lab_.data("query ($id: ID!) { it: tableDataset(id: $id) { coordinateSystem { id } } }",
                mikro_testing::id_variable(table))["it"]["coordinateSystem"]["id"]
          .as_string();
  const std::string stage = mikro_testing::world(lab_, "stage", {"x SPACE um"});
  mikro_testing::edge(lab_, space, stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"SCALE","inputAxes":["x"],
                          "outputAxes":["x"],"scale":[2]}]})");
  EXPECT_EQ(seen(stage, R"({"min":[-40],"max":[0]})"), R"(UNREADABLE: {"frame":7} {"x":-20}; )");
  EXPECT_EQ(seen(stage, R"({"min":[-39.9],"max":[0]})"), R"(UNREADABLE: {"frame":7}; )");
}

TEST_P(AnchorsInView, AreReadByOneStatementForAllSources) {
  const std::string stage = mikro_testing::world(lab_, "stage", {"x SPACE um"});
  const auto place = [&] {
    const std::string cells = mikro_testing::dataset(lab_, "cells", {"x SPACE"}, {10});
    anchor("dataset", cells, R"([{"axis":"x","value":2}])");
    mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage, R"({"kind":"IDENTITY"})");
  };
  const auto statements = [&] {
    const std::uint64_t before = lab_.database().stats().statements;
    seen(stage, R"({"min":[0],"max":[9]})");
    return lab_.database().stats().statements - before;
  };
  place();
  const std::uint64_t one = statements();
  for (int i = 0; i < 4; ++i) place();
  EXPECT_EQ(statements(), one);
}

}  // namespace
}  // namespace mikro
