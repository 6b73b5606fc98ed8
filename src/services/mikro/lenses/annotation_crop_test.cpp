// Crops to shapes: what is cut, what is said of it before, what is remembered, and which lenses a shape
// finds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/drawing.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::HasSubstr;
using testing::StartsWith;

class Crops : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  Crops() : Drawing(GetParam()) {
    image_ = mikro_testing::dataset(lab_, "im", {"c CHANNEL", "y SPACE", "x SPACE"}, {3, 8, 8});
    const Json made = lab_.data(
        "mutation ($input: CreateAnnotationCollectionInput!) { it: createAnnotationCollection(input: $input) "
        "{"
        " id } }",
        input({{"name", "rois"},
               {"axes", cyx_json()},
               {"derivedFrom",
                Json::array({Json::object({{"kind", "DATASET"},
                                           {"dataset", image_},
                                           {"transform", Json::object({{"kind", "IDENTITY"}})}})})}}));
    rois_ = made["it"]["id"].as_string();
  }

  /// Of the image's channel 1: rows 2 to 4, columns 1 to 3.
  std::string cell() {
    return draw(rois_, R"({"kind": "RECTANGLE", "name": "cell", "vectors": [[2, 1], [4, 3]],
                           "coordinates": [{"name": "c", "value": 1}]})")["id"]
        .as_string();
  }
  Json crop(std::string_view of, const std::string& id, const std::string& shape) {
    return lab_.data(mikro_testing::kCreateLens, input({{std::string(of), id}, {"annotation", shape}}))["it"];
  }
  std::string refused_crop(const std::string& dataset, const std::string& shape) {
    return lab_.error(mikro_testing::kCreateLens, input({{"dataset", dataset}, {"annotation", shape}}));
  }
  std::string labels(const std::string& filter) {
    return lab_.data("{ it: lenses(filters: {" + filter + "}, ordering: [{id: ASC}]) { label } }")["it"]
        .dump();
  }

  std::string image_;
  std::string rois_;
};

INSTANTIATE_TEST_SUITE_P(Both, Crops, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Crops, KeepWhatLiesUnderTheShape) {
  const std::string shape = cell();
  const Json made = crop("dataset", image_, shape);
  EXPECT_EQ(made["label"].as_string(), "im · c[1:2], y[2:5], x[1:4]");
  EXPECT_EQ(made["shape"].dump(), "[1,3,3]");
  EXPECT_EQ(crop("dataset", image_, shape)["id"], made["id"]) << "the same selection is the same lens";
  EXPECT_EQ(lab_.data("query ($id: ID!) { it: annotation(id: $id) { derivedLenses { label } } }",
                      mikro_testing::id_variable(shape))["it"]["derivedLenses"]
                .dump(),
            R"([{"label":"im · c[1:2], y[2:5], x[1:4]"}])");
}

TEST_P(Crops, OfALensKeepItsSteps) {
  const std::string shape = cell();
  const std::string even =
      mikro_testing::lens(lab_, image_, R"([{"axis":"y","step":2},{"axis":"x","stop":3}])");
  EXPECT_EQ(crop("lens", even, shape)["label"].as_string(), "im · c[1:2], y[2:5:2], x[1:3]");
  const std::string right = mikro_testing::lens(lab_, image_, R"([{"axis":"x","start":4}])");
  EXPECT_THAT(lab_.error(mikro_testing::kCreateLens, input({{"lens", right}, {"annotation", shape}})),
              HasSubstr("misses what the lens keeps along 'x'"));
}

TEST_P(Crops, ReachOtherImagesThroughASharedSpace) {
  const std::string shape = cell();
  const std::string other = mikro_testing::dataset(lab_, "other", {"y SPACE", "x SPACE"}, {16, 16});
  EXPECT_THAT(refused_crop(other, shape), HasSubstr("Register both in one space"));
  const std::string stage = mikro_testing::world(lab_, "stage", {"y SPACE micrometer", "x SPACE micrometer"});
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, image_), stage,
                      R"({"kind":"BY_DIMENSION","parts":[{"kind":"SCALE","scale":[2,2],"inputAxes":["y","x"],
                          "outputAxes":["y","x"]}]})");
  mikro_testing::edge(lab_, mikro_testing::grid_of(lab_, other), stage, R"({"kind":"IDENTITY"})");
  // Rows 2 to 4 and columns 1 to 3 of pixels that are twice as wide; a channel is nothing to this image.
  EXPECT_EQ(crop("dataset", other, shape)["label"].as_string(), "other · y[4:9], x[2:7]");
}

TEST_P(Crops, AndDrawingsArePlacedWhereTheirLayersAreDrawn) {
  const std::string grid = mikro_testing::grid_of(lab_, image_);
  EXPECT_EQ(labels("placeableIn: {space: " + grid + ", asLayer: ANNOTATION}"), R"([{"label":"rois"}])");
  EXPECT_EQ(labels("placeableIn: {space: " + grid + ", asLayer: IMAGE}"), R"([{"label":"im"}])");
}

