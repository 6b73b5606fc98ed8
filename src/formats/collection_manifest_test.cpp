#include "formats/collection_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/hostile_testing.h"

namespace formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// fabriks 2.0.0 and konnektion 2.0.0, `write_collection` of a small sphere and of a branch; line breaks
// added.
constexpr std::string_view kMeshes = R"({"specVersion":"1",
"grid":{"cellSize":[16,16,8],"levels":2,"sortKey":"MORTON"},
"encoding":{"positions":"UINT16_QUANTIZED_PER_CELL","indices":"UINT32","codec":"NONE","compression":"NONE",
"boundary":"LOCKED","decimation":"QUARTER"},
"shape":[14,14,14],"axes":["z","y","x"],"counts":{"objects":1,"cellsPerLevel":[2,1]},
"files":{"cells":{"path":"catalog/cells.parquet","bytes":5126},
"objects":{"path":"catalog/objects.parquet","bytes":4065},
"levels":{"0":[{"path":"level0/part-00000.parquet","bytes":7827,"rowGroups":1}],
"1":[{"path":"level1/part-00000.parquet","bytes":5198,"rowGroups":1}]}}})";
constexpr std::string_view kNetworks = R"({"specVersion":"1",
"grid":{"cellSize":[16,16,16],"levels":1,"sortKey":"MORTON"},
"encoding":{"positions":"UINT16_QUANTIZED_PER_CELL","edges":"UINT32_PAIRS","nodeIds":"UINT64","radii":"NONE",
"ghosts":"TRAILING_PER_OWNER_CELL","codec":"NONE","compression":"NONE","pruning":"NONE","simplification":"NONE"},
"attributes":[{"name":"strahler","encoding":"FLOAT32","semantics":"STRAHLER"},
{"name":"degree","encoding":"FLOAT32","semantics":null}],
"shape":[9,9,20],"axes":["x","y","z"],"counts":{"cells":2,"levels":1,"objects":1},
"files":{"cells":{"path":"catalog/cells.parquet","bytes":5295},
"levels":{"0":[{"path":"level0/part-00000.parquet","bytes":8047,"rowGroups":1}]},
"objects":{"path":"catalog/objects.parquet","bytes":4199}}})";

std::string meshes_refused(std::string_view old_part, std::string_view new_part) {
  return refusal_of([&] { read_fabriks_manifest(with(kMeshes, old_part, new_part)); });
}

std::string networks_refused(std::string_view old_part, std::string_view new_part) {
  return refusal_of([&] { read_konnektion_manifest(with(kNetworks, old_part, new_part)); });
}

TEST(CollectionManifest, ReadsMeshes) {
  const CollectionManifest manifest = read_fabriks_manifest(kMeshes);
  EXPECT_EQ(manifest.spec_version, "1");
  EXPECT_EQ(manifest.grid.dump(), R"({"cellSize":[16,16,8],"levels":2,"sortKey":"MORTON"})");
  EXPECT_EQ(manifest.encoding.dump(),
            R"({"positions":"UINT16_QUANTIZED_PER_CELL","indices":"UINT32","codec":"NONE",)"
            R"("compression":"NONE","boundary":"LOCKED","decimation":"QUARTER"})");
  EXPECT_THAT(manifest.axes, Optional(ElementsAre("z", "y", "x")));
  EXPECT_EQ(manifest.counts.dump(), R"({"objects":1,"cellsPerLevel":[2,1]})");
  EXPECT_EQ(manifest.files["levels"].members().size(), 2U);
  EXPECT_TRUE(manifest.attributes.is_null());
  EXPECT_EQ(manifest.cells_path, "catalog/cells.parquet");
}

TEST(CollectionManifest, ReadsNetworks) {
  const CollectionManifest manifest = read_konnektion_manifest(kNetworks);
  EXPECT_EQ(manifest.encoding.members().size(), 9U);
  EXPECT_EQ(manifest.encoding["edges"].as_string(), "UINT32_PAIRS");
  EXPECT_EQ(manifest.attributes.dump(), R"([{"name":"strahler","encoding":"FLOAT32","semantics":"STRAHLER"},)"
                                        R"({"name":"degree","encoding":"FLOAT32","semantics":null}])");
}

TEST(CollectionManifest, TakesWhatMayBeLeftOut) {
  const CollectionManifest manifest = read_fabriks_manifest(
      with(with(with(kMeshes, R"("axes")", R"("a")"), R"("counts":{)", R"("counts":[],"c":{)"), R"("files")",
           R"("f")"));
  EXPECT_EQ(manifest.axes, std::nullopt);
  EXPECT_EQ(manifest.counts.dump(), "{}");
  EXPECT_EQ(manifest.files.dump(), "{}");
  EXPECT_EQ(manifest.cells_path, "catalog/cells.parquet");
  EXPECT_EQ(read_konnektion_manifest(with(kNetworks, R"("attributes")", R"("a")")).attributes.dump(), "[]");
}

TEST(CollectionManifest, KeepsTheNormalsOfMeshes) {
  const std::string document = with(kMeshes, R"("boundary")", R"("normals":"OCT16","boundary")");
  EXPECT_EQ(read_fabriks_manifest(document).encoding["normals"].as_string(), "OCT16");
}

