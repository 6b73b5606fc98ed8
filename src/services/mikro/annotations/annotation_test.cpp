// Shapes: what is kept of them, where they are boxed, what finds them, and who may see and change them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::HasSubstr;
using testing::StartsWith;

class Annotations : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  Annotations() : Drawing(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Both, Annotations, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Annotations, AreDrawnWithTheDefaultsOfTheClient) {
  const std::string rois = collection("rois", yx());
  const Json drawn = lab_.data(
      "mutation ($input: CreateAnnotationInput!) { made: createAnnotation(input: $input) { id name kind "
      "vectors"
      " coordinates { name value } coordinateSystem { name axes { name } } intrinsicBbox { min max } "
      "strokeColor"
      " fillColor strokeWidth filled createdWithTransforms descriptors collection { id } creator { sub }"
      " derivedResidents { __typename } provenanceEntries { kind } } }",
      input({{"collection", rois},
             {"kind", "RECTANGLE"},
             {"vectors", Json::parse("[[0, 0], [10, 20]]")}}))["made"];
  EXPECT_EQ(drawn["id"].as_string().size(), 36U);
  EXPECT_EQ(drawn["collection"]["id"].as_string(), rois);
  Json rest = drawn;
  rest.erase("id");
  rest.erase("collection");
  EXPECT_EQ(
      rest.dump(),
      R"({"name":"Annotation in rois","kind":"RECTANGLE","vectors":[[0.0,0.0],[10.0,20.0]],"coordinates":[],)"
      R"("coordinateSystem":{"name":"rois","axes":[{"name":"y"},{"name":"x"}]},)"
      R"("intrinsicBbox":{"min":[0.0,0.0],"max":[10.0,20.0]},"strokeColor":[255,255,255,255],"fillColor":null,)"
      R"("strokeWidth":1.0,"filled":false,"createdWithTransforms":0,)"
      R"("descriptors":{"@mikro/annotation_kind":"RECTANGLE","@mikro/n_space_axes":2,"@mikro/n_time_axes":0},)"
      R"("creator":{"sub":"ada"},"derivedResidents":[],"provenanceEntries":[{"kind":"CREATE"}]})");
  EXPECT_EQ(found(fmt::format("{{collection: \"{}\"}}", rois)), R"(["Annotation in rois"])");
  const Json one = Json::object({{"id", drawn["id"]}});
  EXPECT_EQ(lab_.data("query ($id: ID!) { annotation(id: $id) { id } }", one)["annotation"]["id"],
            drawn["id"]);
  EXPECT_THAT(lab_.error("{ annotation(id: \"7\") { id } }"), StartsWith("NOT_FOUND"));
  EXPECT_EQ(lab_.data("query ($id: ID!) { _entities(representations: [{__typename: \"Annotation\", id: $id},"
                      " {__typename: \"Annotation\", id: \"not-a-uuid\"}]) { ... on Annotation { name } } }",
                      one)["_entities"]
                .dump(),
            R"([{"name":"Annotation in rois"},null])");
}

TEST_P(Annotations, OnACropAreBoxedInTheImagesOwnPixels) {
  const Json image = dataset({3, 64, 64});
  const std::int64_t crop = space("crop", cyx());
  derive(crop, row(image["intrinsicSystem"]["id"]), space::Kind::kTranslation, {1, 8, 16}, EdgeRole::kLens);
  execute(fmt::format(
      "insert into lens (organization_id, kind, dataset_id, coordinate_system_id, selection, created_at)"
      " select organization_id, 'ARRAY', id, {}, 'cut', 0 from array_dataset",
      crop));
  const std::string rois = collection("rois", cyx_json());
  derive(system_of(rois), crop, space::Kind::kIdentity, {}, EdgeRole::kDerivation);

  const Json drawn = draw(
      rois, R"({"kind": "PATH", "vectors": [[4, 1], [2, 5]], "coordinates": [{"name": "c", "value": 0}]})");
  EXPECT_EQ(drawn["intrinsicBbox"].dump(), R"({"min":[10.0,17.0],"max":[12.0,21.0]})");
  EXPECT_EQ(drawn["createdWithTransforms"].as_int64(), 2);
  EXPECT_EQ(found(fmt::format("{{dataset: \"{}\"}}", image["id"].as_string())), R"(["Annotation in rois"])");
  EXPECT_EQ(found("{dataset: \"999\"}"), "[]");
  EXPECT_EQ(lab_.data("query ($id: ID!) { it: annotationCollections(filters: {dataset: $id}) { name "
                      "derivedFrom { kind"
                      " output { name } } } }",
                      Json::object({{"id", image["id"]}}))["it"]
                .dump(),
            R"([{"name":"rois","derivedFrom":[{"kind":"IDENTITY","output":{"name":"crop"}}]}])");

  // Edges that were written again count from when the vertices were.
  execute("update transformation set version = 5 where role = 'LENS'");
  const Json moved = change(drawn, R"({"vectors": [[0, 0]]})");
  EXPECT_EQ(moved["intrinsicBbox"].dump(), R"({"min":[8.0,16.0],"max":[8.0,16.0]})");
  EXPECT_EQ(moved["createdWithTransforms"].as_int64(), 6);
  EXPECT_EQ(change(drawn, R"({"name": "edge"})")["createdWithTransforms"].as_int64(), 6);
  EXPECT_TRUE(change(drawn, R"({"vectors": []})")["intrinsicBbox"].is_null());
}

