// Where data came from: what may be said of it, and what follows.
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

Json from(std::string_view kind, std::string_view field, const std::string& id,
          std::string_view more = "{}") {
  Json entry = Json::parse(more);
  entry.set("kind", kind);
  entry.set(std::string(field), id);
  return entry;
}

class Derivations : public testing::TestWithParam<sql::Dialect> {
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

  mikro_testing::Lab lab_{GetParam()};
  std::string cells_ = mikro_testing::dataset(lab_, "cells", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
  std::string grid_ = mikro_testing::grid_of(lab_, cells_);
  std::string stage_ = mikro_testing::world(lab_, "stage", {"t TIME s", "y SPACE um", "x SPACE um"});
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
  lab_.data("mutation ($id: ID!) { deleteTransformation(input: {id: $id}) }", id_variable(edge));
  EXPECT_EQ(kind_of(kinds()), "none");
  lab_.data("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", id_variable(cells_));
  EXPECT_EQ(ask(child, "derivedFrom { id }"), R"({"derivedFrom":[]})");
}

}  // namespace
}  // namespace mikro
