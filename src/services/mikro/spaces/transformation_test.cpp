// Edges between spaces: what may be stated, refined and taken back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::id_variable;
using mikro_testing::input;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kShow = R"(query ($id: ID!) { it: transformation(id: $id) {
  __typename kind name version validity valueRelation invariance inputAxes outputAxes selector { axis index }
  input { name } output { name } creator { sub }
  ... on ScaleTransformation { scale } ... on TranslationTransformation { translation }
  ... on AffineTransformation { affine } ... on RotationTransformation { affine }
  ... on UnmappableTransformation { reason }
  ... on ByDimensionTransformation { parts { kind inputAxes outputAxes scale translation affine
    field { field { name } unit min max values spatial dereference } } } } })";
constexpr std::string_view kUpdate =
    "mutation ($input: UpdateTransformationInput!) { it: updateTransformation(input: $input) { version name "
    "validity ... on ScaleTransformation { scale } ... on ByDimensionTransformation { parts { scale } } } }";
constexpr std::string_view kRemove = "mutation ($id: ID!) { it: deleteTransformation(input: {id: $id}) }";

class Transformations : public testing::TestWithParam<sql::Dialect> {
 protected:
  std::string refusal(const std::string& from, const std::string& to, std::string_view transform,
                      Json more = Json::object()) {
    Json members = Json::object({{"input", from}, {"output", to}, {"transform", Json::parse(transform)}});
    for (const auto& [name, value] : more.members()) members.set(name, value);
    return lab_.error(mikro_testing::kCreateEdge, input(std::move(members)));
  }
  Json show(const std::string& id) { return lab_.data(kShow, id_variable(id))["it"]; }
  std::string update_error(const std::string& id, Json members) {
    members.set("id", id);
    return lab_.error(kUpdate, input(std::move(members)));
  }

  mikro_testing::Lab lab_{GetParam()};
  std::string cells_ = mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  std::string grid_ = mikro_testing::grid_of(lab_, cells_);
  std::string stage_ = mikro_testing::world(lab_, "stage", {"t TIME s", "y SPACE um", "x SPACE um"});
};

INSTANTIATE_TEST_SUITE_P(Both, Transformations, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Transformations, OfPartsNameTheAxesTheySpeakOf) {
  const std::string id = mikro_testing::edge(
      lab_, grid_, stage_,
      R"({"kind":"BY_DIMENSION","parts":[{"kind":"AFFINE","inputAxes":["y","x"],"outputAxes":["y","x"],
          "affine":[[0.1,0,5],[0,0.1,7]],"scale":null}]})",
      Json::object({{"name", "cells -> stage"}, {"validity", "INFERRED"}}));
  EXPECT_EQ(
      show(id).dump(),
      R"({"__typename":"ByDimensionTransformation","kind":"BY_DIMENSION","name":"cells -> stage","version":1,)"
      R"("validity":"INFERRED","valueRelation":null,"invariance":"SIMILARITY","inputAxes":["y","x"],)"
      R"("outputAxes":["y","x"],"selector":null,"input":{"name":"cells"},"output":{"name":"stage"},)"
      R"("creator":{"sub":"ada"},"parts":[{"kind":"AFFINE","inputAxes":["y","x"],"outputAxes":["y","x"],)"
      R"("scale":[],"translation":[],"affine":[[0.1,0.0,5.0],[0.0,0.1,7.0]],"field":null}]})");
}

TEST_P(Transformations, MayReadWhereThingsAreFromAnArray) {
  const std::string times = mikro_testing::dataset(lab_, "times", {"t TIME"}, {5});
  const std::string movie =
      mikro_testing::dataset(lab_, "movie", {"t TIME", "y SPACE", "x SPACE"}, {5, 8, 8});
  const std::string id = mikro_testing::edge(
      lab_, mikro_testing::grid_of(lab_, movie), stage_,
      R"({"kind":"BY_DIMENSION","parts":[{"kind":"IDENTITY","inputAxes":["y","x"],"outputAxes":["y","x"]},
          {"kind":"FIELD","inputAxes":["t"],"outputAxes":["t"],"field":{"system":")" +
          mikro_testing::grid_of(lab_, times) + R"(","unit":"ms","min":0.5,"max":90}}]})");
  EXPECT_EQ(show(id)["parts"].items()[1]["field"].dump(),
            R"({"field":{"name":"times"},"unit":"millisecond","min":0.5,"max":90.0,"values":"SCALAR",)"
            R"("spatial":false,"dereference":false})");
  // Instants are looked up and place; positions that an array gives state no matrix.
  const std::string warp =
      mikro_testing::dataset(lab_, "warp", {"v COORDINATE", "y SPACE", "x SPACE"}, {2, 8, 8});
  const std::string plate = mikro_testing::dataset(lab_, "plate", {"y SPACE", "x SPACE"}, {8, 8});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, plate), stage_,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"FIELD","inputAxes":["y","x"],
                          "outputAxes":["y","x"],"field":{"system":")" +
                          mikro_testing::grid_of(lab_, warp) + R"("}}]})");
  EXPECT_EQ(lab_.data("query ($id: ID!) { it: coordinateSystem(id: $id) { placedSystems { name } } }",
                      id_variable(stage_))["it"]["placedSystems"]
                .dump(),
            R"([{"name":"movie"}])");
  // A claim that reads an array goes with the array.
  lab_.data("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id_variable(times));
  EXPECT_THAT(lab_.error(kShow, id_variable(id)), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refusal(grid_, stage_,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"FIELD","inputAxes":["y","x"],
                          "outputAxes":["t"],"field":{"system":")" +
                          stage_ + R"("}}]})"),
              HasSubstr("no coordinate system"));
}

