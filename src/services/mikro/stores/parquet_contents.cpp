#include "services/mikro/stores/parquet_contents.h"

#include <algorithm>

#include "base/error.h"
#include "services/mikro/stores/store.h"

namespace mikro {

using base::Error;
using base::Json;

formats::ParquetFooter read_footer(service::Stores& stores, const service::StoreRow& row,
                                   std::string_view name, std::uint64_t bytes,
                                   std::span<const formats::ParquetCodec> allowed) {
  const auto last = [&](std::uint64_t size) {
    const std::uint64_t wanted = std::min(size, bytes);
    return stores.read(row, name, bytes - wanted, static_cast<std::size_t>(wanted));
  };
  try {
    const std::size_t size = formats::parquet_footer_size(last(formats::kParquetTrailer), bytes);
    formats::ParquetFooter footer = formats::read_parquet_footer(last(size));
    formats::check_codecs(footer, allowed);
    return footer;
  } catch (const Error& error) {
    if (error.code() != base::code::kValidation || name.empty()) throw;
    throw Error(base::code::kValidation, "{} of {}: {}", name, row.path(), error.message());
  }
}

ReadParquet read_parquet(service::Stores& stores, service::SealedStore& sealed) {
  const std::uint64_t bytes = stores.measure(sealed.kind(), sealed.row());
  return {sealed, read_footer(stores, sealed.row(), {}, bytes, formats::kTableCodecs), bytes};
}

void write_parquet(sql::Writer& writer, const ReadParquet& parquet) {
  Json columns = Json::array();
  for (const formats::ParquetColumn& column : parquet.footer.columns) {
    columns.push_back(
        Json::object({{"name", column.name}, {"type", column.type}, {"nullable", column.nullable}}));
  }
  parquet.sealed.write_down(writer, parquet.bytes, "columns = $3", {columns.dump()});
}

}  // namespace mikro
