#include "formats/zarr_array.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/hostile_testing.h"
#include "formats/json_document.h"

namespace formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// zarr-python 3.1.6, `create_array` with these shapes; line breaks added.
constexpr std::string_view kVolume = R"({"shape":[1,1,100,512,512],"data_type":"uint16",
"chunk_grid":{"name":"regular","configuration":{"chunk_shape":[1,1,128,256,256]}},
"chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":0,
"codecs":[{"name":"sharding_indexed","configuration":{"chunk_shape":[1,1,64,64,64],
"codecs":[{"name":"bytes","configuration":{"endian":"little"}},
{"name":"zstd","configuration":{"level":0,"checksum":false}}],
"index_codecs":[{"name":"bytes","configuration":{"endian":"little"}},{"name":"crc32c"}],
"index_location":"end"}}],"attributes":{},"dimension_names":["t","c","z","y","x"],
"zarr_format":3,"node_type":"array","storage_transformers":[]})";
constexpr std::string_view kLine = R"({"shape":[10],"data_type":"float32",
"chunk_grid":{"name":"regular","configuration":{"chunk_shape":[10]}},
"chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":"NaN",
"codecs":[{"name":"bytes","configuration":{"endian":"little"}},
{"name":"zstd","configuration":{"level":0,"checksum":false}}],"attributes":{"a":[1.0,2]},
"zarr_format":3,"node_type":"array","storage_transformers":[]})";
constexpr std::string_view kTimes = R"({"shape":[4],
"data_type":{"name":"numpy.datetime64","configuration":{"unit":"ns","scale_factor":1}},
"chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2]}},
"chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},"fill_value":-9223372036854775808,
"codecs":[{"name":"bytes","configuration":{"endian":"little"}}],"attributes":{},"dimension_names":[null],
"zarr_format":3,"node_type":"array","storage_transformers":[]})";

std::string refused(std::string_view old_part, std::string_view new_part,
                    std::string_view document = kVolume) {
  return refusal_of([&] { read_zarr_array(with(document, old_part, new_part)); });
}

TEST(ZarrArray, TellsChunksFromShards) {
  const ZarrArray array = read_zarr_array(kVolume);
  EXPECT_THAT(array.shape, ElementsAre(1, 1, 100, 512, 512));
  EXPECT_THAT(array.chunks, ElementsAre(1, 1, 64, 64, 64));
  EXPECT_THAT(array.shards,
              Optional(ElementsAre(1, 1, 128, 256, 256)));  // beyond the shape, as clients write it
  EXPECT_THAT(array.dtype, Optional(std::string("uint16")));
  EXPECT_THAT(
      array.dimension_names,
      Optional(ElementsAre(Optional(std::string("t")), Optional(std::string("c")), Optional(std::string("z")),
                           Optional(std::string("y")), Optional(std::string("x")))));
  EXPECT_EQ(array.codecs.items().at(0)["name"].as_string(), "sharding_indexed");
}

TEST(ZarrArray, KeepsWhatIsRecordedAsItWasWritten) {
  const ZarrArray array = read_zarr_array(kLine);
  EXPECT_THAT(array.chunks, ElementsAre(10));
  EXPECT_EQ(array.shards, std::nullopt);
  EXPECT_EQ(array.dimension_names, std::nullopt);
  EXPECT_EQ(array.fill_value.dump(), R"("NaN")");
  EXPECT_EQ(array.attributes.dump(), R"({"a":[1.0,2]})");
  EXPECT_EQ(array.storage_transformers.dump(), "[]");
  EXPECT_EQ(array.chunk_key_encoding.dump(), R"({"name":"default","configuration":{"separator":"/"}})");
  EXPECT_EQ(array.codecs.items().size(), 2U);
}

TEST(ZarrArray, HasNoNameForExtensionTypesAndUnnamedAxes) {
  const ZarrArray array = read_zarr_array(kTimes);
  EXPECT_EQ(array.dtype, std::nullopt);
  EXPECT_THAT(array.dimension_names, Optional(ElementsAre(std::nullopt)));
  EXPECT_EQ(array.fill_value.dump(), "-9223372036854775808");
}

TEST(ZarrArray, TakesWhatMayBeLeftOut) {
  const std::string bare =
      R"({"zarr_format":3,"node_type":"array","shape":[],"data_type":"bool","fill_value":false,
      "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[]}},"codecs":["bytes"]})";
  const ZarrArray array = read_zarr_array(bare);
  EXPECT_TRUE(array.shape.empty());
  EXPECT_EQ(array.attributes.dump(), "{}");
  EXPECT_EQ(array.storage_transformers.dump(), "[]");
}