TEST_P(Crops, AreRefusedWhereThereIsNothingToCut) {
  const std::string empty =
      draw(rois_, R"({"kind": "PATH", "name": "empty", "vectors": []})")["id"].as_string();
  EXPECT_THAT(refused_crop(image_, empty), HasSubstr("no vertices"));
  const std::string far =
      draw(rois_, R"({"kind": "POINT", "name": "far", "vectors": [[100, 100]]})")["id"].as_string();
  EXPECT_THAT(refused_crop(image_, far), HasSubstr("misses"));
  EXPECT_THAT(refused_crop(image_, "7"), StartsWith("NOT_FOUND"));
  const std::string shape = cell();
  EXPECT_THAT(lab_.error(mikro_testing::kCreateLens,
                         input({{"dataset", image_},
                                {"annotation", shape},
                                {"slices", Json::array({Json::object({{"axis", "c"}, {"start", 0}})})}})),
              HasSubstr("at most"));
  EXPECT_EQ(count("annotation_cut"), 0);
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused_crop(mikro_testing::dataset(lab_, "hers", {"y SPACE", "x SPACE"}, {8, 8}), shape),
              StartsWith("NOT_FOUND"));
}

TEST_P(Crops, AreDescribedBeforeTheyAreMade) {
  const std::string shape = cell();
  draw(rois_, R"({"kind": "POINT", "name": "far", "vectors": [[100, 100]]})");
  const std::string whole = lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } } }",
                                      mikro_testing::id_variable(image_))["it"]["fullLens"]["id"]
                                .as_string();
  const Json of_lens = lab_.data(
      "query ($lens: ID!, $shape: ID!) { it: lens(id: $lens) { ... on ArrayLens {"
      " descriptorsUnder(annotation: $shape) } } }",
      Json::object({{"lens", whole}, {"shape", shape}}))["it"]["descriptorsUnder"];
  EXPECT_EQ(of_lens["@mikro/n_channels"].as_int64(), 1);
  const auto of_shapes = [&] {
    return lab_.data("query ($lens: ID!) { it: annotations { name descriptorsUnder(lens: $lens) } }",
                     Json::object({{"lens", whole}}))["it"];
  };
  EXPECT_EQ(of_shapes().items().at(0)["descriptorsUnder"], of_lens);
  EXPECT_TRUE(of_shapes().items().at(1)["descriptorsUnder"].is_null());
  EXPECT_EQ(crop("dataset", image_, shape)["id"].is_null(), false);
  const std::string made =
      lab_.data("query ($id: ID!) { it: annotation(id: $id) { derivedLenses { descriptors } } }",
                mikro_testing::id_variable(shape))["it"]["derivedLenses"]
          .items()
          .at(0)["descriptors"]
          .dump();
  EXPECT_EQ(made, of_lens.dump()) << "what was promised";
}

TEST_P(Crops, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string whole = lab_.data("query ($id: ID!) { it: arrayDataset(id: $id) { fullLens { id } } }",
                                      mikro_testing::id_variable(image_))["it"]["fullLens"]["id"]
                                .as_string();
  const std::string shape = cell();
  const auto cost = [&](std::string_view query) {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(query, Json::object({{"lens", whole}, {"shape", shape}}));
    return lab_.round_trips() - before;
  };
  const std::string_view shapes =
      "query ($lens: ID!) { annotations { descriptorsUnder(lens: $lens) derivedLenses { id } } }";
  const std::string_view lenses =
      "query ($shape: ID!) { lenses(filters: {kind: ARRAY, overlapsAnnotation: $shape}) { ... on ArrayLens {"
      " descriptorsUnder(annotation: $shape) } } }";
  crop("dataset", image_, shape);
  const std::uint64_t few_shapes = cost(shapes);
  const std::uint64_t few_lenses = cost(lenses);
  for (int i = 2; i < 7; ++i) {
    crop("dataset", image_, cell());
    mikro_testing::lens(lab_, image_, fmt::format(R"([{{"axis":"y","stop":{}}}])", i));
  }
  EXPECT_EQ(cost(shapes), few_shapes);
  EXPECT_EQ(cost(lenses), few_lenses);
}

TEST_P(Crops, AndOtherLensesAreFoundByAShape) {
  const std::string shape = cell();
  mikro_testing::lens(lab_, image_, R"([{"axis":"y","start":3}])");
  mikro_testing::lens(lab_, image_, R"([{"axis":"y","start":5}])");
  mikro_testing::lens(lab_, image_, R"([{"axis":"c","stop":1}])");
  mikro_testing::dataset(lab_, "stranger", {"y SPACE", "x SPACE"}, {8, 8});
  for (const char* window : {R"([{"axis": "x", "max": 1}])", R"([{"axis": "x", "min": 4}])"}) {
    lab_.data("mutation ($input: CreateAnnotationLensInput!) { createAnnotationLens(input: $input) { id } }",
              input({{"annotationCollection", rois_}, {"windows", Json::parse(window)}}));
  }
  EXPECT_EQ(labels("reachableFrom: \"" + shape + "\""),
            R"([{"label":"im"},{"label":"rois"},{"label":"im · y[3:8]"},{"label":"im · y[5:8]"},)"
            R"({"label":"im · c[0:1]"},{"label":"rois · x[:1.0]"},{"label":"rois · x[4.0:]"}])");
  EXPECT_EQ(labels("overlapsAnnotation: \"" + shape + "\""),
            R"([{"label":"im"},{"label":"rois"},{"label":"im · y[3:8]"},{"label":"rois · x[:1.0]"}])");
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(lab_.error("{ lenses(filters: {overlapsAnnotation: \"" + shape + "\"}) { id } }"),
              StartsWith("NOT_FOUND"));
}

}  // namespace
}  // namespace mikro
