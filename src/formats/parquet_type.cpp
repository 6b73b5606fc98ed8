#include "base/error.h"
#include "formats/parquet_schema.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;
using Logical = SchemaElement::Logical;
using Time = SchemaElement::Time;

// parquet.thrift: Type.
enum class Physical : std::int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kInt96 = 3,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedLenByteArray = 7,
};

// parquet.thrift: ConvertedType, which older writers give in place of a logical type.
enum class Converted : std::int32_t {
  kUtf8 = 0,
  kEnum = 4,
  kDecimal = 5,
  kDate = 6,
  kTimeMillis = 7,
  kTimeMicros = 8,
  kTimestampMillis = 9,
  kTimestampMicros = 10,
  kUint8 = 11,
  kUint16 = 12,
  kUint32 = 13,
  kUint64 = 14,
  kInt8 = 15,
  kInt16 = 16,
  kInt32 = 17,
  kInt64 = 18,
  kJson = 19,
  kInterval = 21,
};

constexpr std::int32_t kMaxDecimalDigits = 38;  ///< DuckDB reads wider ones as DOUBLE
constexpr std::int32_t kUuidBytes = 16;
constexpr std::int32_t kFloat16Bytes = 2;
constexpr std::int32_t kIntervalBytes = 12;

[[noreturn]] void refuse() {
  throw Error(
      code::kValidation,
      "type in the Parquet file contradicts how it is stored. Write the file again, with another writer "
      "if need be.");
}

bool holds_bytes(Physical physical) {
  return physical == Physical::kByteArray || physical == Physical::kFixedLenByteArray;
}

std::string text_type(Physical physical, const char* name) {
  if (!holds_bytes(physical)) refuse();
  return name;
}

std::string decimal_type(const SchemaElement& leaf, Physical physical) {
  if (!holds_bytes(physical) && physical != Physical::kInt32 && physical != Physical::kInt64) refuse();
  if (leaf.precision < 1 || leaf.scale < 0 || leaf.scale > leaf.precision) refuse();
  if (leaf.precision > kMaxDecimalDigits) return "DOUBLE";
  return fmt::format("DECIMAL({},{})", leaf.precision, leaf.scale);
}

/// Integers of declared width. The width is the name; how they are stored must be able to hold it.
std::string integer_type(Physical physical, std::int32_t bits, bool is_signed) {
  if (physical != (bits == 64 ? Physical::kInt64 : Physical::kInt32)) refuse();
  switch (bits) {
    case 8:
      return is_signed ? "TINYINT" : "UTINYINT";
    case 16:
      return is_signed ? "SMALLINT" : "USMALLINT";
    case 32:
      return is_signed ? "INTEGER" : "UINTEGER";
    case 64:
      return is_signed ? "BIGINT" : "UBIGINT";
    default:
      refuse();
  }
}

/// What the logical type says; empty if it does not decide.
std::string logical_type(const SchemaElement& leaf, Physical physical) {
  switch (leaf.logical) {
    case Logical::kTime:
      if (physical != (leaf.unit == Time::kMillis ? Physical::kInt32 : Physical::kInt64)) refuse();
      return leaf.adjusted_to_utc ? "TIME WITH TIME ZONE" : "TIME";
    case Logical::kTimestamp:
      if (physical != Physical::kInt64) refuse();
      if (leaf.adjusted_to_utc) return "TIMESTAMP WITH TIME ZONE";
      return leaf.unit == Time::kNanos ? "TIMESTAMP_NS" : "TIMESTAMP";
    case Logical::kUuid:
      if (physical != Physical::kFixedLenByteArray || leaf.length != kUuidBytes) refuse();
      return "UUID";
    case Logical::kFloat16:
      if (physical != Physical::kFixedLenByteArray || leaf.length != kFloat16Bytes) refuse();
      return "FLOAT";
    case Logical::kString:
    case Logical::kEnum:
      return text_type(physical, "VARCHAR");
    case Logical::kJson:
      return text_type(physical, "JSON");
    case Logical::kNone:
    case Logical::kOther:
      break;
  }
  return leaf.bits != 0 ? integer_type(physical, leaf.bits, leaf.is_signed) : "";
}

std::string converted_type(const SchemaElement& leaf, Physical physical) {
  const auto stored_as = [&](Physical expected, const char* name) -> std::string {
    if (physical != expected) refuse();
    return name;
  };
  switch (static_cast<Converted>(leaf.converted.value_or(-1))) {
    case Converted::kUtf8:
    case Converted::kEnum:
      return text_type(physical, "VARCHAR");
    case Converted::kJson:
      return text_type(physical, "JSON");
    case Converted::kDecimal:
      return decimal_type(leaf, physical);
    case Converted::kDate:
      return stored_as(Physical::kInt32, "DATE");
    case Converted::kTimeMillis:
      return stored_as(Physical::kInt32, "TIME");
    case Converted::kTimeMicros:
      return stored_as(Physical::kInt64, "TIME");
    case Converted::kTimestampMillis:
    case Converted::kTimestampMicros:
      return stored_as(Physical::kInt64, "TIMESTAMP");
    case Converted::kUint8:
      return integer_type(physical, 8, false);
    case Converted::kUint16:
      return integer_type(physical, 16, false);
    case Converted::kUint32:
      return integer_type(physical, 32, false);
    case Converted::kUint64:
      return integer_type(physical, 64, false);
    case Converted::kInt8:
      return integer_type(physical, 8, true);
    case Converted::kInt16:
      return integer_type(physical, 16, true);
    case Converted::kInt32:
      return integer_type(physical, 32, true);
    case Converted::kInt64:
      return integer_type(physical, 64, true);
    case Converted::kInterval:
      if (leaf.length != kIntervalBytes) refuse();
      return stored_as(Physical::kFixedLenByteArray, "INTERVAL");
    default:
      return "";
  }
}

std::string physical_type(Physical physical) {
  switch (physical) {
    case Physical::kBoolean:
      return "BOOLEAN";
    case Physical::kInt32:
      return "INTEGER";
    case Physical::kInt64:
      return "BIGINT";
    case Physical::kInt96:
      return "TIMESTAMP";  // nothing else was ever stored so
    case Physical::kFloat:
      return "FLOAT";
    case Physical::kDouble:
      return "DOUBLE";
    case Physical::kByteArray:
    case Physical::kFixedLenByteArray:
      return "BLOB";
  }
  refuse();
}

}  // namespace

std::string duckdb_type(const SchemaElement& leaf) {
  const auto physical = static_cast<Physical>(leaf.physical.value_or(-1));
  std::string name = logical_type(leaf, physical);
  if (name.empty()) name = converted_type(leaf, physical);
  return name.empty() ? physical_type(physical) : name;
}

}  // namespace formats
