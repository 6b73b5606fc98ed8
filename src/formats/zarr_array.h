// The metadata of one stored array: `zarr.json` of Zarr v3 with `node_type` `array`. Chunks are never read.
// Source: the Zarr v3 core specification and its sharding_indexed codec; what zarr-python 3.1 writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace formats {

/// What is recorded of an array. A plain value. Shapes are in elements, one
/// entry an axis in the array's own order, and have the same length.
struct ZarrArray {
  std::vector<std::int64_t> shape;   ///< each >= 0, as is their product
  std::vector<std::int64_t> chunks;  ///< what a reader decodes at once; each >= 1
  /// What one stored object holds, a multiple of `chunks`; may exceed the shape. Nullopt if objects are
  /// chunks.
  std::optional<std::vector<std::int64_t>> shards;
  std::optional<std::string> dtype;  ///< `uint16`; nullopt for extension types, which have more than a name
  std::optional<std::vector<std::optional<std::string>>> dimension_names;
  base::Json fill_value;
  base::Json attributes;            ///< `{}` if the document has none
  base::Json storage_transformers;  ///< `[]` if the document has none
  base::Json chunk_key_encoding;
  base::Json codecs;  ///< of the whole array, so for a sharded one the sharding codec alone
};

/// The only version that is read.
inline constexpr std::string_view kZarrVersion = "3";

/// Reads the bytes of an array's `zarr.json`; `name` is what errors call them.
/// Throws Error(kValidation) for what is no v3 array, for shapes that do not go
/// together or overflow 64 bits, and for shards that cannot be read by their index.
ZarrArray read_zarr_array(std::string_view document, std::string_view name = "zarr.json");

}  // namespace formats
