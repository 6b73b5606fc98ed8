// Finished uploads: what is recorded of each kind, what is refused and may be repaired, who holds still.
#include "services/mikro/stores/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/glb_testing.h"
#include "objects/digest.h"
#include "objects/hmac.h"
#include "services/mikro/stores/parquet_contents.h"
#include "services/mikro/testing/lab.h"
#include "services/mikro/testing/spaces.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::parquet_file;
using service::SealedStore;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kSparseRoot =
    R"({"attributes":{"sporadik":{"spec":"1","complete":true,"shape":[4,3],"layouts":[)"
    R"({"path":"layouts/axis0","indexed_axis":0,"index_order":[1]}]}},"zarr_format":3,"node_type":"group"})";
constexpr std::string_view kCsr =
    R"({"attributes":{"encoding-type":"csr_matrix","encoding-version":"0.1.0","shape":[4,3]},)"
    R"("zarr_format":3,"node_type":"group"})";

std::string vector_of(int length, std::string_view type) {
  return fmt::format(
      R"({{"shape":[{0}],"data_type":"{1}","chunk_grid":{{"name":"regular","configuration":{{"chunk_shape":[{0}]}}}},)"
      R"("chunk_key_encoding":{{"name":"default","configuration":{{"separator":"/"}}}},"fill_value":0,)"
      R"("codecs":[{{"name":"bytes","configuration":{{"endian":"little"}}}}],)"
      R"("attributes":{{}},"zarr_format":3,"node_type":"array","storage_transformers":[]}})",
      length, type);
}

constexpr std::string_view kMeshes =
    R"({"specVersion":"1","grid":{"cellSize":[16,16,8],"levels":2,"sortKey":"MORTON"},)"
    R"("encoding":{"positions":"UINT16_QUANTIZED_PER_CELL","indices":"UINT32","codec":"NONE",)"
    R"("compression":"NONE","boundary":"LOCKED","decimation":"QUARTER"},"axes":["z","y","x"],)"
    R"("counts":{"objects":1},"files":{"cells":{"path":"catalog/cells.parquet","bytes":5126}}})";
constexpr std::string_view kNetworks =
    R"({"specVersion":"1","grid":{"cellSize":[16,16,16],"levels":1,"sortKey":"MORTON"},)"
    R"("encoding":{"positions":"UINT16_QUANTIZED_PER_CELL","edges":"UINT32_PAIRS","nodeIds":"UINT64",)"
    R"("radii":"NONE","ghosts":"TRAILING_PER_OWNER_CELL","codec":"NONE","compression":"NONE",)"
    R"("pruning":"NONE","simplification":"NONE"},)"
    R"("attributes":[{"name":"degree","encoding":"FLOAT32","semantics":"DEGREE"}],)"
    R"("counts":{"cells":2},"files":{"cells":"catalog/cells.parquet"}})";

class StoreContents : public testing::TestWithParam<sql::Dialect> {
 protected:
  std::string finish(const std::string& kind, const std::string& selection) {
    return fmt::format("mutation ($id: String!) {{ it: finish{}Upload(input: {{storeId: $id}}) {{ {} }} }}",
                       kind, selection);
  }
  Json finished(const std::string& kind, const std::string& store, const std::string& selection) {
    return lab_.data(finish(kind, selection), Json::object({{"id", store}}))["it"];
  }
  std::string refused(const std::string& kind, const std::string& store) {
    return lab_.error(finish(kind, "id"), Json::object({{"id", store}}));
  }
  Json row(const std::string& text) {
    Json value;
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      value = Json(std::string(reader.query(text).text(0, 0)));
    });
    return value;
  }
  void put(const std::string& store, const std::string& table, const std::string& name,
           const std::string& bytes) {
    sql::Rows found;
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      found = reader.query("select bucket, key from " + table + " where id = " + store);
    });
    auto incoming = lab_.objects().files().begin();
    incoming->write(bytes);
    const std::string key(found.text(0, 1));
    lab_.objects().files().commit(std::move(incoming), found.text(0, 0),
                                  name.empty() ? key : key + "/" + name, {}, {});
  }
  service::StoreRow parquet_row(const std::string& store) {
    service::StoreRow found;
    found.id = std::stoll(store);
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      const sql::Rows rows = reader.query("select bucket, key from parquet_store where id = $1", {found.id});
      found.bucket = rows.text(0, 0);
      found.key = rows.text(0, 1);
    });
    return found;
  }

  mikro_testing::Lab lab_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, StoreContents, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(StoreContents, OfATableAreItsColumns) {
  const std::string file = parquet_file({{"n", "BIGINT"}, {"s", "VARCHAR"}});
  const std::string store = lab_.upload("Parquet", {{"", file}});
  EXPECT_EQ(finished("Parquet", store, "sizeBytes")["sizeBytes"].as_int64(), file.size());
  EXPECT_EQ(
      row("select columns from parquet_store").as_string(),
      R"([{"name":"n","type":"BIGINT","nullable":true},{"name":"s","type":"VARCHAR","nullable":true}])");
  EXPECT_TRUE(lab_.is_sealed("parquet_store", store));
  finished("Parquet", store, "id");
}