TEST_P(Annotations, ThatDoNotFitTheirSpaceLeaveNothing) {
  const std::string rois = collection("rois", cyx_json());
  const auto error = [&](const char* drawn) {
    Json shape = Json::parse(drawn);
    shape.set("collection", rois);
    return lab_.error("mutation ($input: CreateAnnotationInput!) { createAnnotation(input: $input) { id } }",
                      Json::object({{"input", shape}}));
  };
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [[1, 2, 3]]})"), HasSubstr("[y, x]"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [[1, "a"]]})"), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [[1, NaN]]})"), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": ["here"]})"), StartsWith("VALIDATION_ERROR"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "strokeColor": [1, 2, 3]})"),
              HasSubstr("strokeColor"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "fillColor": [1, 2, 3, 256]})"),
              HasSubstr("fillColor"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "strokeWidth": -1})"), HasSubstr("strokeWidth"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "coordinates": [{"name": "y", "value": 1}]})"),
              HasSubstr("SPACE"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "coordinates": [{"name": "c", "value": 1},
                        {"name": "c", "value": 2}]})"),
              HasSubstr("twice"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "coordinates": [{"name": "q", "value": 1}]})"),
              HasSubstr("'q'"));
  EXPECT_THAT(error(R"({"kind": "POINT", "vectors": [], "scene": "1"})"), HasSubstr("either"));
  EXPECT_THAT(lab_.error("mutation { createAnnotation(input: {kind: POINT, vectors: [], scene: 1}) { id } }"),
              StartsWith("NOT_IMPLEMENTED"));
  EXPECT_THAT(
      lab_.error("mutation { createAnnotation(input: {kind: POINT, vectors: [], collection: 99}) { id } }"),
      StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error("mutation ($id: ID!) { createAnnotations(input: {collection: $id, annotations: ["
                         "{kind: POINT, vectors: [[1, 2]]}, {kind: POINT, vectors: [[1]]}]}) { id } }",
                         Json::object({{"id", rois}})),
              HasSubstr("Annotation 1: "));
  EXPECT_EQ(count("annotation"), 0);
}

TEST_P(Annotations, AreChangedWhereSomethingIsGiven) {
  const std::string rois = collection("rois", tyx());
  const Json drawn =
      draw(rois, R"({"kind": "POINT", "vectors": [[1, 2]], "coordinates": [{"name": "t", "value": 3}]})");
  const Json changed = change(drawn, R"({"name": "cell", "fillColor": [1, 2, 3, 4], "filled": true})");
  EXPECT_EQ(changed["name"].as_string(), "cell");
  EXPECT_EQ(changed["fillColor"].dump(), "[1,2,3,4]");
  EXPECT_EQ(changed["vectors"].dump(), "[[1.0,2.0]]");
  EXPECT_EQ(changed["coordinates"].dump(), R"([{"name":"t","value":3}])");
  EXPECT_EQ(
      changed["provenanceEntries"].dump(),
      R"([{"kind":"UPDATE","effectiveChanges":[{"field":"name"},{"field":"fillColor"},{"field":"filled"}]},)"
      R"({"kind":"CREATE","effectiveChanges":[]}])");
  EXPECT_EQ(change(drawn, R"({"name": "cell"})")["provenanceEntries"].items().size(), 2U);
  EXPECT_EQ(found("{pinnedTo: [{name: \"t\", value: 3}]}"), R"(["cell"])");
  change(drawn, R"({"coordinates": [{"name": "t", "value": 4}]})");
  EXPECT_EQ(found("{pinnedTo: [{name: \"t\", value: 3}]}"), "[]");
  EXPECT_EQ(found("{pinnedTo: [{name: \"t\", value: 4}]}"), R"(["cell"])");
}

