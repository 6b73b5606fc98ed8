// Datasets from their stores: what is read, what is made of it, what is refused and leaves no trace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/testing/lab.h"

namespace mikro {
namespace {

using base::Json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kCreate = R"(
  mutation ($input: CreateArrayDatasetInput!) { made: createArrayDataset(input: $input) {
    id name shape axisNames multiscale spec
    folder { name isDefault }
    intrinsicSystem { id name axes { name type order } }
    dataArrays { level shape chunkShape scaleMethod store { dtype version chunks shards populated: sizeBytes }
                 coordinateSystem { id name } toParent { __typename kind validity version invariance input { name } output { name }
                   ... on ScaleTransformation { scale }
                   ... on SequenceTransformation { steps { kind scale translation } } } }
    fullLens { __typename kind label slices { axis } shape coordinateSystem { id } }
    lenses(sliced: true) { id }
    provenanceEntries { kind user { sub } }
  } })";

class ArrayDatasets : public testing::TestWithParam<sql::Dialect> {
 protected:
  static Json axis(const char* name, const char* type) {
    return Json::object({{"name", name}, {"type", type}});
  }
  static Json cyx() { return Json::array({axis("c", "CHANNEL"), axis("y", "SPACE"), axis("x", "SPACE")}); }

  Json input(const std::string& data, Json scales = Json::array(), Json axes = cyx()) {
    return Json::object({{"input", Json::object({{"data", data},
                                                 {"scales", std::move(scales)},
                                                 {"name", "cells"},
                                                 {"axes", std::move(axes)}})}});
  }
  Json scale(std::int64_t level, const std::string& store) {
    return Json::object({{"level", level}, {"array", store}, {"scaleMethod", "AREA"}});
  }
  std::int64_t count(const char* table) {
    std::int64_t rows = 0;
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      rows = reader.query(std::string("select count(*) from ") + table).integer(0, 0);
    });
    return rows;
  }

  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, ArrayDatasets, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(ArrayDatasets, AreAPyramidOverOneGrid) {
  const std::string first = lab_.array({3, 2048, 33}, {"c", "y", "x"});
  const std::string second = lab_.array({3, 1024, 17});
  const Json made = lab_.data(kCreate, input(first, Json::array({scale(1, second)})))["made"];
  EXPECT_EQ(made["shape"].dump(), "[3,2048,33]");
  EXPECT_EQ(made["axisNames"].dump(), R"(["c","y","x"])");
  EXPECT_TRUE(made["multiscale"].as_bool());
  EXPECT_EQ(made["spec"].dump(), R"(["IMAGE","MULTICHANNEL"])");
  EXPECT_EQ(made["folder"].dump(), R"({"name":"Default","isDefault":true})");
  EXPECT_EQ(made["intrinsicSystem"]["axes"].dump(),
            R"([{"name":"c","type":"CHANNEL","order":0},{"name":"y","type":"SPACE","order":1},)"
            R"({"name":"x","type":"SPACE","order":2}])");
  const auto& levels = made["dataArrays"].items();
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0]["coordinateSystem"]["id"], made["intrinsicSystem"]["id"]);
  EXPECT_TRUE(levels[0]["toParent"].is_null());
  EXPECT_EQ(levels[1]["coordinateSystem"]["name"].as_string(), "cells/1");
  EXPECT_EQ(levels[1]["scaleMethod"].as_string(), "AREA");
  EXPECT_EQ(levels[1]["toParent"].dump(),
            R"({"__typename":"SequenceTransformation","kind":"SEQUENCE","validity":"VALIDATED","version":1,)"
            R"("invariance":"AFFINE","input":{"name":"cells/1"},"output":{"name":"cells"},"steps":[)"
            R"({"kind":"SCALE","scale":[1.0,2.0,1.9411764705882353],"translation":[]},)"
            R"({"kind":"TRANSLATION","scale":[],"translation":[0.0,0.5,0.47058823529411764]}]})");
  EXPECT_EQ(made["fullLens"]["label"].as_string(), "cells");
  EXPECT_EQ(made["fullLens"]["slices"].dump(), "[]");
  EXPECT_EQ(made["fullLens"]["coordinateSystem"]["id"], made["intrinsicSystem"]["id"]);
  EXPECT_EQ(made["lenses"].dump(), "[]");
  EXPECT_EQ(made["provenanceEntries"].dump(), R"([{"kind":"CREATE","user":{"sub":"ada"}}])");
  EXPECT_TRUE(lab_.is_sealed("zarr_store", first));
  EXPECT_TRUE(lab_.is_sealed("zarr_store", second));
}

TEST_P(ArrayDatasets, ThatAreRefusedLeaveNothingAndMayBeRepaired) {
  const std::string store = lab_.array({3, 4, 4}, {"z", "y", "x"});
  EXPECT_THAT(lab_.error(kCreate, input(store)), StartsWith("VALIDATION_ERROR"));
  EXPECT_FALSE(lab_.is_sealed("zarr_store", store));
  EXPECT_EQ(count("array_dataset") + count("coordinate_system") + count("folder"), 0);

  const std::string flat = lab_.array({4, 4});
  EXPECT_THAT(lab_.error(kCreate, input(flat)), StartsWith("VALIDATION_ERROR"));
  const std::string good = lab_.array({3, 4, 4});
  const std::string other = lab_.array({2, 2, 2});
  EXPECT_THAT(lab_.error(kCreate, input(good, Json::array({scale(1, other)}))), HasSubstr("c"));
  EXPECT_THAT(lab_.error(kCreate, input(good, Json::array({scale(0, other)}))), HasSubstr("level 0"));
  const std::string finer = lab_.array({3, 8, 4});
  EXPECT_THAT(lab_.error(kCreate, input(good, Json::array({scale(1, finer)}))),
              HasSubstr("the finest level as"));
  EXPECT_THAT(lab_.error(kCreate, input(good, Json::array({scale(1, good)}))), HasSubstr("two levels"));
  EXPECT_THAT(lab_.error(kCreate, input("999")), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error(kCreate, input(lab_.upload("Zarr", {}))), HasSubstr("zarr.json"));
  EXPECT_THAT(lab_.error(kCreate, input(lab_.upload("Zarr", {{"zarr.json", "{\"zarr_format\": 2}"}}))),
              StartsWith("VALIDATION_ERROR"));
  EXPECT_EQ(count("array_dataset") + count("coordinate_system") + count("folder"), 0);
  lab_.data(kCreate, input(good));
}

