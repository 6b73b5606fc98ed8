// What is recorded of a table: the footer of its Parquet file. No row is ever read.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/parquet_footer.h"
#include "service/stores.h"
#include "sql/database.h"

namespace mikro {

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadParquet {
  service::SealedStore& sealed;
  formats::ParquetFooter footer;
  std::uint64_t bytes = 0;
};
/// Throws VALIDATION_ERROR for what is missing, no Parquet file, or compressed otherwise than clients read.
ReadParquet read_parquet(service::Stores& stores, service::SealedStore& sealed);
void write_parquet(sql::Writer& writer, const ReadParquet& parquet);

/// The footer of the file at `row.key` or, with `name`, below it, of `bytes` bytes; its column chunks are
/// compressed by one of the codecs. Throws VALIDATION_ERROR naming the file.
formats::ParquetFooter read_footer(service::Stores& stores, const service::StoreRow& row,
                                   std::string_view name, std::uint64_t bytes,
                                   std::span<const formats::ParquetCodec> allowed);

}  // namespace mikro
