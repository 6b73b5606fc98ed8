// The footer of a Parquet file: its columns by DuckDB's type names, and how they are compressed. Rows and
// pages are never read, so nothing is ever decompressed. Source: Apache Parquet's parquet.thrift; type names
// as DuckDB 1.2 to 1.4 describe files, which is what clients declare columns by
// (`mikro.vocabulary.duckdb_type`).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace formats {

/// Values as in the format.
enum class ParquetCodec : std::int32_t {
  kUncompressed = 0,
  kSnappy = 1,
  kGzip = 2,
  kLzo = 3,
  kBrotli = 4,
  kLz4 = 5,
  kZstd = 6,
  kLz4Raw = 7,
};
std::string_view to_string(ParquetCodec codec);

/// A column at the top of the schema, in the file's order.
struct ParquetColumn {
  std::string name;
  std::string type;  ///< `BIGINT`, `DECIMAL(10,2)`, `STRUCT(a DOUBLE)[]`
  bool nullable = true;
};

/// A codec that some column chunk is compressed with, and the first column where it is.
struct ParquetCodecUse {
  ParquetCodec codec;
  std::string column;
};

struct ParquetFooter {
  std::vector<ParquetColumn> columns;
  std::vector<ParquetCodecUse> codecs;  ///< each codec once; none if the file has no row groups
  std::int64_t rows = 0;
  std::string created_by;                                     ///< the writer, empty if it does not say
  std::vector<std::pair<std::string, std::string>> metadata;  ///< key-value metadata, bytes as they are
};

struct ParquetLimits {
  std::size_t footer_bytes = std::size_t{64} << 20;
  std::size_t schema_elements = 20'000;  ///< columns, nested ones and their groups
  std::size_t row_groups = 1'000'000;
  std::size_t metadata_entries = 10'000;
};

/// How many bytes at the end of an object these readers look at first.
inline constexpr std::size_t kParquetTrailer = 8;

/// How many bytes at the object's end are the footer, its trailer included, told by the object's last
/// kParquetTrailer bytes (more may be given). Throws Error(kValidation) if this is no Parquet file, its
/// footer is encrypted, or larger than the object or the limit.
std::size_t parquet_footer_size(std::string_view end, std::uint64_t object_size,
                                const ParquetLimits& limits = {});

/// Reads the last `parquet_footer_size` bytes of an object (more may be given). Throws Error(kValidation) for
/// a damaged footer, encrypted columns, columns in other files and types without a name.
ParquetFooter read_parquet_footer(std::string_view end, const ParquetLimits& limits = {});

/// Throws Error(kValidation) if a column is compressed otherwise than by one of these.
void check_codecs(const ParquetFooter& footer, std::span<const ParquetCodec> allowed);

/// What tables, and the parts and catalogs of collections, may be compressed with.
inline constexpr std::array kTableCodecs = {
    ParquetCodec::kUncompressed, ParquetCodec::kSnappy, ParquetCodec::kGzip,  ParquetCodec::kZstd,
    ParquetCodec::kBrotli,       ParquetCodec::kLz4,    ParquetCodec::kLz4Raw};
inline constexpr std::array kCollectionCodecs = {ParquetCodec::kUncompressed, ParquetCodec::kSnappy,
                                                 ParquetCodec::kZstd};

}  // namespace formats