TEST_P(StoreContents, AreNotMeasuredAgainOnceTheyAreSettled) {
  const std::string store = lab_.upload("Bigfile", {{"", "bytes"}});
  finished("Bigfile", store, "id");
  // Past what keeps clients from it.
  auto object = lab_.objects().files().begin();
  object->write("more bytes");
  lab_.objects().files().commit(std::move(object), "bigfile",
                                row("select key from big_file_store").as_string(), {}, {});
  const std::string made =
      R"(mutation ($id: FileLike!) { it: fromFileLike(input: {file: $id, fileName: "f"}) { size } })";
  EXPECT_EQ(lab_.data(made, Json::object({{"id", store}}))["it"]["size"].as_int64(), 5);
}

TEST_P(StoreContents, OfATableAreRefusedWithTheReasonAndMayBeRepaired) {
  const std::string store = lab_.upload("Parquet", {});
  EXPECT_THAT(refused("Parquet", store), HasSubstr("Nothing was uploaded"));
  put(store, "parquet_store", "", "n,s\n1,a\n");
  EXPECT_THAT(refused("Parquet", store), AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("no Parquet file")));
  put(store, "parquet_store", "", "PAR");
  EXPECT_THAT(refused("Parquet", store), StartsWith("VALIDATION_ERROR"));
  put(store, "parquet_store", "", parquet_file({{"n", "BIGINT"}}, 3));
  EXPECT_THAT(refused("Parquet", store), HasSubstr("LZO"));
  EXPECT_FALSE(lab_.is_sealed("parquet_store", store));
  put(store, "parquet_store", "", parquet_file({{"n", "BIGINT"}}, 6));
  finished("Parquet", store, "id");
}

TEST_P(StoreContents, OfASparseStoreAreItsLayouts) {
  const std::string store =
      lab_.upload("Sparse", {{"layouts/axis0/zarr.json", std::string(kCsr)},
                             {"layouts/axis0/data/zarr.json", vector_of(4, "float32")},
                             {"layouts/axis0/indices/zarr.json", vector_of(4, "int32")},
                             {"layouts/axis0/indptr/zarr.json", vector_of(5, "int32")}});
  EXPECT_THAT(refused("Sparse", store), AllOf(HasSubstr("zarr.json"), HasSubstr("not complete")));
  put(store, "sparse_store", "zarr.json", std::string(kSparseRoot));
  EXPECT_EQ(
      finished("Sparse", store,
               "spec shape layouts { path encoding encodingVersion indexedAxis indexOrder nnz dtype chunks "
               "rangeReadable }")
          .dump(),
      R"({"spec":"1","shape":[4,3],"layouts":[{"path":"layouts/axis0","encoding":"csr_matrix",)"
      R"("encodingVersion":"0.1.0","indexedAxis":0,"indexOrder":[1],"nnz":4,"dtype":"float32",)"
      R"("chunks":{"data":4,"indices":4,"indptr":5},"rangeReadable":true}]})");
  EXPECT_TRUE(lab_.is_sealed("sparse_store", store));

  const std::string torn =
      lab_.upload("Sparse", {{"zarr.json", std::string(kSparseRoot)},
                             {"layouts/axis0/zarr.json", std::string(kCsr)},
                             {"layouts/axis0/data/zarr.json", vector_of(4, "float32")},
                             {"layouts/axis0/indices/zarr.json", vector_of(3, "int32")}});
  EXPECT_THAT(refused("Sparse", torn), HasSubstr("layouts/axis0/indptr/zarr.json"));
  put(torn, "sparse_store", "layouts/axis0/indptr/zarr.json", vector_of(5, "int32"));
  EXPECT_THAT(refused("Sparse", torn), StartsWith("VALIDATION_ERROR"));
  EXPECT_FALSE(lab_.is_sealed("sparse_store", torn));
}

TEST_P(StoreContents, OfMeshesAreTheirManifest) {
  const std::string store = lab_.upload("Fabriks", {{"level0/part-00000.parquet", "part"}});
  EXPECT_THAT(refused("Fabriks", store), HasSubstr("fabriks.json"));
  put(store, "fabriks_store", "fabriks.json", std::string(kMeshes));
  EXPECT_THAT(refused("Fabriks", store), HasSubstr("catalog/cells.parquet"));
  put(store, "fabriks_store", "catalog/cells.parquet", parquet_file({{"cell", "BIGINT"}}, 2));
  EXPECT_THAT(refused("Fabriks", store), AllOf(HasSubstr("catalog/cells.parquet"), HasSubstr("GZIP")));
  put(store, "fabriks_store", "catalog/cells.parquet", parquet_file({{"cell", "BIGINT"}}, 6));
  EXPECT_EQ(finished("Fabriks", store, "specVersion grid axes counts files").dump(),
            R"({"specVersion":"1","grid":{"cellSize":[16,16,8],"levels":2,"sortKey":"MORTON"},)"
            R"("axes":["z","y","x"],"counts":{"objects":1},)"
            R"("files":{"cells":{"path":"catalog/cells.parquet","bytes":5126}}})");
  EXPECT_TRUE(lab_.is_sealed("fabriks_store", store));
}

