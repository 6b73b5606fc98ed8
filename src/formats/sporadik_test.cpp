#include "formats/sporadik.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/hostile_testing.h"

namespace formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// sporadik 1.1.1 over zarr-python 3.1.6: `write_store` of a 4 x 3 matrix in both layouts, and of a 3 x 4 x 5
// array in three.
constexpr std::string_view kMatrixRoot =
    R"({"attributes":{"sporadik":{"spec":"1","complete":true,"shape":[4,3],"layouts":[)"
    R"({"path":"layouts/axis0","indexed_axis":0,"index_order":[1]},)"
    R"({"path":"layouts/axis1","indexed_axis":1,"index_order":[0]}]}},"zarr_format":3,"node_type":"group"})";
constexpr std::string_view kCsr =
    R"({"attributes":{"encoding-type":"csr_matrix","encoding-version":"0.1.0","shape":[4,3]},)"
    R"("zarr_format":3,"node_type":"group"})";
constexpr std::string_view kCubeRoot =
    R"({"attributes":{"sporadik":{"spec":"1","complete":true,"shape":[3,4,5],"layouts":[)"
    R"({"path":"layouts/axis0","indexed_axis":0,"index_order":[1,2]},)"
    R"({"path":"layouts/axis1","indexed_axis":1,"index_order":[0,2]},)"
    R"({"path":"layouts/axis2","indexed_axis":2,"index_order":[0,1]}]}},"zarr_format":3,"node_type":"group"})";
constexpr std::string_view kCubeAxis1 =
    R"({"attributes":{"encoding-type":"csr_matrix","encoding-version":"0.1.0","shape":[4,15]},)"
    R"("zarr_format":3,"node_type":"group"})";
constexpr std::string_view kVector =
    R"({"shape":[4],"data_type":"float32","chunk_grid":{"name":"regular","configuration":{"chunk_shape":[4]}},)"
    R"("chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":0.0,)"
    R"("codecs":[{"name":"bytes","configuration":{"endian":"little"}},)"
    R"({"name":"zstd","configuration":{"level":0,"checksum":false}}],)"
    R"("attributes":{},"zarr_format":3,"node_type":"array","storage_transformers":[]})";
constexpr std::string_view kZstd = R"(,{"name":"zstd","configuration":{"level":0,"checksum":false}})";

/// A layout's array of that length and type, one chunk; `raw` as with `byte_addressable=True`.
std::string vector_of(int length, std::string_view type, bool raw = false) {
  const std::string size = "[" + std::to_string(length) + "]";
  std::string document = with(with(with(kVector, "[4]", size), "[4]", size), "float32", type);
  return raw ? with(document, kZstd, "") : document;
}

struct Layout {
  std::string root{kMatrixRoot};
  std::size_t which = 0;
  std::string group{kCsr};
  std::string data = vector_of(4, "float32");
  std::string indices = vector_of(4, "int32");
  std::string indptr = vector_of(5, "int32");
};

SparseLayout read(const Layout& layout) {
  const SparseRoot root = read_sparse_root(layout.root);
  return read_sparse_layout(root, root.layouts.at(layout.which),
                            {layout.group, layout.data, layout.indices, layout.indptr});
}

std::string refused(const Layout& layout) {
  return refusal_of([&] { read(layout); });
}

std::string root_refused(std::string_view old_part, std::string_view new_part) {
  return refusal_of([&] { read_sparse_root(with(kMatrixRoot, old_part, new_part)); });
}

TEST(Sporadik, RootNamesTheDocumentsItNeeds) {
  const SparseRoot root = read_sparse_root(kCubeRoot);
  EXPECT_EQ(root.spec, "1");
  EXPECT_THAT(root.shape, ElementsAre(3, 4, 5));
  ASSERT_EQ(root.layouts.size(), 3U);
  EXPECT_EQ(root.layouts[1].indexed_axis, 1);
  EXPECT_THAT(root.layouts[1].index_order, ElementsAre(0, 2));
  EXPECT_THAT(sparse_documents(root.layouts[1]),
              ElementsAre("layouts/axis1/zarr.json", "layouts/axis1/data/zarr.json",
                          "layouts/axis1/indices/zarr.json", "layouts/axis1/indptr/zarr.json"));
}

TEST(Sporadik, ReadsBothLayoutsOfAMatrix) {
  const SparseLayout rows = read({});
  EXPECT_EQ(rows.path, "layouts/axis0");
  EXPECT_EQ(rows.encoding, "csr_matrix");
  EXPECT_THAT(rows.encoding_version, Optional(std::string("0.1.0")));
  EXPECT_EQ(rows.indexed_axis, 0);
  EXPECT_THAT(rows.index_order, ElementsAre(1));
  EXPECT_EQ(rows.nnz, 4);
  EXPECT_EQ(rows.dtype, "float32");
  EXPECT_EQ(rows.data_chunk, 4);
  EXPECT_EQ(rows.indices_chunk, 4);
  EXPECT_EQ(rows.indptr_chunk, 5);
  EXPECT_FALSE(rows.range_readable);
  const SparseLayout columns =
      read({.which = 1, .group = with(kCsr, "csr", "csc"), .indptr = vector_of(4, "int32")});
  EXPECT_EQ(columns.encoding, "csc_matrix");
  EXPECT_EQ(columns.indexed_axis, 1);
}

