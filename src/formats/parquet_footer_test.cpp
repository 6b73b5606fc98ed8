#include "formats/parquet_footer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/hostile_testing.h"
#include "formats/parquet_fixtures_testing.h"

namespace formats {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

ParquetFooter read(std::string_view fixture) { return read_parquet_footer(from_base64(fixture)); }

std::vector<std::pair<std::string, std::string>> columns_of(std::string_view fixture) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const ParquetColumn& column : read(fixture).columns) columns.emplace_back(column.name, column.type);
  return columns;
}

using Columns = std::vector<std::pair<std::string, std::string>>;

// What DuckDB 1.4.1 describes these files as, which is what the client calls the types, too.
TEST(ParquetFooter, NamesTypesAsDuckdbDoes) {
  EXPECT_EQ(columns_of(parquet_fixtures::kAllTypes), (Columns{{"b", "BOOLEAN"},
                                                              {"i8", "TINYINT"},
                                                              {"i16", "SMALLINT"},
                                                              {"i32", "INTEGER"},
                                                              {"i64", "BIGINT"},
                                                              {"u8", "UTINYINT"},
                                                              {"u16", "USMALLINT"},
                                                              {"u32", "UINTEGER"},
                                                              {"u64", "UBIGINT"},
                                                              {"f16", "FLOAT"},
                                                              {"f32", "FLOAT"},
                                                              {"f64", "DOUBLE"},
                                                              {"s", "VARCHAR"},
                                                              {"ls", "VARCHAR"},
                                                              {"dic", "VARCHAR"},
                                                              {"bin", "BLOB"},
                                                              {"fsb", "BLOB"},
                                                              {"d32", "DATE"},
                                                              {"t32", "TIME"},
                                                              {"t64us", "TIME"},
                                                              {"t64ns", "TIME"},
                                                              {"tss", "TIMESTAMP"},
                                                              {"tsms", "TIMESTAMP"},
                                                              {"tsus", "TIMESTAMP"},
                                                              {"tsns", "TIMESTAMP_NS"},
                                                              {"tzms", "TIMESTAMP WITH TIME ZONE"},
                                                              {"tzus", "TIMESTAMP WITH TIME ZONE"},
                                                              {"tzns", "TIMESTAMP WITH TIME ZONE"},
                                                              {"dec5", "DECIMAL(5,2)"},
                                                              {"dec10", "DECIMAL(10,2)"},
                                                              {"dec50", "DOUBLE"},
                                                              {"null", "INTEGER"},
                                                              {"uuid", "UUID"},
                                                              {"json", "JSON"}}));
}

TEST(ParquetFooter, NamesTypesOfOlderFiles) {
  EXPECT_EQ(columns_of(parquet_fixtures::kVersion1Types), (Columns{{"i8", "TINYINT"},
                                                                   {"u32", "BIGINT"},
                                                                   {"t32", "TIME"},
                                                                   {"t64us", "TIME"},
                                                                   {"tsms", "TIMESTAMP"},
                                                                   {"tsus", "TIMESTAMP"},
                                                                   {"tsns", "TIMESTAMP"},
                                                                   {"tzus", "TIMESTAMP WITH TIME ZONE"}}));
  EXPECT_EQ(columns_of(parquet_fixtures::kInt96), (Columns{{"t", "TIMESTAMP"}}));
}

