// What arrays and groups of Zarr v3 have in common.
#pragma once

#include <string_view>

#include "base/json.h"

namespace formats {

/// The document of a v3 node of that type, `array` or `group`. Throws
/// Error(kValidation) for anything else; v2 has a sentence of its own.
base::Json parse_zarr_node(std::string_view document, std::string_view name, std::string_view node_type);

}  // namespace formats
