// Edges between spaces: what may be stated, refined, derived and taken back.
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

// --- derivations ------------------------------------------------------------

Json from(std::string_view kind, std::string_view field, const std::string& id,
          std::string_view more = "{}") {
  Json entry = Json::parse(more);
  entry.set("kind", kind);
  entry.set(std::string(field), id);
  return entry;
}

class Derivations : public Transformations {
 protected:
  static Json derived(Json entries) { return Json::object({{"derivedFrom", std::move(entries)}}); }
  std::string mask(Json entries) {
    return mikro_testing::dataset(lab_, "mask", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8},
                                  derived(std::move(entries)));
  }
  std::string refused(Json entries, Json more = Json::object()) {
    Json members = Json::object({{"data", lab_.array({3, 8, 8})},
                                 {"scales", Json::array()},
                                 {"name", "mask"},
                                 {"axes", mikro_testing::axes_json({"c CHANNEL", "y SPACE", "x SPACE"})},
                                 {"derivedFrom", std::move(entries)}});
    for (const auto& [name, value] : more.members()) members.set(name, value);
    return lab_.error(mikro_testing::kCreateDataset, input(std::move(members)));
  }
  std::string ask(const std::string& dataset, std::string_view fields) {
    return lab_
        .data("query ($id: ID!) { it: arrayDataset(id: $id) { " + std::string(fields) + " } }",
              id_variable(dataset))["it"]
        .dump();
  }
};

INSTANTIATE_TEST_SUITE_P(Both, Derivations, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Derivations, LeadBackToWhatDataWasComputedFrom) {
  const std::string crop = mikro_testing::lens(lab_, cells_, R"([{"axis":"c","start":0,"stop":1}])");
  const std::string second =
      mikro_testing::dataset(lab_, "second", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  const std::string child = mask(Json::array(
      {from("LENS", "lens", crop, R"({"transform":{"kind":"IDENTITY"},"valueRelation":"CATEGORIZED"})"),
       from("DATASET", "dataset", second), from("COORDINATE_SYSTEM", "coordinateSystem", stage_)}));
  EXPECT_EQ(ask(child,
                "derivedFrom { __typename validity valueRelation output { name } } derivedDatasets { name }"),
            R"({"derivedFrom":[{"__typename":"IdentityTransformation","validity":"MANUAL",)"
            R"("valueRelation":"CATEGORIZED","output":{"name":"cells · c[0:1]"}},)"
            R"({"__typename":"UnmappableTransformation","validity":"MANUAL","valueRelation":null,)"
            R"("output":{"name":"second"}},{"__typename":"UnmappableTransformation","validity":"MANUAL",)"
            R"("valueRelation":null,"output":{"name":"stage"}}],"derivedDatasets":[]})");
  EXPECT_EQ(
      ask(cells_,
          "derivedDatasets { name } derivedResidents { __typename } lenses { derivedDatasets { name } }"),
      R"({"derivedDatasets":[{"name":"mask"}],"derivedResidents":[{"__typename":"ArrayDataset"}],)"
      R"("lenses":[{"derivedDatasets":[]},{"derivedDatasets":[{"name":"mask"}]}]})");
  EXPECT_EQ(ask(second, "derivedDatasets { name }"), R"({"derivedDatasets":[{"name":"mask"}]})");
  const auto names = [&](const std::string& filters) {
    return lab_.data("{ it: arrayDatasets(filters: " + filters + ") { name } }")["it"].dump();
  };
  EXPECT_EQ(names("{derivedFrom: " + cells_ + "}"), R"([{"name":"mask"}])");
  EXPECT_EQ(names("{notDerived: true}"), R"([{"name":"cells"},{"name":"second"}])");
  EXPECT_EQ(names("{derivedFrom: " + child + "}"), "[]");
}

TEST_P(Derivations, SayWhichShapeTheDataWasComputedWithin) {
  const std::string rois =
      lab_.data(
              "mutation ($input: CreateAnnotationCollectionInput!) {"
              " it: createAnnotationCollection(input: $input) { id } }",
              input(Json::object({{"name", "rois"},
                                  {"axes", mikro_testing::axes_json({"y SPACE", "x SPACE"})}})))["it"]["id"]
          .as_string();
  const auto draw = [&](const char* name) {
    return lab_
        .data("mutation ($input: CreateAnnotationInput!) { it: createAnnotation(input: $input) { id } }",
              input(Json::object({{"collection", rois},
                                  {"name", name},
                                  {"kind", "RECTANGLE"},
                                  {"vectors", Json::parse("[[0, 0], [4, 4]]")}})))["it"]["id"]
        .as_string();
  };
  const auto derived_of = [&](const std::string& shape) {
    return lab_
        .data(
            "query ($id: ID!) { it: annotation(id: $id) { derivedResidents {"
            " ... on ArrayDataset { name } ... on AnnotationCollection { label: name } } } }",
            id_variable(shape))["it"]["derivedResidents"]
        .dump();
  };
  const std::string cell = draw("cell");
  const std::string other = draw("other");
  const std::string child =
      mask(Json::array({from("DATASET", "dataset", cells_, R"({"transform":{"kind":"IDENTITY"}})"),
                        from("ANNOTATION", "annotation", cell), from("ANNOTATION", "annotation", other)}));
  const char* sources = "derivedFrom { annotation { name } output { name } }";
  EXPECT_EQ(ask(child, sources), R"({"derivedFrom":[{"annotation":null,"output":{"name":"cells"}},)"
                                 R"({"annotation":{"name":"cell"},"output":{"name":"rois"}},)"
                                 R"({"annotation":{"name":"other"},"output":{"name":"rois"}}]})");
  EXPECT_EQ(derived_of(cell), R"([{"name":"mask"}])");
  EXPECT_THAT(
      refused(Json::array({from("ANNOTATION", "annotation", cell), from("ANNOTATION", "annotation", cell)})),
      HasSubstr("twice"));
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused(Json::array({from("ANNOTATION", "annotation", cell)})), StartsWith("NOT_FOUND"));
  lab_.become("ada");
  // The edge still says which collection.
  lab_.data("mutation ($id: ID!) { deleteAnnotation(input: {id: $id}) }", id_variable(cell));
  EXPECT_EQ(ask(child, sources), R"({"derivedFrom":[{"annotation":null,"output":{"name":"cells"}},)"
                                 R"({"annotation":null,"output":{"name":"rois"}},)"
                                 R"({"annotation":{"name":"other"},"output":{"name":"rois"}}]})");
}