TEST(Sporadik, ReadsHigherRanksAsRaveledMatrices) {
  const SparseLayout layout = read({.root = std::string(kCubeRoot),
                                    .which = 1,
                                    .group = std::string(kCubeAxis1),
                                    .data = vector_of(3, "uint16"),
                                    .indices = vector_of(3, "int64")});
  EXPECT_EQ(layout.encoding, "csr_matrix");
  EXPECT_THAT(layout.index_order, ElementsAre(0, 2));
  EXPECT_EQ(layout.nnz, 3);
  EXPECT_EQ(layout.dtype, "uint16");
}

TEST(Sporadik, IsReadableByRangeIfAllThreeAreOneRawChunk) {
  const Layout raw{.data = vector_of(4, "float32", true),
                   .indices = vector_of(4, "int32", true),
                   .indptr = vector_of(5, "int32", true)};
  EXPECT_TRUE(read(raw).range_readable);
  Layout compressed = raw;
  compressed.indptr = vector_of(5, "int32");
  EXPECT_FALSE(read(compressed).range_readable);
  Layout chunked = raw;
  chunked.data = with(raw.data, R"("chunk_shape":[4])", R"("chunk_shape":[2])");
  EXPECT_FALSE(read(chunked).range_readable);
  EXPECT_EQ(read(chunked).data_chunk, 2);
}

TEST(Sporadik, RefusesUnfinishedAndUnknownStores) {
  EXPECT_THAT(root_refused(R"("sporadik")", R"("other")"), HasSubstr("interrupted"));
  EXPECT_THAT(root_refused(R"("complete":true)", R"("complete":false)"), HasSubstr("complete"));
  EXPECT_THAT(root_refused(R"("spec":"1")", R"("spec":"2")"), HasSubstr("spec"));
  EXPECT_THAT(root_refused(R"("group")", R"("array")"), HasSubstr("node_type"));
  EXPECT_THAT(root_refused(R"("zarr_format":3)", R"("zarr_format":2)"), HasSubstr("v2"));
}

TEST(Sporadik, RefusesLayoutsThatDoNotFitTheShape) {
  EXPECT_THAT(root_refused("[4,3]", "[4]"), HasSubstr("two sizes"));
  EXPECT_THAT(root_refused("[4,3]", "[4294967296,4294967296]"), HasSubstr("2^63"));
  EXPECT_THAT(root_refused(R"("indexed_axis":1)", R"("indexed_axis":2)"), HasSubstr("no axis"));
  EXPECT_THAT(root_refused(R"("indexed_axis":1)", R"("indexed_axis":-1)"), HasSubstr("no axis"));
  EXPECT_THAT(root_refused("layouts/axis1", "layouts/axis0"), HasSubstr("must lie at"));
  EXPECT_THAT(root_refused("layouts/axis1", "../other"), HasSubstr("must lie at"));
  EXPECT_THAT(root_refused(R"("index_order":[0])", R"("index_order":[1])"), HasSubstr("index_order"));
  EXPECT_THAT(root_refused(R"("index_order":[0])", R"("index_order":[0,0])"), HasSubstr("index_order"));
  EXPECT_THAT(root_refused(R"({"path":"layouts/axis1","indexed_axis":1,"index_order":[0]})",
                           R"({"path":"layouts/axis0","indexed_axis":0,"index_order":[1]})"),
              HasSubstr("two layouts"));
  EXPECT_THAT(root_refused(R"("layouts":[)", R"("layouts":[],"more":[)"), HasSubstr("at least one"));
}

TEST(Sporadik, RefusesLayoutsThatContradictTheRoot) {
  EXPECT_THAT(refused({.group = with(kCsr, "csr", "csc")}), HasSubstr("encoding-type"));
  EXPECT_THAT(refused({.group = with(kCsr, "[4,3]", "[3,4]")}), HasSubstr("shape must be"));
  EXPECT_THAT(refused({.indices = vector_of(3, "int32")}), HasSubstr("belong together"));
  EXPECT_THAT(refused({.indptr = vector_of(4, "int32")}), HasSubstr("indptr has 4"));
  EXPECT_THAT(refused({.indptr = with(vector_of(5, "int32"), R"("shape":[5])", R"("shape":[0])")}),
              HasSubstr("indptr has 0"));
  EXPECT_THAT(refused({.data = with(with(kVector, "[4]", "[2,2]"), "[4]", "[2,2]")}), HasSubstr("one axis"));
  EXPECT_THAT(refused({.data = with(kVector, R"("float32")", R"({"name":"numpy.datetime64"})")}),
              HasSubstr("extension type"));
}

TEST(Sporadik, RefusesLayoutsWithoutTheirDocuments) {
  const SparseRoot root = read_sparse_root(kMatrixRoot);
  const Layout layout;
  EXPECT_THAT(refusal_of([&] {
                read_sparse_layout(root, root.layouts[0],
                                   {layout.group, layout.data, std::nullopt, layout.indptr});
              }),
              HasSubstr("layouts/axis0/indices/zarr.json is not there"));
}

TEST(Sporadik, SurvivesDamage) {
  expect_only_refusals(std::string(kCubeRoot), [](const std::string& bytes) { read_sparse_root(bytes); });
  expect_only_refusals(std::string(kCsr), [](const std::string& bytes) { read({.group = bytes}); });
  expect_only_refusals(vector_of(4, "float32"), [](const std::string& bytes) { read({.data = bytes}); });
}

}  // namespace
}  // namespace formats