TEST_P(StoreContents, OfNetworksAreTheirManifestWithAttributes) {
  const std::string store =
      lab_.upload("Konnektion", {{"catalog/cells.parquet", parquet_file({{"cell", "BIGINT"}})},
                                 {"konnektion.json", std::string(kNetworks)}});
  EXPECT_EQ(
      finished("Konnektion", store, "specVersion axes attributes encoding").dump(),
      R"({"specVersion":"1","axes":null,)"
      R"("attributes":[{"name":"degree","encoding":"FLOAT32","semantics":"DEGREE"}],)"
      R"("encoding":{"positions":"UINT16_QUANTIZED_PER_CELL","edges":"UINT32_PAIRS","nodeIds":"UINT64",)"
      R"("radii":"NONE","ghosts":"TRAILING_PER_OWNER_CELL","codec":"NONE","compression":"NONE",)"
      R"("pruning":"NONE","simplification":"NONE"}})");
  // A mesh's manifest is none of a network.
  const std::string wrong =
      lab_.upload("Konnektion", {{"catalog/cells.parquet", parquet_file({{"c", "BIGINT"}})},
                                 {"konnektion.json", std::string(kMeshes)}});
  EXPECT_THAT(refused("Konnektion", wrong), StartsWith("VALIDATION_ERROR"));
}

TEST_P(StoreContents, OfAModelAreItsJsonAndTheDigestOfAllItsBytes) {
  // More than one piece of what is read at once.
  const std::string file = formats::glb_of(formats::kArm, formats::kArmBinary);
  const std::string padded =
      formats::glb_of(formats::model_with(R"("buffers":[{"byteLength":3000000}])"), 3'000'000);
  for (const std::string& bytes : {file, padded}) {
    const std::string store = lab_.upload("Kulisse", {{"", bytes}});
    EXPECT_EQ(finished("Kulisse", store, "ref")["ref"].as_string(),
              "sha256:" + objects::hex(objects::Digest::of(objects::Digest::Kind::kSha256, bytes)));
  }
  const std::string store = lab_.upload("Kulisse", {{"", file}});
  const Json made = finished("Kulisse", store,
                             "specVersion generator bounds nodes joints extensionsUsed warnings stats { "
                             "nodes triangles textures animations }");
  EXPECT_EQ(made["specVersion"].as_string(), "2.0");
  EXPECT_EQ(made["generator"].as_string(), "kulisse 1");
  EXPECT_EQ(made["bounds"]["min"].items().size(), 3U);
  EXPECT_EQ(made["joints"].items().size(), 2U);
  EXPECT_EQ(made["stats"].dump(), R"({"nodes":8,"triangles":36,"textures":0,"animations":0})");
  EXPECT_TRUE(lab_.is_sealed("kulisse_store", store));
}

TEST_P(StoreContents, OfAModelAreRefusedWithACode) {
  const auto reason = [&](const std::string& bytes) {
    const std::string store = lab_.upload("Kulisse", {{"", bytes}});
    const Json answer = lab_.ask(finish("Kulisse", "id"), Json::object({{"id", store}}));
    EXPECT_FALSE(lab_.is_sealed("kulisse_store", store));
    return answer["errors"].items().at(0)["extensions"]["reason"].as_string();
  };
  EXPECT_EQ(reason("not a model, whatever it is called"), "bad_header");
  EXPECT_EQ(
      reason(formats::glb_of(formats::model_with(R"("buffers":[{"byteLength":4,"uri":"http://x/b"}])"))),
      "external_reference");
}

TEST_P(StoreContents, BelongToTheirOrganization) {
  const std::string store = lab_.table({{"n", "BIGINT"}});
  lab_.become("eve", "elsewhere");
  EXPECT_THAT(refused("Parquet", store), StartsWith("NOT_FOUND"));
  lab_.become("ada");
  EXPECT_FALSE(lab_.is_sealed("parquet_store", store));
}

TEST_P(StoreContents, StayAsTheyAreWhileAnyoneReadsThem) {
  const std::string store = lab_.table({{"n", "BIGINT"}});
  const auto hold = [&] {
    return std::make_unique<SealedStore>(lab_.stores(), kParquet, parquet_row(store));
  };
  auto reader = hold();
  hold().reset();  // another that was refused
  EXPECT_TRUE(lab_.is_sealed("parquet_store", store));
  reader.reset();
  EXPECT_FALSE(lab_.is_sealed("parquet_store", store));

  reader = hold();
  auto finisher = hold();
  const ReadParquet read = read_parquet(lab_.stores(), *finisher);
  lab_.database().write([&](sql::Writer& writer) { write_parquet(writer, read); });
  finisher.reset();
  reader.reset();
  EXPECT_TRUE(lab_.is_sealed("parquet_store", store));
  // And so it is when a later one is refused.
  hold().reset();
  EXPECT_TRUE(lab_.is_sealed("parquet_store", store));
}

}  // namespace
}  // namespace mikro