TEST_P(ArrayDatasets, BelongToTheirOrganization) {
  const std::string store = lab_.array({3, 4, 4});
  const Json made = lab_.data(kCreate, input(store))["made"];
  lab_.become("eve", "elsewhere");
  EXPECT_EQ(
      lab_.data("{ arrayDatasets { id } dataArrays { id } coordinateSystems { id } lenses { id } }").dump(),
      R"({"arrayDatasets":[],"dataArrays":[],"coordinateSystems":[],"lenses":[]})");
  EXPECT_THAT(lab_.error(kCreate, input(store)), StartsWith("NOT_FOUND"));
  const Json one = Json::object({{"id", made["id"]}});
  EXPECT_THAT(lab_.error("query ($id: ID!) { arrayDataset(id: $id) { id } }", one), StartsWith("NOT_FOUND"));
  EXPECT_THAT(lab_.error("mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }", one),
              StartsWith("NOT_FOUND"));
  EXPECT_THAT(
      lab_.error("mutation ($id: ID!) { updateArrayDataset(input: {id: $id, name: \"mine\"}) { id } }", one),
      StartsWith("NOT_FOUND"));
}

TEST_P(ArrayDatasets, AreRenamedWithAnEntryOfWhatChanged) {
  const Json made = lab_.data(kCreate, input(lab_.array({3, 4, 4})))["made"];
  const Json renamed = lab_.data(
      "mutation ($id: ID!) { it: updateArrayDataset(input: {id: $id, name: \"nuclei\"}) { name fullLens { "
      "label }"
      " provenanceEntries(pagination: {limit: 1}) { kind effectiveChanges { field oldValue newValue } } } }",
      Json::object({{"id", made["id"]}}));
  EXPECT_EQ(renamed["it"].dump(),
            R"({"name":"nuclei","fullLens":{"label":"nuclei"},"provenanceEntries":[{"kind":"UPDATE",)"
            R"("effectiveChanges":[{"field":"name","oldValue":"cells","newValue":"nuclei"}]}]})");
}

TEST_P(ArrayDatasets, AreDeletedByWhoeverMadeThem) {
  const Json made = lab_.data(
      kCreate, input(lab_.array({3, 4, 4}), Json::array({scale(1, lab_.array({3, 2, 2}))})))["made"];
  const Json one = Json::object({{"id", made["id"]}});
  const std::string_view remove = "mutation ($id: ID!) { deleteArrayDataset(input: {id: $id}) }";
  lab_.become("bob");
  EXPECT_THAT(lab_.error(remove, one), StartsWith("PERMISSION_DENIED"));
  lab_.become("ada");
  EXPECT_EQ(lab_.data(remove, one)["deleteArrayDataset"], made["id"]);
  EXPECT_EQ(count("array_dataset") + count("data_array") + count("coordinate_system") + count("lens") +
                count("transformation"),
            0);
  EXPECT_EQ(count("zarr_store"), 2);
  EXPECT_EQ(count("zarr_store where orphaned_at is not null"), 2);
}

TEST_P(ArrayDatasets, AreFound) {
  lab_.data(kCreate, input(lab_.array({3, 4, 4})));
  const Json flat = Json::array({axis("y", "SPACE"), axis("x", "SPACE")});
  lab_.data(kCreate, input(lab_.array({1, 9}), Json::array(), flat));
  const auto found = [&](const char* filters) {
    return lab_.data(std::string("{ it: arrayDatasets(filters: ") + filters + ") { shape } }")["it"].dump();
  };
  EXPECT_EQ(found("{spec: [IMAGE]}"), R"([{"shape":[3,4,4]}])");
  EXPECT_EQ(found("{spec: [PROFILE, TRACE]}"), R"([{"shape":[1,9]}])");
  EXPECT_EQ(found("{hasAxisTypes: [CHANNEL, SPACE]}"), R"([{"shape":[3,4,4]}])");
  EXPECT_EQ(found("{owner: \"ada\", search: \"CELL\", notDerived: true, multiscale: false}"),
            R"([{"shape":[3,4,4]},{"shape":[1,9]}])");
  EXPECT_EQ(found("{owner: \"bob\"}"), "[]");
  EXPECT_THAT(lab_.error("{ arrayDatasets(filters: {scene: 1}) { id } }"), StartsWith("NOT_IMPLEMENTED"));
}

TEST_P(ArrayDatasets, CostTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string_view list =
      "{ arrayDatasets { name folder { name } dataArrays { level store { key } } intrinsicSystem { axes { "
      "name } } } }";
  const auto cost = [&] {
    const std::uint64_t before = lab_.round_trips();
    lab_.data(list);
    return lab_.round_trips() - before;
  };
  lab_.data(kCreate, input(lab_.array({3, 4, 4})));
  const std::uint64_t one = cost();
  for (int i = 0; i < 5; ++i) lab_.data(kCreate, input(lab_.array({3, 4, 4})));
  EXPECT_EQ(cost(), one);
}

}  // namespace
}  // namespace mikro
