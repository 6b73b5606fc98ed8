// What is seen of a space: its neighbourhood, and what lies in a region of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::id_variable;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kInView = R"(
  query ($id: ID!, $region: BoundingBoxInput!, $at: [CoordinateInput!]) { it: coordinateSystem(id: $id) {
    inView(region: $region, at: $at) { source { __typename ... on ArrayDataset { name } } system { name }
      extent { axis min max } extentState invariance validity path { inverted transformation { name } }
      anchors { id } } } })";

class Views : public testing::TestWithParam<sql::Dialect> {
 protected:
  Json variables(const std::string& id, std::string_view region, Json at = {}) {
    return Json::object({{"id", id}, {"region", Json::parse(region)}, {"at", std::move(at)}});
  }
  std::string in_view(const std::string& id, std::string_view region, Json at = {}) {
    return lab_.data(kInView, variables(id, region, std::move(at)))["it"]["inView"].dump();
  }
  std::string graph(const std::string& id, const std::string& more = "") {
    return lab_
        .data("{ it: coordinateGraph(coordinateSystem: " + id + more +
              ") { root { name } systems { name } transformations { name kind } } }")["it"]
        .dump();
  }
  static Json named(const char* name) { return Json::object({{"name", name}}); }

  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, Views, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Views, StateWhereDatasetsComeToLie) {
  const std::string cells =
      mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 10, 20});
  mikro_testing::dataset(lab_, "elsewhere", {"y SPACE", "x SPACE"}, {8, 8});
  const std::string grid = mikro_testing::grid_of(lab_, cells);
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um", "t TIME s"});
  mikro_testing::edge(lab_, grid, stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"AFFINE","inputAxes":["y","x"],
                          "outputAxes":["y","x"],"affine":[[0.5,0,10],[0,0.5,0]]}]})",
                      named("place"));
  const std::string there =
      R"([{"source":{"__typename":"ArrayDataset","name":"cells"},"system":{"name":"cells"},"extent":[)"
      R"({"axis":"y","min":9.75,"max":14.75},{"axis":"x","min":-0.25,"max":9.75}],"extentState":"KNOWN",)"
      R"("invariance":"SIMILARITY","validity":"MANUAL","path":[{"inverted":false,)"
      R"("transformation":{"name":"place"}}],"anchors":[]}])";
  EXPECT_EQ(in_view(stage, R"({"min":[14,0],"max":[20,1]})"), there);
  EXPECT_EQ(in_view(stage, R"({"min":[14.75],"max":[20]})"), there);
  EXPECT_EQ(in_view(stage, R"({"min":[15],"max":[20]})"), "[]");
  EXPECT_EQ(in_view(stage, R"({"min":[10,9.8],"max":[20,20]})"), "[]");
  EXPECT_EQ(in_view(stage, R"({"min":[10,0,900],"max":[20,20,901]})"), there);
  EXPECT_EQ(in_view(grid, R"({"min":[0],"max":[0]})"),
            R"([{"source":{"__typename":"ArrayDataset","name":"cells"},"system":{"name":"cells"},"extent":[)"
            R"({"axis":"c","min":-0.5,"max":2.5},{"axis":"y","min":-0.5,"max":9.5},)"
            R"({"axis":"x","min":-0.5,"max":19.5}],"extentState":"KNOWN","invariance":"ISOMETRY",)"
            R"("validity":"VALIDATED","path":[],"anchors":[]}])");
  const auto refused = [&](std::string_view region) { return lab_.error(kInView, variables(stage, region)); };
  EXPECT_THAT(refused(R"({"min":[0,1],"max":[5]})"), HasSubstr("2 lower and 1 upper"));
  EXPECT_THAT(refused(R"({"min":[0,0,0,0],"max":[5,5,5,5]})"), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(refused(R"({"min":[6],"max":[5]})"), HasSubstr("along 'y'"));
}