TEST_P(Derivations, AreAsManyAsOneThingMayHave) {
  Json many = Json::array();
  for (int i = 0; i < 257; ++i) many.push_back(from("DATASET", "dataset", cells_));
  EXPECT_THAT(refused(std::move(many)), HasSubstr("256 at most"));
}

TEST_P(Derivations, AreCheckedBeforeAnythingIsWritten) {
  const auto one = [](Json entry) { return Json::array({std::move(entry)}); };
  EXPECT_THAT(refused(one(from("LENS", "dataset", cells_))), HasSubstr("requires `lens`"));
  EXPECT_THAT(refused(one(from("DATASET", "dataset", cells_, R"({"lens":"1"})"))),
              HasSubstr("leave out `lens`"));
  EXPECT_THAT(refused(one(from("DATASET", "dataset", "999"))), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused(one(from("LENS", "lens", "999"))), StartsWith("NOT_FOUND"));
  EXPECT_THAT(refused(one(from("ANNOTATION", "annotation", "1"))), StartsWith("NOT_FOUND"));
  EXPECT_THAT(
      refused(one(from("DATASET", "dataset", cells_, R"({"transform":{"kind":"SCALE","scale":[1]}})"))),
      HasSubstr("scale"));
  const std::string whole = lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } } }",
                                      id_variable(cells_))["it"]["fullLens"]["id"]
                                .as_string();
  EXPECT_THAT(refused(Json::array({from("DATASET", "dataset", cells_), from("LENS", "lens", whole)})),
              HasSubstr("twice"));
  EXPECT_THAT(refused(Json::array(
                  {from("DATASET", "dataset", cells_), from("COORDINATE_SYSTEM", "coordinateSystem", grid_,
                                                            R"({"transform":{"kind":"IDENTITY"}})")})),
              HasSubstr("twice"));
  const std::string second =
      mikro_testing::dataset(lab_, "second", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  EXPECT_THAT(
      refused(Json::array({from("DATASET", "dataset", cells_),
                           from("DATASET", "dataset", second, R"({"transform":{"kind":"IDENTITY"}})")})),
      HasSubstr("please name those with a transform first"));
  EXPECT_EQ(mikro_testing::count(lab_, "array_dataset"), 2);
  EXPECT_EQ(mikro_testing::count(lab_, "transformation"), 0);
}

