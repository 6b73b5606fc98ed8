// Annotation collections with their lenses and folders.
#include "services/mikro/annotations/collection.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kCreateLens =
    "mutation ($input: CreateAnnotationLensInput!) { it: createAnnotationLens(input: $input) { id kind label "
    "windows"
    " { axis min max } coordinateSystem { name } annotationCollection { name } annotations { name } "
    "activeAnchors { id }"
    " } }";

class AnnotationCollections : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  AnnotationCollections() : Drawing(GetParam()) {}

  Json lens(const std::string& collection, const char* windows) {
    return lab_.data(kCreateLens,
                     input({{"annotationCollection", collection}, {"windows", Json::parse(windows)}}))["it"];
  }
};

INSTANTIATE_TEST_SUITE_P(Both, AnnotationCollections, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AnnotationCollections, OwnASpaceAndAWholeLens) {
  const Json made = lab_.data(
      "mutation ($input: CreateAnnotationCollectionInput!) { made: createAnnotationCollection(input: $input) "
      "{ name"
      " description folder { name } coordinateSystem { name axes { name type unit longName } } scene { id } "
      "descriptors"
      " annotations { id } lenses { label } windowed: lenses(windowed: true) { id } fullLens { __typename "
      "kind label"
      " windows { axis } coordinateSystem { name } } derivedFrom { id } provenanceEntries { kind } creator { "
      "sub } } }",
      input({{"name", "rois"},
             {"description", "drawn by hand"},
             {"axes", Json::array({axis("t", "TIME"), axis("y", "SPACE"), axis("v", "VALUE")})}}))["made"];
  EXPECT_EQ(
      made.dump(),
      R"({"name":"rois","description":"drawn by hand","folder":{"name":"Default"},"coordinateSystem":)"
      R"({"name":"rois","axes":[{"name":"t","type":"TIME","unit":null,"longName":null},)"
      R"({"name":"y","type":"SPACE","unit":null,"longName":null},)"
      R"({"name":"v","type":"VALUE","unit":null,"longName":null}]},"scene":null,"descriptors":{},)"
      R"("annotations":[],"lenses":[{"label":"rois"}],"windowed":[],"fullLens":{"__typename":"AnnotationLens",)"
      R"("kind":"ANNOTATION","label":"rois","windows":[],"coordinateSystem":{"name":"rois"}},"derivedFrom":[],)"
      R"("provenanceEntries":[{"kind":"CREATE"}],"creator":{"sub":"ada"}})");
  const auto error = [&](std::initializer_list<Json::Member> members) {
    return lab_.error(
        "mutation ($input: CreateAnnotationCollectionInput!) { createAnnotationCollection(input: $input)"
        " { id } }",
        input(members));
  };
  EXPECT_THAT(error({{"name", ""}, {"axes", yx()}}), HasSubstr("name"));
  EXPECT_THAT(error({{"name", "rois"}, {"axes", Json::array()}}), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(error({{"name", "rois"}, {"axes", Json::array({axis("y", "SPACE"), axis("y", "SPACE")})}}),
              StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(count("annotation_collection") + count("coordinate_system"), 2);
}

TEST_P(AnnotationCollections, AreLookedAtThroughWindows) {
  const std::string rois =
      collection("rois", Json::array({axis("t", "TIME"), axis("y", "SPACE"), axis("x", "SPACE")}));
  draw(rois, R"({"kind": "PATH", "name": "left", "vectors": [[0, 0], [10, 4]]})");
  draw(rois, R"({"kind": "PATH", "name": "right", "vectors": [[0, 6], [10, 9]],
                 "coordinates": [{"name": "t", "value": 3}]})");
  draw(rois, R"({"kind": "PATH", "name": "none", "vectors": []})");
  const Json whole = lens(rois, "[]");
  EXPECT_EQ(whole["label"].as_string(), "rois");
  EXPECT_EQ(whole["annotations"].dump(), R"([{"name":"left"},{"name":"right"},{"name":"none"}])");
  const Json right = lens(rois, R"([{"axis": "x", "min": 5, "max": 20}, {"axis": "t", "max": 4}])");
  EXPECT_EQ(right["windows"].dump(),
            R"([{"axis":"t","min":null,"max":4.0},{"axis":"x","min":5.0,"max":20.0}])");
  EXPECT_EQ(right["label"].as_string(), "rois · t[:4.0], x[5.0:20.0]");
  EXPECT_EQ(right["annotations"].dump(), R"([{"name":"right"}])");
  EXPECT_EQ(right["coordinateSystem"]["name"].as_string(), "rois");
  EXPECT_EQ(right["activeAnchors"].dump(), "[]");
  EXPECT_EQ(lens(rois, R"([{"axis": "t", "min": 4}])")["annotations"].dump(),
            R"([{"name":"left"},{"name":"none"}])");
  EXPECT_EQ(lens(rois, R"([{"axis": "x", "max": 4}])")["annotations"].dump(), R"([{"name":"left"}])");

  // The same selection is the same lens, however it is spelled.
  EXPECT_EQ(
      lens(rois, R"([{"axis": "t", "max": 4.0}, {"axis": "y"}, {"axis": "x", "max": 20, "min": 5}])")["id"],
      right["id"]);
  const Json within = lab_.data(
      kCreateLens, input({{"lens", right["id"]},
                          {"windows", Json::parse(R"([{"axis": "x", "min": 1, "max": 7}])")}}))["it"];
  EXPECT_EQ(within["windows"].dump(),
            R"([{"axis":"t","min":null,"max":4.0},{"axis":"x","min":5.0,"max":7.0}])");
  EXPECT_EQ(lab_.data(kCreateLens, input({{"lens", within["id"]}}))["it"]["id"], within["id"]);
  EXPECT_EQ(lab_.data(fmt::format("{{ lenses(filters: {{annotationCollection: {}}}) {{ label }} }}",
                                  rois))["lenses"]
                .items()
                .size(),
            5U);

  const auto error = [&](std::initializer_list<Json::Member> members) {
    return lab_.error(kCreateLens, input(members));
  };
  EXPECT_THAT(error({{"lens", within["id"]}, {"windows", Json::parse(R"([{"axis": "x", "min": 8}])")}}),
              HasSubstr("keeps nothing"));
  EXPECT_THAT(error({{"annotationCollection", rois}, {"windows", Json::parse(R"([{"axis": "q"}])")}}),
              HasSubstr("'q'"));
  EXPECT_THAT(
      error({{"annotationCollection", rois}, {"windows", Json::parse(R"([{"axis": "x"}, {"axis": "x"}])")}}),
      HasSubstr("two windows"));
  EXPECT_THAT(error({{"annotationCollection", rois}, {"lens", within["id"]}}), HasSubstr("either"));
  EXPECT_THAT(error({{"lens", "999"}}), StartsWith("NOT_FOUND"));
}

TEST_P(AnnotationCollections, LiveInTheirSpacesAndAreSourcesOfOthers) {
  const std::string rois = collection("rois", yx());
  lens(rois, R"([{"axis": "x", "max": 4}])");
  const Json residents = lab_.data(
      "query ($id: ID!) { it: annotationCollection(id: $id) { coordinateSystem { residents {"
      " __typename ... on AnnotationCollection { name } ... on AnnotationLens { label } } } } }",
      Json::object({{"id", rois}}))["it"]["coordinateSystem"]["residents"];
  EXPECT_EQ(residents.dump(), R"([{"__typename":"AnnotationCollection","name":"rois"},)"
                              R"({"__typename":"AnnotationLens","label":"rois · x[:4.0]"}])");
  const Json made = lab_.data(
      "mutation ($input: CreateAnnotationCollectionInput!) { it: createAnnotationCollection(input: $input) {"
      " derivedFrom { output { name } } folder { id } } }",
      input({{"name", "nuclei"},
             {"axes", yx()},
             {"derivedFrom",
              Json::array({Json::object({{"kind", "ANNOTATION_COLLECTION"},
                                         {"annotationCollection", rois},
                                         {"transform", Json::object({{"kind", "IDENTITY"}})}})})}}));
  EXPECT_EQ(made["it"]["derivedFrom"].dump(), R"([{"output":{"name":"rois"}}])");
}

TEST_P(AnnotationCollections, TellOfTheirLenses) {
  std::vector<std::string> all;
  const auto following =
      lab_.feed().follow("lenses/1", [&](const Json& event) { all.push_back(event.dump()); });
  const std::string rois = collection("rois", yx());
  EXPECT_EQ(all.size(), 1U) << "its whole lens";
  std::vector<std::string> of_one;
  const auto of_collection = lab_.feed().follow("lenses-ANNOTATION/1/" + rois,
                                                [&](const Json& event) { of_one.push_back(event.dump()); });
  const std::string id = lens(rois, R"([{"axis": "x", "max": 4}])")["id"].as_string();
  EXPECT_EQ(lens(rois, R"([{"axis": "x", "max": 4}])")["id"].as_string(), id);
  lab_.data("mutation ($id: ID!) { deleteLens(input: {id: $id}) }", Json::object({{"id", id}}));
  EXPECT_THAT(of_one, testing::ElementsAre("{\"create\":" + id + "}", "{\"delete\":" + id + "}"));
  EXPECT_EQ(all.size(), 3U);
  lab_.data("mutation ($id: ID!) { deleteAnnotationCollection(input: {id: $id}) }",
            Json::object({{"id", rois}}));
  EXPECT_EQ(all.size(), 4U);
}

TEST_P(AnnotationCollections, AreReadOnceForAllOfTheirLenses) {
  const std::string rois = collection("rois", yx());
  draw(rois, R"({"kind": "POINT", "name": "a", "vectors": [[1, 2]]})");
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data("{ annotationCollections { lenses { label annotations { name } activeAnchors { id } } } }");
    return lab_.round_trips() - before;
  };
  lens(rois, R"([{"axis": "x", "max": 4}])");
  const std::uint64_t one = cost();
  for (int i = 0; i < 4; ++i) lens(collection("more", yx()), R"([{"axis": "x", "max": 4}])");
  EXPECT_EQ(cost(), one);
}