TEST_P(Views, AskForTheCoordinateThatAPlacementDependsOn) {
  const std::string cells =
      mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 10, 10});
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"TRANSLATION","inputAxes":["y","x"],
                          "outputAxes":["y","x"],"translation":[100,0]}]})",
                      Json::object({{"selector", Json::object({{"axis", "c"}, {"index", 2}})}}));
  EXPECT_THAT(in_view(stage, R"({"min":[0],"max":[1]})"),
              HasSubstr(R"("extent":[],"extentState":"CONDITIONAL")"));
  EXPECT_EQ(in_view(stage, R"({"min":[0],"max":[1]})", Json::parse(R"([{"name":"c","value":2}])")), "[]");
  EXPECT_THAT(in_view(stage, R"({"min":[100],"max":[101]})", Json::parse(R"([{"name":"c","value":2}])")),
              HasSubstr(R"("extentState":"KNOWN")"));
  EXPECT_THAT(in_view(stage, R"({"min":[0],"max":[1]})", Json::parse(R"([{"name":"c","value":1}])")),
              HasSubstr("CONDITIONAL"));
}

TEST_P(Views, ShowDrawingsByTheirShapesAndTablesThatNobodyOpens) {
  const auto made = [&](std::string_view mutation, Json members) {
    return lab_.data(mutation, mikro_testing::input(std::move(members)))["it"];
  };
  const Json rois = made(
      "mutation ($input: CreateAnnotationCollectionInput!) { it: createAnnotationCollection(input: $input) { "
      "id"
      " coordinateSystem { id } } }",
      Json::object({{"name", "rois"}, {"axes", mikro_testing::axes_json({"y SPACE", "x SPACE"})}}));
  const Json table = made(
      "mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) { id"
      " coordinateSystem { id } } }",
      Json::object({{"name", "points"},
                    {"data", lab_.table({{"y", "DOUBLE"}, {"x", "DOUBLE"}})},
                    {"columns", Json::parse(R"([{"name":"y","axisType":"SPACE","unit":"micrometer"},
                                                {"name":"x","axisType":"SPACE","unit":"micrometer"}])")}}));
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, rois["coordinateSystem"]["id"].as_string(), stage,
                      R"({"kind":"SCALE","scale":[2,2]})");
  mikro_testing::edge(lab_, table["coordinateSystem"]["id"].as_string(), stage, R"({"kind":"IDENTITY"})");
  const auto seen = [&](std::string_view region) {
    std::string text;
    for (const Json& one : Json::parse(in_view(stage, region)).items()) {
      text += one["source"]["__typename"].as_string() + " " + one["extentState"].as_string() + " " +
              one["extent"].dump() + "; ";
    }
    return text;
  };
  const std::string unread = "TableDataset UNREADABLE []; ";
  EXPECT_EQ(seen(R"({"min":[0],"max":[1]})"), "AnnotationCollection UNREADABLE []; " + unread);
  for (const char* vertices : {"[[1, 2], [3, 4]]", "[[10, 0]]"}) {
    made("mutation ($input: CreateAnnotationInput!) { it: createAnnotation(input: $input) { id } }",
         Json::object({{"collection", rois["id"]}, {"kind", "PATH"}, {"vectors", Json::parse(vertices)}}));
  }
  EXPECT_EQ(
      seen(R"({"min":[5],"max":[6]})"),
      R"(AnnotationCollection KNOWN [{"axis":"y","min":2.0,"max":20.0},{"axis":"x","min":0.0,"max":8.0}]; )" +
          unread);
  EXPECT_EQ(seen(R"({"min":[21],"max":[22]})"), unread);
}

TEST_P(Views, StartWhereTheRegistrationAttaches) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {10, 10});
  const std::string crop =
      mikro_testing::space_of(lab_, mikro_testing::lens(lab_, cells, R"([{"axis":"y","start":4}])"));
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, crop, stage, R"({"kind":"IDENTITY"})");
  EXPECT_THAT(
      in_view(stage, R"({"min":[0],"max":[1]})"),
      HasSubstr(R"("system":{"name":"cells · y[4:10]"},"extent":[{"axis":"y","min":-0.5,"max":5.5})"));
  const std::string atlas = mikro_testing::world(lab_, "atlas", {"y SPACE um", "x SPACE um"});
  const std::string level = mikro_testing::dataset(
      lab_, "pyramid", {"y SPACE", "x SPACE"}, {8, 8},
      Json::object({{"scales", Json::array({Json::object({{"level", 1}, {"array", lab_.array({4, 4})}})})}}));
  const std::string coarse =
      lab_.data("{ it: coordinateSystems(filters: {name: {exact: \"pyramid/1\"}}) { id } }")["it"]
          .items()
          .front()["id"]
          .as_string();
  mikro_testing::edge(lab_, coarse, atlas, R"({"kind":"IDENTITY"})");
  EXPECT_THAT(in_view(atlas, R"({"min":[0],"max":[1]})"),
              HasSubstr(R"("system":{"name":"pyramid"},"extent":[],"extentState":"INVERTED")"));
  EXPECT_FALSE(level.empty());
}

