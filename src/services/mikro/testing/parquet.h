// Parquet files that have a footer and no pages: all that is ever read of one here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mikro_testing {

/// `type` is DuckDB's: BOOLEAN, INTEGER, BIGINT, FLOAT, DOUBLE, VARCHAR or BLOB.
struct ParquetField {
  std::string name;
  std::string_view type;
};
/// One row group of the format's `codec`; 1 is SNAPPY.
std::string parquet_file(const std::vector<ParquetField>& fields, int codec = 1);

}  // namespace mikro_testing
