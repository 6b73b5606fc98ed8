// Footers that no writer makes, byte by byte: the compact protocol is simple enough to write here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/hostile_testing.h"
#include "formats/parquet_fixtures_testing.h"
#include "formats/parquet_footer.h"

namespace formats {
namespace {

using testing::HasSubstr;

std::string with_trailer(const std::string& thrift) {
  std::string end;
  for (int shift = 0; shift < 32; shift += 8) end += static_cast<char>(thrift.size() >> shift & 0xFF);
  return thrift + end + "PAR1";
}

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}

std::string field(int delta, int type) { return {static_cast<char>(delta << 4 | type)}; }
std::string i32(int delta, std::int64_t value) {
  return field(delta, 5) +
         varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}
std::string text(int delta, const std::string& value) {
  return field(delta, 8) + varint(value.size()) + value;
}
std::string structs(int delta, const std::vector<std::string>& elements) {
  std::string bytes = field(delta, 9);
  bytes += elements.size() < 15 ? std::string(1, static_cast<char>(elements.size() << 4 | 12))
                                : "\xFC" + varint(elements.size());
  for (const std::string& element : elements) bytes += element;
  return bytes;
}

constexpr int kInt64 = 2;
constexpr int kByteArray = 6;
constexpr int kFixed = 7;
const std::string kStop(1, '\0');

std::string group(const std::string& name, int children, int repetition = 0) {
  return i32(3, repetition) + text(1, name) + i32(1, children) + kStop;
}
std::string leaf(const std::string& name, int type, int repetition = 1, const std::string& more = "") {
  return i32(1, type) + i32(2, repetition) + text(1, name) + more + kStop;
}
std::string converted(int type) { return i32(2, type); }

/// FileMetaData: its schema, no rows and no row groups.
std::string file(const std::vector<std::string>& schema, const std::string& more = "") {
  return i32(1, 2) + structs(1, schema) + i32(1, 0) + more + kStop;
}
std::string refused(const std::string& thrift) {
  return refusal_of([&] { read_parquet_footer(with_trailer(thrift)); });
}
std::string type_of(const std::vector<std::string>& column) {
  std::vector<std::string> schema{group("schema", 1)};
  schema.insert(schema.end(), column.begin(), column.end());
  return read_parquet_footer(with_trailer(file(schema))).columns.at(0).type;
}

TEST(ParquetThrift, ReadsAFooterWithoutRowGroups) {
  const ParquetFooter footer =
      read_parquet_footer(with_trailer(file({group("schema", 1), leaf("a", kInt64)})));
  EXPECT_EQ(footer.columns.at(0).type, "BIGINT");
  EXPECT_TRUE(footer.codecs.empty());
}

TEST(ParquetThrift, NamesListsOfEveryStyle) {
  EXPECT_EQ(type_of({leaf("a", kInt64, 2)}), "BIGINT[]");  // repeated alone
  EXPECT_EQ(type_of({i32(3, 1) + text(1, "a") + i32(1, 1) + i32(1, 3) + kStop, leaf("array", kInt64, 2)}),
            "BIGINT[]");  // two levels
  EXPECT_EQ(type_of({group("a", 2, 2), leaf("x", kInt64), leaf("y", kInt64)}),
            "STRUCT(x BIGINT, y BIGINT)[]");
  EXPECT_EQ(type_of({group("a", 1), leaf("x", kInt64)}), "STRUCT(x BIGINT)");
}

TEST(ParquetThrift, RefusesTypesThatContradictTheirStorage) {
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", kByteArray, 1, converted(15))})),
              HasSubstr("Column \"a\""));
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", kInt64, 1, converted(0))})),
              HasSubstr("contradicts"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", kInt64, 1, converted(5))})),
              HasSubstr("contradicts"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", 99)})), HasSubstr("contradicts"));
  EXPECT_EQ(type_of({leaf("a", kInt64, 1, converted(18))}), "BIGINT");
  const std::string interval = i32(1, kFixed) + i32(1, 11) + i32(1, 1) + text(1, "a") + converted(21) + kStop;
  EXPECT_THAT(refused(file({group("schema", 1), interval})), HasSubstr("contradicts"));
  EXPECT_EQ(type_of({with(interval, i32(1, 11), i32(1, 12))}), "INTERVAL");
}

TEST(ParquetThrift, RefusesTreesThatDoNotAddUp) {
  EXPECT_THAT(refused(file({})), HasSubstr("no schema"));
  EXPECT_THAT(refused(file({group("schema", 0)})), HasSubstr("no columns"));
  EXPECT_THAT(refused(file({group("schema", 2), leaf("a", kInt64)})), HasSubstr("fewer elements"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", kInt64), leaf("b", kInt64)})),
              HasSubstr("more elements"));
  EXPECT_THAT(refused(file({group("schema", 1), group("a", 0)})), HasSubstr("no children"));
  EXPECT_THAT(refused(file({group("schema", 1), group("a", 2'000'000'000)})), HasSubstr("fewer elements"));
  EXPECT_THAT(refused(file({group("schema", 1), group("a", -1)})), HasSubstr("no children"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf("a", kInt64, 1, i32(1, 1)), leaf("b", kInt64)})),
              HasSubstr("both a type and children"));
}

TEST(ParquetThrift, RefusesNestingBeyondReason) {
  std::vector<std::string> schema{group("schema", 1)};
  for (int depth = 0; depth < 10'000; ++depth) schema.push_back(group("g", 1));
  schema.push_back(leaf("a", kInt64));
  EXPECT_THAT(refused(file(schema)), HasSubstr("nested more than"));
}

TEST(ParquetThrift, RefusesSkippedValuesThatNestBeyondReason) {
  // An unknown field of lists in lists.
  std::string lists;
  for (int depth = 0; depth < 100'000; ++depth) lists += "\x19";
  EXPECT_THAT(refused(field(15, 9) + lists), HasSubstr("nested too deep"));
  EXPECT_THAT(refused(std::string(100'000, '\x1C')), HasSubstr("nested too deep"));
}

TEST(ParquetThrift, SkipsWhatLaterVersionsAdd) {
  const std::string map = field(1, 11) + varint(1) + "\x85" + varint(1) + "k" + varint(7);
  const std::string booleans = field(1, 9) + "\x21" + "\x01\x02";
  const std::string number = field(1, 7) + std::string(8, 'd');
  const std::string far = field(0, 1) + varint(2 * 3000);  // a field numbered in full
  const std::string more = field(15, 3) + "b" + map + booleans + number + far;
  EXPECT_EQ(read_parquet_footer(with_trailer(file({group("s", 1), leaf("a", kInt64)}, more))).columns.size(),
            1U);
}

TEST(ParquetThrift, RefusesLengthsBeyondItsEnd) {
  const std::uint64_t huge = ~std::uint64_t{0};
  EXPECT_THAT(refused(i32(1, 2) + field(1, 9) + "\xFC" + varint(huge)), HasSubstr("schema elements"));
  EXPECT_THAT(refused(i32(1, 2) + field(1, 9) + "\xFC" + varint(19'999)),
              HasSubstr("longer than what is left"));
  EXPECT_THAT(refused(field(6, 8) + varint(huge)), HasSubstr("longer than what is left"));
  EXPECT_THAT(refused(field(15, 9) + "\xF8" + varint(huge)), HasSubstr("ends in the middle"));
  EXPECT_THAT(refused(field(15, 11) + varint(huge) + "\x11"), HasSubstr("ends in the middle"));
  EXPECT_THAT(refused(field(3, 6) + std::string(11, '\xFF')), HasSubstr("too many bytes"));
  EXPECT_THAT(refused(field(15, 14)), HasSubstr("unknown type"));
  EXPECT_THAT(refused(field(2, 5) + varint(4)), HasSubstr("another type"));
  EXPECT_THAT(refused(""), HasSubstr("ends in the middle"));
}

TEST(ParquetThrift, RefusesRowGroupsThatDoNotFitTheSchema) {
  const auto chunk = [](int codec) { return field(3, 12) + i32(4, codec) + kStop + kStop; };
  const auto rows = [&](const std::vector<std::string>& chunks) {
    return structs(1, {structs(1, chunks) + kStop});
  };
  const std::vector<std::string> schema{group("schema", 1), leaf("a", kInt64)};
  EXPECT_EQ(refused(file(schema, rows({chunk(1)}))), "");
  EXPECT_THAT(refused(file(schema, rows({chunk(1), chunk(1)}))), HasSubstr("other columns"));
  EXPECT_THAT(refused(file(schema, rows({}))), HasSubstr("other columns"));
  EXPECT_THAT(refused(file(schema, rows({chunk(8)}))), HasSubstr("unknown method (8)"));
  EXPECT_THAT(refused(file(schema, rows({kStop}))), HasSubstr("no metadata"));
  EXPECT_THAT(refused(file(schema, rows({text(1, "other.parquet") + kStop}))), HasSubstr("other files"));
  EXPECT_THAT(refused(file(schema, structs(1, {structs(1, {chunk(1)}) + kStop, kStop}))),
              HasSubstr("differ"));
}

TEST(ParquetThrift, RefusesWhatIsSaidTwiceOrCannotBe) {
  const std::vector<std::string> schema{group("schema", 1), leaf("a", kInt64)};
  const std::string entries = structs(2, {text(1, "key") + kStop});
  EXPECT_EQ(refused(file(schema, entries)), "");
  // Fields numbered in full: 5 and 2 once more.
  EXPECT_THAT(refused(file(schema, entries + field(0, 9) + varint(10) + structs(1, {kStop}).substr(1))),
              HasSubstr("two lists of metadata"));
  EXPECT_THAT(refused(file(schema, field(0, 9) + varint(4) + structs(1, schema).substr(1))),
              HasSubstr("two schemas"));
  EXPECT_THAT(refused(i32(1, 2) + structs(1, schema) + i32(1, -1) + kStop), HasSubstr("fewer than 0 rows"));
}

TEST(ParquetThrift, RefusesNamesThatCannotBeStored) {
  EXPECT_THAT(refused(file({group("schema", 1), leaf("\xFF", kInt64)})), HasSubstr("UTF-8"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf(std::string("a\0b", 3), kInt64)})), HasSubstr("UTF-8"));
  EXPECT_THAT(refused(file({group("schema", 1), leaf(std::string(1'025, 'a'), kInt64)})),
              HasSubstr("1025 bytes"));
  EXPECT_EQ(refused(file({group("schema", 1), leaf(std::string(1'024, 'a'), kInt64)})), "");
}

TEST(ParquetThrift, SurvivesDamage) {
  const auto read = [](const std::string& thrift) { read_parquet_footer(with_trailer(thrift)); };
  for (const std::string_view fixture : {parquet_fixtures::kAllTypes, parquet_fixtures::kNested,
                                         parquet_fixtures::kPandas, parquet_fixtures::kDuckdb}) {
    const std::string footer = from_base64(fixture);
    expect_only_refusals(footer.substr(0, footer.size() - kParquetTrailer), read);
  }
  expect_only_refusals(from_base64(parquet_fixtures::kMixed),
                       [](const std::string& end) { read_parquet_footer(end); });
}

}  // namespace
}  // namespace formats