TEST_P(Derivations, FileDataWhereItsFirstParentIs) {
  const std::string folder =
      lab_.data("mutation { it: createFolder(input: {name: \"exp\"}) { id } }")["it"]["id"].as_string();
  const std::string parent = mikro_testing::dataset(lab_, "parent", {"c CHANNEL", "y SPACE", "x SPACE"},
                                                    {3, 8, 8}, Json::object({{"folder", folder}}));
  EXPECT_EQ(ask(mask(Json::array({from("DATASET", "dataset", parent)})), "folder { name }"),
            R"({"folder":{"name":"exp"}})");
  EXPECT_EQ(
      ask(mask(Json::array({from("COORDINATE_SYSTEM", "coordinateSystem", stage_)})), "folder { name }"),
      R"({"folder":{"name":"Default"}})");
}

TEST_P(Derivations, OfLabelsWantPyramidsThatKeepThem) {
  const auto pyramid = [&](Json method) {
    Json level = Json::object({{"level", 1}, {"array", lab_.array({3, 4, 4})}});
    if (!method.is_null()) level.set("scaleMethod", std::move(method));
    return Json::object({{"scales", Json::array({level})}});
  };
  const Json labels = Json::array({from("DATASET", "dataset", cells_, R"({"valueRelation":"CATEGORIZED"})")});
  EXPECT_THAT(refused(labels, pyramid("AREA")), HasSubstr("NEAREST or MODE"));
  EXPECT_THAT(refused(labels, pyramid({})), HasSubstr("level 1 has none"));
  EXPECT_EQ(refused(labels, pyramid("MODE")), "");
  EXPECT_EQ(refused(Json::array(), pyramid("AREA")), "");
  EXPECT_EQ(refused(Json::array(), pyramid({})), "");
  EXPECT_EQ(lab_.data("{ it: arrayDatasets { pyramidIsLabelCompliant } }")["it"].dump(),
            R"([{"pyramidIsLabelCompliant":true},{"pyramidIsLabelCompliant":true},)"
            R"({"pyramidIsLabelCompliant":false},{"pyramidIsLabelCompliant":null}])");
}

TEST_P(Derivations, SayWhatValuesMeanUntilTheyAreTakenBack) {
  const std::string child =
      mikro_testing::dataset(lab_, "mask", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  const auto kinds = [&] {
    return lab_.data(
        "query ($id: ID!) { it: arrayDataset(id: $id) { descriptors fullLens { descriptors } } }",
        id_variable(child))["it"];
  };
  const auto kind_of = [](const Json& row) {
    const Json* kind = row["descriptors"].find("@mikro/value_kind");
    return kind == nullptr ? std::string("none") : kind->as_string();
  };
  EXPECT_EQ(kind_of(kinds()), "none");
  const std::string edge =
      mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, child), grid_, R"({"kind":"IDENTITY"})",
                          Json::object({{"valueRelation", "CATEGORIZED"}}));
  EXPECT_EQ(kind_of(kinds()), "categorical");
  EXPECT_EQ(kind_of(kinds()["fullLens"]), "categorical");
  EXPECT_EQ(ask(child, "derivedFrom { id }"), R"({"derivedFrom":[{"id":")" + edge + R"("}]})");
  // Only the first derivation speaks of the values.
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, child), grid_, R"({"kind":"IDENTITY"})",
                      Json::object({{"valueRelation", "TRANSFORMED"}}));
  EXPECT_EQ(kind_of(kinds()), "categorical");
  lab_.data(kRemove, id_variable(edge));
  EXPECT_EQ(kind_of(kinds()), "none");
  lab_.data("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id_variable(cells_));
  EXPECT_EQ(ask(child, "derivedFrom { id }"), R"({"derivedFrom":[]})");
}

}  // namespace
}  // namespace mikro
