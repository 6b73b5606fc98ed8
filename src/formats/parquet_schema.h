// A Parquet schema's columns, and what DuckDB calls their types. Internal to the footer's reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/parquet_footer.h"
#include "formats/thrift_compact.h"

namespace formats {

/// One element of the flattened schema, as much of it as a type's name depends on.
struct SchemaElement {
  enum class Time { kMillis, kMicros, kNanos };
  enum class Logical { kNone, kTime, kTimestamp, kUuid, kFloat16, kString, kEnum, kJson, kOther };

  std::string_view name;                 ///< into the footer's bytes
  std::optional<std::int32_t> physical;  ///< nullopt for groups
  std::int32_t length = 0;               ///< bytes of a FIXED_LEN_BYTE_ARRAY
  std::int32_t repetition = 0;
  std::int32_t children = 0;
  std::optional<std::int32_t> converted;
  std::int32_t scale = 0;
  std::int32_t precision = 0;

  Logical logical = Logical::kNone;
  Time unit = Time::kMicros;  ///< of times and timestamps
  bool adjusted_to_utc = false;
  std::int32_t bits = 0;  ///< of integers, 0 if not given
  bool is_signed = true;
};

SchemaElement read_schema_element(ThriftReader& reader);

/// What became of the flattened tree.
struct SchemaColumns {
  std::vector<ParquetColumn> columns;  ///< the children of its root
  /// The column each leaf of the tree belongs to; a row group has one column chunk a leaf, in this order.
  std::vector<std::size_t> leaves;
};

/// Throws Error(kValidation) for a tree that does not add up, names that are not
/// text or longer than 1,024 bytes, types without a name and nesting beyond 32 groups.
SchemaColumns schema_columns(const std::vector<SchemaElement>& elements);

/// DuckDB's name of one value of that leaf, whether repeated or not. Throws Error(kValidation) if there is
/// none.
std::string duckdb_type(const SchemaElement& leaf);

}  // namespace formats
