// What is recorded of an array: its one `zarr.json`. No chunk is ever read.
#pragma once

#include <cstdint>

#include "formats/zarr_array.h"
#include "service/stores.h"
#include "sql/database.h"

namespace mikro {

/// A store that holds still, and what was read of it; written with whatever is made of it.
struct ReadZarr {
  service::SealedStore& sealed;
  formats::ZarrArray array;
  std::uint64_t bytes = 0;
};
/// Throws VALIDATION_ERROR for what is missing or is no array that clients could read.
ReadZarr read_zarr(service::Stores& stores, service::SealedStore& sealed);
void write_zarr(sql::Writer& writer, const ReadZarr& zarr);

}  // namespace mikro