TEST_P(Views, PlaceSpacesAcrossSpaces) {
  const std::string cells = mikro_testing::dataset(lab_, "cells", {"y SPACE", "x SPACE"}, {10, 10});
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE um", "x SPACE um"});
  const std::string atlas = mikro_testing::world(lab_, "atlas", {"y SPACE um", "x SPACE um"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, cells), stage, R"({"kind":"IDENTITY"})");
  mikro_testing::edge(lab_, stage, atlas, R"({"kind":"IDENTITY"})");
  const auto placed = [&](const std::string& id) {
    return lab_
        .data("query ($id: ID!) { it: coordinateSystem(id: $id) { placedSystems { name } } }",
              id_variable(id))["it"]["placedSystems"]
        .dump();
  };
  EXPECT_EQ(placed(atlas), R"([{"name":"cells"},{"name":"stage"}])");
  EXPECT_EQ(placed(stage), R"([{"name":"cells"}])");
  EXPECT_EQ(placed(mikro_testing::grid_of(lab_, cells)), "[]");
}

TEST_P(Views, OfTheGraphGoAsFarAsTheyAreAsked) {
  const std::string a = mikro_testing::world(lab_, "a", {"x SPACE um"});
  const std::string b = mikro_testing::world(lab_, "b", {"x SPACE um"});
  const std::string c = mikro_testing::world(lab_, "c", {"x SPACE um"});
  mikro_testing::world(lab_, "alone", {"x SPACE um"});
  mikro_testing::edge(lab_, b, a, R"({"kind":"IDENTITY"})", named("first"));
  mikro_testing::edge(lab_, b, c, R"({"kind":"UNMAPPABLE"})", named("second"));
  mikro_testing::edge(lab_, c, c == a ? b : a, R"({"kind":"IDENTITY"})", named("third"));
  EXPECT_EQ(graph(b, ", maxDepth: 0"),
            R"({"root":{"name":"b"},"systems":[{"name":"b"}],"transformations":[]})");
  EXPECT_EQ(graph(a),
            R"({"root":{"name":"a"},"systems":[{"name":"a"},{"name":"b"},{"name":"c"}],"transformations":[)"
            R"({"name":"first","kind":"IDENTITY"},{"name":"second","kind":"UNMAPPABLE"},)"
            R"({"name":"third","kind":"IDENTITY"}]})");
  const std::string d = mikro_testing::world(lab_, "d", {"x SPACE um"});
  mikro_testing::edge(lab_, d, b, R"({"kind":"IDENTITY"})", named("fourth"));
  EXPECT_THAT(graph(d, ", maxDepth: 1"), HasSubstr(R"("systems":[{"name":"b"},{"name":"d"}])"));
  EXPECT_THAT(lab_.error("{ coordinateGraph(coordinateSystem: " + a + ", maxDepth: -1) { root { id } } }"),
              StartsWith("VALIDATION_ERROR"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(lab_.error("{ coordinateGraph(coordinateSystem: " + a + ") { root { id } } }"),
              StartsWith("NOT_FOUND"));
}

}  // namespace
}  // namespace mikro