TEST(ParquetFooter, NamesNestedTypes) {
  EXPECT_EQ(columns_of(parquet_fixtures::kNested),
            (Columns{{"l", "BIGINT[]"},
                     {"ll", "TINYINT[][]"},
                     {"st", R"(STRUCT(x BIGINT, "y z" VARCHAR, """q""" TINYINT))"},
                     {"m", "MAP(VARCHAR, INTEGER)"},
                     {"ls", "STRUCT(a DOUBLE)[]"},
                     {"last", "FLOAT"}}));
}

TEST(ParquetFooter, ReadsWhatOtherWritersMake) {
  EXPECT_EQ(columns_of(parquet_fixtures::kFastparquet),
            (Columns{{"i", "BIGINT"}, {"s", "VARCHAR"}, {"t", "TIMESTAMP"}, {"c", "VARCHAR"}}));
  EXPECT_EQ(columns_of(parquet_fixtures::kPolars), (Columns{{"i", "BIGINT"},
                                                            {"l", "BIGINT[]"},
                                                            {"st", "STRUCT(a BIGINT, b VARCHAR)"},
                                                            {"dec", "DECIMAL(10,2)"},
                                                            {"t", "TIME"}}));
  EXPECT_EQ(columns_of(parquet_fixtures::kDuckdb), (Columns{{"a", "INTEGER"},
                                                            {"tz", "TIME WITH TIME ZONE"},
                                                            {"iv", "INTERVAL"},
                                                            {"d4", "DECIMAL(4,1)"},
                                                            {"d18", "DECIMAL(18,3)"},
                                                            {"e", "VARCHAR"},
                                                            {"m", "MAP(VARCHAR, INTEGER[])"}}));
}

TEST(ParquetFooter, ReadsWhatTheClientUploads) {
  const ParquetFooter footer = read(parquet_fixtures::kPandas);
  EXPECT_EQ(footer.rows, 2);
  EXPECT_THAT(footer.created_by, HasSubstr("parquet-cpp-arrow"));
  EXPECT_THAT(footer.metadata, ElementsAre(testing::Key("pandas"), testing::Key("ARROW:schema")));
  EXPECT_THAT(footer.metadata.at(0).second, HasSubstr("object_id"));
  EXPECT_EQ(columns_of(parquet_fixtures::kPandas),
            (Columns{{"object_id", "BIGINT"}, {"area", "DOUBLE"}, {"label", "VARCHAR"}}));
  const ParquetFooter cells = read(parquet_fixtures::kFabriksCells);
  EXPECT_EQ(cells.rows, 3);
  EXPECT_EQ(cells.columns.size(), 16U);
  EXPECT_EQ(cells.columns.at(12).name, "child_mask");
  EXPECT_EQ(cells.columns.at(12).type, "UTINYINT");
  EXPECT_NO_THROW(check_codecs(cells, kCollectionCodecs));
}

TEST(ParquetFooter, TellsColumnsThatMayBeNull) {
  EXPECT_FALSE(read(parquet_fixtures::kRequired).columns.at(0).nullable);
  EXPECT_TRUE(read(parquet_fixtures::kSnappy).columns.at(0).nullable);
}

TEST(ParquetFooter, TellsHowColumnsAreCompressed) {
  const auto codecs = [](std::string_view fixture) {
    std::vector<std::pair<std::string_view, std::string>> uses;
    for (const ParquetCodecUse& use : read(fixture).codecs)
      uses.emplace_back(to_string(use.codec), use.column);
    return uses;
  };
  using testing::Pair;
  EXPECT_THAT(codecs(parquet_fixtures::kSnappy), ElementsAre(Pair("SNAPPY", "id")));
  EXPECT_THAT(codecs(parquet_fixtures::kGzip), ElementsAre(Pair("GZIP", "id")));
  EXPECT_THAT(codecs(parquet_fixtures::kBrotli), ElementsAre(Pair("BROTLI", "id")));
  EXPECT_THAT(codecs(parquet_fixtures::kLz4), ElementsAre(Pair("LZ4_RAW", "id")));
  EXPECT_THAT(codecs(parquet_fixtures::kNested), ElementsAre(Pair("ZSTD", "l")));
  EXPECT_THAT(codecs(parquet_fixtures::kMixed),
              ElementsAre(Pair("SNAPPY", "id"), Pair("UNCOMPRESSED", "area"), Pair("ZSTD", "label")));
}

TEST(ParquetFooter, LetsTheCallerSayWhichCodecsItTakes) {
  const ParquetFooter brotli = read(parquet_fixtures::kBrotli);
  EXPECT_NO_THROW(check_codecs(brotli, kTableCodecs));
  EXPECT_THAT(refusal_of([&] { check_codecs(brotli, kCollectionCodecs); }),
              HasSubstr("\"id\" is compressed with BROTLI"));
  EXPECT_NO_THROW(check_codecs(read(parquet_fixtures::kMixed), kCollectionCodecs));
  ParquetFooter lzo;
  lzo.codecs.push_back({.codec = ParquetCodec::kLzo, .column = "area"});
  EXPECT_THAT(refusal_of([&] { check_codecs(lzo, kTableCodecs); }), HasSubstr("LZO"));
}

TEST(ParquetFooter, SaysFromTheEndHowMuchToRead) {
  const std::string footer = from_base64(parquet_fixtures::kSnappy);
  const std::string trailer = footer.substr(footer.size() - kParquetTrailer);
  EXPECT_EQ(parquet_footer_size(trailer, footer.size() + 4), footer.size());
  EXPECT_EQ(parquet_footer_size(footer, 1'000'000), footer.size());
  EXPECT_EQ(read_parquet_footer("PAR1 and pages" + footer).rows, 4);
  EXPECT_THAT(refusal_of([&] { parquet_footer_size(trailer, footer.size() + 3); }),
              HasSubstr("larger than the file"));
  EXPECT_THAT(refusal_of([&] { parquet_footer_size(trailer, footer.size() + 4, {.footer_bytes = 100}); }),
              HasSubstr("at most 100"));
  EXPECT_THAT(refusal_of([] { parquet_footer_size("PAR1", 4); }), HasSubstr("no Parquet file"));
  EXPECT_THAT(refusal_of([] { parquet_footer_size("0123456789abcdef", 16); }), HasSubstr("no Parquet file"));
}

TEST(ParquetFooter, RefusesEncryption) {
  EXPECT_THAT(refusal_of([] { read(parquet_fixtures::kEncrypted); }), HasSubstr("encrypted"));
  EXPECT_THAT(refusal_of([] { read(parquet_fixtures::kEncryptedColumn); }), HasSubstr("encrypted"));
}

TEST(ParquetFooter, RefusesMoreThanItsLimits) {
  const std::string footer = from_base64(parquet_fixtures::kSnappy);
  EXPECT_THAT(refusal_of([&] { read_parquet_footer(footer, {.schema_elements = 3}); }),
              HasSubstr("schema elements"));
  EXPECT_THAT(refusal_of([&] { read_parquet_footer(footer, {.row_groups = 1}); }), HasSubstr("row groups"));
  EXPECT_EQ(refusal_of([&] { read_parquet_footer(footer, {.schema_elements = 4, .row_groups = 2}); }), "");
}

}  // namespace
}  // namespace formats
