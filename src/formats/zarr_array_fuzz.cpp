// Whatever is taken is consistent: shards are whole chunks, and every list has an entry an axis.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "formats/zarr_array.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using formats::ZarrArray;
  ZarrArray array;
  try {
    array = formats::read_zarr_array({reinterpret_cast<const char*>(data), size});
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation) std::abort();
    return 0;
  }
  const std::size_t rank = array.shape.size();
  if (array.chunks.size() != rank || (array.shards && array.shards->size() != rank)) std::abort();
  if (array.dimension_names && array.dimension_names->size() != rank) std::abort();
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (array.shape[axis] < 0 || array.chunks[axis] < 1) std::abort();
    if (array.shards && (*array.shards)[axis] % array.chunks[axis] != 0) std::abort();
  }
  return 0;
}
