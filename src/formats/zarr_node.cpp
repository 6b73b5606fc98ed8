#include "formats/zarr_node.h"

#include "base/error.h"
#include "formats/json_document.h"

namespace formats {

namespace code = base::code;
using base::Error;

base::Json parse_zarr_node(std::string_view document, std::string_view name, std::string_view node_type) {
  base::Json node = parse_document(document, name);
  const base::Json& format = node["zarr_format"];
  if (format.as_int64() == 2) {
    throw Error(code::kValidation,
                "{} is of Zarr v2, and only v3 is stored here. Write the array again with zarr_format=3.",
                name);
  }
  if (format.as_int64() != 3) {
    throw Error(code::kValidation, "{}: zarr_format must be 3, not {}.", name, shown(format));
  }
  const base::Json& type = node["node_type"];
  if (!type.is_string() || type.as_string() != node_type) {
    throw Error(code::kValidation, "{}: node_type must be \"{}\", not {}.", name, node_type, shown(type));
  }
  return node;
}

}  // namespace formats