TEST_P(Annotations, AreFoundByWhatTheyAreAndWhereTheyLie) {
  const std::string rois = collection("rois", yx());
  const std::string others = collection("others", yx());
  draw(rois, R"({"kind": "RECTANGLE", "name": "low", "vectors": [[0, 0], [10, 10]]})");
  draw(rois, R"({"kind": "PATH", "name": "high", "vectors": [[20, 30], [40, 50]]})");
  draw(others, R"({"kind": "POINT", "name": "else", "vectors": [[5, 5]]})");
  const auto in_rois = [&](const std::string& more) {
    return found(fmt::format("{{collection: \"{}\", {}}}", rois, more));
  };
  EXPECT_EQ(found("{kind: PATH}"), R"(["high"])");
  EXPECT_EQ(found("{search: \"LO\"}"), R"(["low"])");
  EXPECT_EQ(found(fmt::format("{{coordinateSystem: \"{}\"}}", system_of(others))), R"(["else"])");
  EXPECT_EQ(in_rois("intersects: {min: [10, 5], max: [15, 6]}"), R"(["low"])");
  EXPECT_EQ(in_rois("intersects: {min: [10.5, 5], max: [15, 6]}"), "[]");
  EXPECT_EQ(in_rois("intersects: {min: [0, 0], max: [99, 99]}"), R"(["low","high"])");
  EXPECT_EQ(in_rois("containsPoint: [25, 31]"), R"(["high"])");
  EXPECT_EQ(in_rois("NOT: {containsPoint: [25, 31]}"), R"(["low"])");
  EXPECT_THAT(refused("{intersects: {min: [0, 0], max: [1, 1]}}"), HasSubstr("`collection`"));
  EXPECT_THAT(refused(fmt::format("{{OR: {{collection: \"{}\"}}, containsPoint: [1, 1]}}", rois)),
              HasSubstr("`collection`"));
  EXPECT_THAT(refused(fmt::format("{{collection: \"{}\", containsPoint: [1]}}", rois)), HasSubstr("give 2"));
  EXPECT_THAT(refused(fmt::format("{{collection: \"{}\", intersects: {{min: [1, 2], max: [1, 1]}}}}", rois)),
              HasSubstr("`min`"));
  EXPECT_EQ(
      lab_.data("{ annotationCollections { annotations(filters: {containsPoint: [5, 5]}) { name } } }")
          .dump(),
      R"({"annotationCollections":[{"annotations":[{"name":"low"}]},{"annotations":[{"name":"else"}]}]})");
  EXPECT_THAT(lab_.error("{ annotationCollections { annotations(filters: {containsPoint: [5]}) { name } } }"),
              HasSubstr("give 2"));
  EXPECT_EQ(
      lab_.data("{ annotationsStats(filters: {kind: POINT}) { count distinctCount(field: PK) } }").dump(),
      R"({"annotationsStats":{"count":1,"distinctCount":1}})");
}

TEST_P(Annotations, AreFoundByWhatAPortRequires) {
  const std::string rois = collection("rois", yx());
  draw(rois, R"({"kind": "PATH", "name": "path", "vectors": []})");
  draw(rois, R"({"kind": "POINT", "name": "point", "vectors": []})");
  const auto requiring = [&](const char* key, const char* how, const char* value) {
    return fmt::format("{{requires: [{{key: \"@mikro/{}\", operator: {}, value: {}}}]}}", key, how, value);
  };
  EXPECT_EQ(found(requiring("annotation_kind", "EQUALS", "\"PATH\"")), R"(["path"])");
  EXPECT_EQ(found(requiring("annotation_kind", "NOT_IN", "[\"PATH\", \"LINE\"]")), R"(["point"])");
  EXPECT_EQ(found(requiring("n_space_axes", "GTE", "2")), R"(["path","point"])");
  EXPECT_EQ(found(requiring("n_space_axes", "LTE", "1")), "[]");
  EXPECT_EQ(found(requiring("n_time_axes", "EXISTS", "false")), "[]");
  EXPECT_THAT(refused(requiring("n_channels", "GTE", "2")), HasSubstr("@mikro/annotation_kind"));
  EXPECT_THAT(refused(requiring("annotation_kind", "GTE", "\"A\"")), HasSubstr("GTE"));
  EXPECT_EQ(found(requiring("annotation_kind", "EQUALS", "1")), "[]") << "text is unlike every number";
}