TEST(ZarrArray, RefusesAnotherVersionOrNode) {
  EXPECT_THAT(refused(R"("zarr_format":3)", R"("zarr_format":2)"), HasSubstr("v2"));
  // A `.zarray` of version 2, which has no node type.
  EXPECT_THAT(refusal_of([] { read_zarr_array(R"({"zarr_format":2,"shape":[4],"chunks":[2]})", ".zarray"); }),
              HasSubstr(".zarray is of Zarr v2"));
  EXPECT_THAT(refused(R"("zarr_format":3)", R"("zarr_format":4)"), HasSubstr("zarr_format must be 3"));
  EXPECT_THAT(refused(R"("zarr_format":3)", R"("zarr_format":true)"), HasSubstr("zarr_format must be 3"));
  EXPECT_THAT(refused(R"("node_type":"array")", R"("node_type":"group")"), HasSubstr("node_type"));
  EXPECT_THAT(refusal_of([] { read_zarr_array("[]"); }), HasSubstr("JSON object"));
  EXPECT_THAT(refusal_of([] { read_zarr_array(R"({"zarr_format")"); }), HasSubstr("not valid JSON"));
}

TEST(ZarrArray, RefusesShapesThatAreMissingOrDoNotGoTogether) {
  EXPECT_THAT(refused(R"("shape":[1,1,100,512,512])", R"("s":0)"), HasSubstr("shape must be a list"));
  EXPECT_THAT(refused(R"("shape":[1,1,100,512,512])", R"("shape":[1,1,100,512,-1])"),
              HasSubstr("shape must be"));
  EXPECT_THAT(refused(R"("shape":[1,1,100,512,512])", R"("shape":[1,1,100,512,1.5])"),
              HasSubstr("shape must be"));
  EXPECT_THAT(refused(R"("shape":[1,1,100,512,512])", R"("shape":[1,100,512,512])"), HasSubstr("5 axes"));
  EXPECT_THAT(refused(R"("chunk_shape":[1,1,128,256,256])", R"("c":0)"), HasSubstr("chunk_shape"));
  EXPECT_THAT(refused(R"("chunk_shape":[1,1,128,256,256])", R"("chunk_shape":[1,1,128,256,0])"),
              HasSubstr("none below 1"));
  EXPECT_THAT(refused(R"("chunk_shape":[1,1,64,64,64])", R"("chunk_shape":[1,64,64,64])"),
              HasSubstr("4 axes"));
  EXPECT_THAT(refused(R"({"name":"regular",)", R"({"name":"rectilinear",)"), HasSubstr("regular"));
  EXPECT_THAT(refused(R"(["t","c","z","y","x"])", R"(["t","c","z","y"])"), HasSubstr("5 names"));
  EXPECT_THAT(refused(R"(["t","c","z","y","x"])", R"(["t","c","z","y",1])"), HasSubstr("dimension_names"));
}

TEST(ZarrArray, RefusesSizesThatOverflow) {
  EXPECT_THAT(refused("[1,1,100,512,512]", "[4294967296,1,100,4294967296,512]"), HasSubstr("2^63"));
  EXPECT_THAT(refused("[1,1,100,512,512]", "[1,1,100,512,18446744073709551616]"), HasSubstr("shape must be"));
  EXPECT_THAT(refused("[1,1,128,256,256]", "[4294967296,1,128,4294967296,256]"), HasSubstr("2^63"));
}

TEST(ZarrArray, RefusesShardsThatCannotBeReadInParts) {
  EXPECT_THAT(refused("[1,1,128,256,256]", "[1,1,128,256,250]"), HasSubstr("no exact multiples"));
  EXPECT_THAT(refused(R"("index_location":"end"}}])", R"("index_location":"end"}},{"name":"zstd"}])"),
              HasSubstr("only codec"));
  EXPECT_THAT(
      refused(R"("codecs":[{"name":"sharding_indexed")", R"("codecs":["zstd",{"name":"sharding_indexed")"),
      HasSubstr("only codec"));
  EXPECT_THAT(refused(R"({"name":"zstd",)", R"({"name":"sharding_indexed",)"),
              HasSubstr("shards within shards"));
  EXPECT_THAT(refused(R"("index_location":"end")", R"("index_location":"middle")"),
              HasSubstr("index_location"));
  EXPECT_EQ(refused(R"("index_location":"end")", R"("index_location":"start")"), "");
  EXPECT_EQ(refused(R"(,
"index_location":"end")",
                    ""),
            "");
}

TEST(ZarrArray, RefusesTextThatNoDatabaseHolds) {
  EXPECT_THAT(refused(R"(["t",)", R"(["t\u0000",)"), HasSubstr("U+0000"));
  EXPECT_THAT(refused(R"("uint16")", R"("uint\u0000")"), HasSubstr("U+0000"));
}

TEST(ZarrArray, RefusesDocumentsBeyondTheLimitUnread) {
  EXPECT_THAT(refusal_of([] { read_zarr_array(std::string(kMaxDocument + 1, '[')); }), HasSubstr("at most"));
}

TEST(ZarrArray, SurvivesDamage) {
  expect_only_refusals(std::string(kVolume), [](const std::string& bytes) { read_zarr_array(bytes); });
  expect_only_refusals(std::string(kTimes), [](const std::string& bytes) { read_zarr_array(bytes); });
}

}  // namespace
}  // namespace formats