TEST_P(AnnotationCollections, AreFiledInFolders) {
  const std::string rois = collection("rois", yx());
  const Json folder = lab_.data("mutation { made: createFolder(input: {name: \"hand\"}) { id } }")["made"];
  const Json ids = Json::object({{"id", rois}, {"folder", folder["id"]}});
  const auto contents = [&](const char* field) {
    return lab_
        .data(
            fmt::format("mutation ($id: ID!, $folder: ID!) {{ it: {}(input: {{selfs: [$id], other: $folder}})"
                        " {{ annotationCollections {{ name }} }} }}",
                        field),
            ids)["it"]
        .dump();
  };
  EXPECT_EQ(contents("putAnnotationCollectionsInFolder"), R"({"annotationCollections":[{"name":"rois"}]})");
  const auto in_folder = [&] {
    return lab_
        .data(
            "query ($folder: ID!) { it: annotationCollections(filters: {folder: $folder, folders: [$folder],"
            " owner: \"ada\", search: \"RO\"}) { name } }",
            Json::object({{"folder", folder["id"]}}))["it"]
        .dump();
  };
  EXPECT_EQ(in_folder(), R"([{"name":"rois"}])");
  EXPECT_EQ(contents("releaseAnnotationCollectionsFromFolder"), R"({"annotationCollections":[]})");
  EXPECT_EQ(in_folder(), "[]");
}