TEST_P(Annotations, AreNearWhereTheirBoxIs) {
  const std::string rois = collection("rois", yx());
  draw(rois, R"({"kind": "POINT", "name": "far", "vectors": [[100, 100]]})");
  draw(rois, R"({"kind": "POINT", "name": "near", "vectors": [[13, 4]]})");
  draw(rois, R"({"kind": "RECTANGLE", "name": "around", "vectors": [[0, 0], [50, 50]]})");
  draw(rois, R"({"kind": "POINT", "name": "nowhere", "vectors": []})");
  const auto nearest = [&](const char* more) {
    return fmt::format("{{ it: nearestAnnotations(collection: \"{}\", {}) {{ name }} }}", rois, more);
  };
  EXPECT_EQ(lab_.data(nearest("point: [10, 0]"))["it"].dump(),
            R"([{"name":"around"},{"name":"near"},{"name":"far"}])");
  EXPECT_EQ(lab_.data(nearest("point: [99, 99], limit: 1"))["it"].dump(), R"([{"name":"far"}])");
  EXPECT_THAT(lab_.error(nearest("point: [1]")), HasSubstr("give 2"));
  EXPECT_THAT(lab_.error(nearest("point: [1, 1], limit: 0")), HasSubstr("`limit`"));
}

TEST_P(Annotations, BelongToTheirOrganization) {
  const std::string rois = collection("rois", yx());
  const Json drawn = draw(rois, R"({"kind": "POINT", "vectors": [[1, 2]]})");
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(lab_.data("{ annotations { id } annotationCollections { id } }").dump(),
            R"({"annotations":[],"annotationCollections":[]})");
  const Json ids = Json::object({{"id", drawn["id"]}, {"rois", rois}});
  for (const char* document :
       {"query ($id: ID!) { annotation(id: $id) { id } }",
        "query ($rois: ID!) { annotationCollection(id: $rois) { id } }",
        "query ($rois: ID!) { nearestAnnotations(collection: $rois, point: [1, 2]) { id } }",
        "mutation ($id: ID!) { updateAnnotation(input: {id: $id, name: \"mine\"}) { id } }",
        "mutation ($id: ID!) { deleteAnnotation(input: {id: $id}) }",
        "mutation ($rois: ID!) { deleteAnnotationCollection(input: {id: $rois}) }",
        "mutation ($rois: ID!) { createAnnotationLens(input: {annotationCollection: $rois}) { id } }",
        "mutation ($rois: ID!) { createAnnotation(input: {collection: $rois, kind: POINT, vectors: []}) { id "
        "} }"}) {
    EXPECT_THAT(lab_.error(document, ids), StartsWith("NOT_FOUND")) << document;
  }
  EXPECT_EQ(count("annotation"), 1);
}

TEST_P(Annotations, AreDeletedByWhoeverDrewThem) {
  const std::string rois = collection("rois", tyx());
  const Json drawn =
      draw(rois, R"({"kind": "POINT", "vectors": [[1, 2]], "coordinates": [{"name": "t", "value": 3}]})");
  const Json one = Json::object({{"id", drawn["id"]}});
  lab_.become("bob");
  EXPECT_THAT(lab_.error("mutation ($id: ID!) { deleteAnnotation(input: {id: $id}) }", one),
              StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data("mutation ($id: ID!) { it: deleteAnnotation(input: {id: $id}) }", one)["it"],
            drawn["id"]);
  EXPECT_EQ(count("annotation") + count("annotation_pin"), 0);
  EXPECT_EQ(count("provenance_entry where subject_type = 'Annotation' and kind = 'DELETE'"), 1);
}

TEST_P(Annotations, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string rois = collection("rois", yx());
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(
        "{ annotations { name descriptors coordinates { name } coordinateSystem { axes { name } }"
        " derivedResidents { __typename } } }");
    return lab_.round_trips() - before;
  };
  draw(rois, R"({"kind": "POINT", "vectors": [[1, 2]]})");
  const std::uint64_t one = cost();
  for (int i = 0; i < 5; ++i) draw(collection("more", yx()), R"({"kind": "POINT", "vectors": [[1, 2]]})");
  EXPECT_EQ(cost(), one);
}

}  // namespace
}  // namespace mikro
