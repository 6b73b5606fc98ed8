#include "services/mikro/testing/parquet.h"

#include <cstdint>
#include <map>
#include <optional>

namespace mikro_testing {
namespace {

// Thrift's compact protocol, as much of it as a footer needs. Fields are numbered by what they add to the one
// before.
constexpr int kI32 = 5;
constexpr int kBinary = 8;
constexpr int kList = 9;
constexpr int kStruct = 12;
constexpr int kShortList = 15;
const std::string kStop(1, '\0');

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string field(int delta, int type) { return {static_cast<char>(delta << 4 | type)}; }
std::string i32(int delta, std::uint32_t value) { return field(delta, kI32) + varint(value * 2ULL); }
std::string text(int delta, const std::string& value) {
  return field(delta, kBinary) + varint(value.size()) + value;
}
std::string structs(int delta, const std::vector<std::string>& elements) {
  std::string bytes = field(delta, kList);
  if (elements.size() < kShortList) bytes += static_cast<char>(elements.size() << 4 | kStruct);
  if (elements.size() >= kShortList) {
    bytes += static_cast<char>(kShortList << 4 | kStruct) + varint(elements.size());
  }
  for (const std::string& element : elements) bytes += element + kStop;
  return bytes;
}

struct Stored {
  std::uint32_t physical = 0;
  std::optional<std::uint32_t> converted;
};

const std::map<std::string_view, Stored> kStored = {
    {"BOOLEAN", {0, {}}}, {"INTEGER", {1, {}}}, {"BIGINT", {2, {}}}, {"FLOAT", {4, {}}},
    {"DOUBLE", {5, {}}},  {"BLOB", {6, {}}},    {"VARCHAR", {6, 0}}};

}  // namespace

std::string parquet_file(const std::vector<ParquetField>& fields, int codec) {
  std::vector<std::string> schema{text(4, "schema") + i32(1, static_cast<std::uint32_t>(fields.size()))};
  std::vector<std::string> chunks;
  for (const ParquetField& one : fields) {
    const Stored& stored = kStored.at(one.type);
    schema.push_back(i32(1, stored.physical) + i32(2, 1) + text(1, one.name) +
                     (stored.converted ? i32(2, *stored.converted) : ""));
    chunks.push_back(field(3, kStruct) + i32(4, static_cast<std::uint32_t>(codec)) + kStop);
  }
  const std::string footer =
      i32(1, 2) + structs(1, schema) + i32(1, 0) + structs(1, {structs(1, chunks)}) + kStop;
  std::string size;
  for (int shift = 0; shift < 32; shift += 8) size += static_cast<char>(footer.size() >> shift & 0xFF);
  return "PAR1" + footer + size + "PAR1";
}

}  // namespace mikro_testing