TEST_P(AnnotationCollections, GoWithAllThatIsInThem) {
  const std::string rois = collection("rois", cyx_json());
  const std::int64_t target = space("target", cyx());
  derive(system_of(rois), target, space::Kind::kIdentity, {}, EdgeRole::kDerivation);
  draw(rois, R"({"kind": "POINT", "vectors": [[1, 2]], "coordinates": [{"name": "c", "value": 0}]})");
  lens(rois, R"([{"axis": "x", "max": 4}])");
  const Json one = Json::object({{"id", rois}});
  const std::string_view remove = "mutation ($id: ID!) { it: deleteAnnotationCollection(input: {id: $id}) }";
  lab_.become("bob");
  EXPECT_THAT(lab_.error(remove, one), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(remove, one)["it"].as_string(), rois);
  EXPECT_EQ(count("annotation") + count("annotation_pin") + count("lens") + count("transformation"), 0);
  EXPECT_EQ(count("coordinate_system"), 1);
}

// Names that cannot be compressed: PostgreSQL would take more of others.
TEST_P(AnnotationCollections, HaveNoLensWhoseSelectionIsLongerThanAnIndexTakes) {
  constexpr std::size_t kAxes = 12;
  std::mt19937 random(7);
  Json axes = Json::array();
  Json windows = Json::array();
  for (std::size_t i = 0; i < kAxes; ++i) {
    std::string name;
    while (name.size() < 200) name += static_cast<char>('a' + random() % 26);
    axes.push_back(axis(name.c_str(), "SPACE"));
    windows.push_back(Json::object({{"axis", name}, {"min", 0}}));
  }
  const std::string rois = collection("long", axes);
  EXPECT_THAT(lab_.error(kCreateLens, input({{"annotationCollection", rois}, {"windows", windows}})),
              testing::AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("may take 2500"), HasSubstr("fewer")));
  EXPECT_EQ(count("lens"), 1);
  Json fewer = Json::array();
  for (std::size_t i = 0; i + 2 < kAxes; ++i) fewer.push_back(windows.items()[i]);
  lab_.data(kCreateLens, input({{"annotationCollection", rois}, {"windows", fewer}}));
  EXPECT_EQ(count("lens"), 2);
}

}  // namespace
}  // namespace mikro