TEST_P(Transformations, ThatDoNotFitAreRefusedAndLeaveNothing) {
  const std::string other = mikro_testing::world(lab_, "other", {"t TIME s", "y SPACE um", "x SPACE um"});
  EXPECT_THAT(refusal(grid_, stage_, R"({"kind":"SCALE","scale":[1,2,3]})"), HasSubstr("BY_DIMENSION"));
  EXPECT_THAT(refusal(stage_, other, R"({"kind":"SCALE","scale":[1,0,3]})"), HasSubstr("y"));
  EXPECT_THAT(refusal(stage_, other, R"({"kind":"SCALE"})"), HasSubstr("`scale`"));
  EXPECT_THAT(refusal(stage_, other, R"({"kind":"SCALE","scale":[1,1,1],"translation":[0,0,0]})"),
              HasSubstr("`translation`"));
  EXPECT_THAT(refusal(stage_, other, R"({"kind":"AFFINE","affine":[[1,0,0,0],[0,1,1,0],[0,1,1,0]]})"),
              HasSubstr("singular"));
  EXPECT_THAT(refusal(stage_, stage_, R"({"kind":"IDENTITY"})"), HasSubstr("into itself"));
  EXPECT_THAT(refusal(stage_, "999", R"({"kind":"IDENTITY"})"), StartsWith("NOT_FOUND"));
  EXPECT_THAT(
      refusal(stage_, other, R"({"kind":"IDENTITY"})", Json::object({{"valueRelation", "IDENTICAL"}})),
      HasSubstr("valueRelation"));
  EXPECT_THAT(refusal(stage_, other, R"({"kind":"IDENTITY"})",
                      Json::object({{"selector", Json::object({{"axis", "y"}, {"index", 1}})}})),
              HasSubstr("'y'"));
  EXPECT_EQ(mikro_testing::count(lab_, "transformation"), 0);
  lab_.become("eve", "elsewhere");
  const std::string theirs = mikro_testing::world(lab_, "theirs", {"t TIME s", "y SPACE um", "x SPACE um"});
  EXPECT_THAT(refusal(theirs, other, R"({"kind":"IDENTITY"})"), StartsWith("NOT_FOUND"));
}