TEST(CollectionManifest, RefusesAnotherVersionOrGrid) {
  EXPECT_THAT(meshes_refused(R"("specVersion":"1")", R"("specVersion":"4")"), HasSubstr("specVersion"));
  EXPECT_THAT(meshes_refused("[16,16,8]", "[16,16]"), HasSubstr("cellSize"));
  EXPECT_THAT(meshes_refused("[16,16,8]", "[16,16,0]"), HasSubstr("cellSize"));
  EXPECT_THAT(meshes_refused(R"("levels":2)", R"("levels":0)"), HasSubstr("levels"));
  EXPECT_THAT(meshes_refused("MORTON", "HILBERT"), HasSubstr("sortKey"));
  EXPECT_THAT(meshes_refused(R"("grid")", R"("g")"), HasSubstr("grid must be"));
  EXPECT_THAT(networks_refused(R"("levels":1,"sortKey")", R"("levels":1.5,"sortKey")"), HasSubstr("levels"));
}

TEST(CollectionManifest, RefusesEncodingsThatNoReaderKnows) {
  EXPECT_THAT(meshes_refused(R"("encoding")", R"("e")"), HasSubstr("encoding must be"));
  EXPECT_THAT(meshes_refused(R"("codec":"NONE",)", ""), HasSubstr("encoding's codec"));
  EXPECT_THAT(meshes_refused(R"("indices":"UINT32")", R"("indices":"UINT8")"),
              HasSubstr("encoding's indices"));
  EXPECT_THAT(
      meshes_refused(R"("codec":"NONE","compression":"NONE")", R"("codec":"MESHOPT","compression":"ZSTD")"),
      HasSubstr("MESHOPT"));
  EXPECT_EQ(meshes_refused(R"("codec":"NONE")", R"("codec":"MESHOPT")"), "");
  EXPECT_THAT(networks_refused("UINT32_PAIRS", "UINT32_STRIP"), HasSubstr("encoding's edges"));
  EXPECT_THAT(networks_refused(R"("codec":"NONE")", R"("codec":"MESHOPT")"), HasSubstr("encoding's codec"));
}

TEST(CollectionManifest, RefusesAxesThatAreNotThreeNames) {
  EXPECT_THAT(meshes_refused(R"(["z","y","x"])", R"(["z","y"])"), HasSubstr("axes"));
  EXPECT_THAT(meshes_refused(R"(["z","y","x"])", R"(["z","y","y"])"), HasSubstr("different"));
  EXPECT_THAT(meshes_refused(R"(["z","y","x"])", R"(["z","y",1])"), HasSubstr("axes"));
}

TEST(CollectionManifest, RefusesPathsThatLeadOutOfTheCollection) {
  for (const std::string_view path :
       {"../other/cells.parquet", "/cells.parquet", "a//b", "", "./cells", "a/..", "a\\u0000b", "a\\nb"}) {
    EXPECT_THAT(meshes_refused("catalog/cells.parquet", path), HasSubstr("files.cells")) << path;
  }
  EXPECT_THAT(meshes_refused(R"({"path":"catalog/cells.parquet","bytes":5126})", "7"),
              HasSubstr("files.cells"));
  EXPECT_THAT(meshes_refused("catalog/cells.parquet", std::string(513, 'a')), HasSubstr("files.cells"));
  const std::string bare =
      with(kMeshes, R"({"path":"catalog/cells.parquet","bytes":5126})", R"("c/cells..parquet")");
  EXPECT_EQ(read_fabriks_manifest(bare).cells_path, "c/cells..parquet");
}

TEST(CollectionManifest, RefusesAttributesThatCannotBeColumns) {
  EXPECT_THAT(networks_refused(R"("degree")", R"("Degree")"), HasSubstr("name"));
  EXPECT_THAT(networks_refused(R"("degree")", R"("9degrees")"), HasSubstr("name"));
  EXPECT_THAT(networks_refused(R"("degree")", '"' + std::string(65, 'a') + '"'), HasSubstr("name"));
  EXPECT_EQ(networks_refused(R"("degree")", '"' + std::string(64, 'a') + '"'), "");
  EXPECT_THAT(networks_refused(R"("degree")", R"("radius")"), HasSubstr("radii"));
  EXPECT_THAT(networks_refused(R"("degree")", R"("strahler")"), HasSubstr("once"));
  EXPECT_THAT(networks_refused(R"("FLOAT32","semantics":null)", R"("INT8","semantics":null)"),
              HasSubstr("FLOAT32"));
  EXPECT_THAT(networks_refused(R"("semantics":null)", R"("semantics":"AGE")"), HasSubstr("semantics"));
  EXPECT_THAT(networks_refused(R"("attributes":[)", R"("attributes":{},"a":[)"), HasSubstr("must be a list"));
}

TEST(CollectionManifest, SurvivesDamage) {
  expect_only_refusals(std::string(kMeshes), [](const std::string& bytes) { read_fabriks_manifest(bytes); });
  expect_only_refusals(std::string(kNetworks),
                       [](const std::string& bytes) { read_konnektion_manifest(bytes); });
}

}  // namespace
}  // namespace formats