TEST_P(Transformations, CountEveryWriteInTheirVersion) {
  const std::string other = mikro_testing::world(lab_, "other", {"t TIME s", "y SPACE um", "x SPACE um"});
  const std::string id = mikro_testing::edge(lab_, stage_, other, R"({"kind":"SCALE","scale":[1,2,2]})");
  EXPECT_EQ(show(id)["invariance"].as_string(), "AFFINE");
  const auto update = [&](Json members) {
    members.set("id", id);
    return lab_.data(kUpdate, input(std::move(members)))["it"].dump();
  };
  EXPECT_EQ(update(Json::object({{"name", "zoom"}})),
            R"({"version":2,"name":"zoom","validity":"MANUAL","scale":[1.0,2.0,2.0]})");
  EXPECT_EQ(update(Json::object({{"scale", Json::array({2, 2, 2})}, {"validity", "VALIDATED"}})),
            R"({"version":3,"name":"zoom","validity":"VALIDATED","scale":[2.0,2.0,2.0]})");
  EXPECT_EQ(show(id)["invariance"].as_string(), "SIMILARITY");
  EXPECT_EQ(update(Json::object({{"name", "zoom"}})),
            R"({"version":3,"name":"zoom","validity":"VALIDATED","scale":[2.0,2.0,2.0]})");
  EXPECT_EQ(
      lab_.data("query ($id: ID!) { it: transformation(id: $id) { provenanceEntries { kind"
                " effectiveChanges { field newValueJson } } } }",
                id_variable(id))["it"]
          .dump(),
      R"({"provenanceEntries":[{"kind":"UPDATE","effectiveChanges":[)"
      R"({"field":"validity","newValueJson":"VALIDATED"},{"field":"scale","newValueJson":[2.0,2.0,2.0]}]},)"
      R"({"kind":"UPDATE","effectiveChanges":[{"field":"name","newValueJson":"zoom"}]},)"
      R"({"kind":"CREATE","effectiveChanges":[]}]})");
  EXPECT_THAT(update_error(id, Json::object({{"translation", Json::array({1, 1, 1})}})),
              HasSubstr("translation"));
  EXPECT_THAT(update_error(id, Json::object({{"scale", Json::array({1, 1})}})), HasSubstr("scale"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(update_error(id, Json::object({{"name", "mine"}})), StartsWith("NOT_FOUND"));
}

TEST_P(Transformations, AreRefinedPartByPart) {
  const std::string id = mikro_testing::edge(
      lab_, grid_, stage_,
      R"({"kind":"BY_DIMENSION","parts":[{"kind":"SCALE","inputAxes":["y"],"outputAxes":["y"],"scale":[2]},
          {"kind":"SCALE","inputAxes":["x"],"outputAxes":["x"],"scale":[3]}]})");
  EXPECT_EQ(
      lab_.data(kUpdate, input(Json::object({{"id", id}, {"part", 1}, {"scale", Json::array({4})}})))["it"]
          .dump(),
      R"({"version":2,"name":null,"validity":"MANUAL","parts":[{"scale":[2.0]},{"scale":[4.0]}]})");
  EXPECT_THAT(update_error(id, Json::object({{"part", 2}, {"scale", Json::array({4})}})), HasSubstr("part"));
  EXPECT_THAT(update_error(id, Json::object({{"scale", Json::array({4})}})), StartsWith("VALIDATION_ERROR"));
  const std::string lost =
      mikro_testing::edge(lab_, stage_, grid_, R"({"kind":"UNMAPPABLE","reason":"cut"})");
  EXPECT_EQ(show(lost)["reason"].as_string(), "cut");
  EXPECT_THAT(update_error(lost, Json::object({{"scale", Json::array({4})}})), HasSubstr("UNMAPPABLE"));
}

TEST_P(Transformations, ThatTheServerDerivedStayAsTheyAre) {
  const std::string lens = mikro_testing::lens(lab_, cells_, R"([{"axis":"x","start":2}])");
  const std::string edge =
      lab_.data("query ($id: ID!) { it: lens(id: $id) { ... on ArrayLens { toParent { id } } } }",
                id_variable(lens))["it"]["toParent"]["id"]
          .as_string();
  EXPECT_THAT(update_error(edge, Json::object({{"translation", Json::array({0, 0, 1})}})),
              HasSubstr("slices"));
  EXPECT_THAT(update_error(edge, Json::object({{"validity", "UNKNOWN"}})), HasSubstr("slices"));
  EXPECT_EQ(update_error(edge, Json::object({{"name", "shift"}})), "");
  EXPECT_THAT(lab_.error(kRemove, id_variable(edge)), HasSubstr("slices"));
}

TEST_P(Transformations, AreDeletedByWhoStatedThem) {
  const std::string id = mikro_testing::edge(lab_, grid_, stage_, R"({"kind":"UNMAPPABLE"})");
  lab_.become("bob");
  EXPECT_THAT(lab_.error(kRemove, id_variable(id)), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(kRemove, id_variable(id))["it"].as_string(), id);
  EXPECT_THAT(lab_.error(kRemove, id_variable(id)), StartsWith("NOT_FOUND"));
}

TEST_P(Transformations, AreFound) {
  const std::string other = mikro_testing::world(lab_, "other", {"t TIME s", "y SPACE um", "x SPACE um"});
  const std::string first = mikro_testing::edge(lab_, grid_, stage_, R"({"kind":"UNMAPPABLE"})");
  const std::string second = mikro_testing::edge(lab_, stage_, other, R"({"kind":"IDENTITY"})",
                                                 Json::object({{"validity", "UNKNOWN"}}));
  const auto found = [&](const std::string& filters) {
    return lab_.data("{ it: transformations(filters: " + filters + ") { id } }")["it"].dump();
  };
  const std::string is_first = R"([{"id":")" + first + R"("}])";
  const std::string is_second = R"([{"id":")" + second + R"("}])";
  EXPECT_EQ(found("{kind: UNMAPPABLE}"), is_first);
  EXPECT_EQ(found("{validity: UNKNOWN, owner: \"ada\"}"), is_second);
  EXPECT_EQ(found("{input: " + grid_ + "}"), is_first);
  EXPECT_EQ(found("{output: " + other + "}"), is_second);
  EXPECT_EQ(found("{createdBefore: \"2001-01-01T00:00:00Z\"}"), "[]");
  EXPECT_EQ(lab_.data("{ it: transformations(ordering: [{id: DESC}], pagination: {limit: 1}) { id } }")["it"]
                .dump(),
            is_second);
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(found("{}"), "[]");
  EXPECT_THAT(lab_.error(kShow, id_variable(first)), StartsWith("NOT_FOUND"));
}

}  // namespace
}  // namespace mikro
