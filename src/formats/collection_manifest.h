// The manifest at the root of a collection's prefix: `fabriks.json` for meshes, `konnektion.json` for
// networks. It is written last, so a prefix without one is an interrupted upload. It says how all other files
// are read; nothing in it is guessed. Source: the Python packages fabriks 2.0 and konnektion 2.0, whose
// formats are at version 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace formats {

/// What is recorded of a collection. A plain value.
struct CollectionManifest {
  std::string spec_version;  ///< `1`
  base::Json grid;           ///< `{cellSize: [3 integers >= 1], levels: integer >= 1, sortKey: "MORTON"}`
  base::Json encoding;  ///< all required keys, each of a closed vocabulary; for meshes `normals` if given
  std::optional<std::vector<std::string>> axes;  ///< what the three components are called
  base::Json counts;                             ///< an object, as written
  base::Json files;                              ///< an object, as written
  base::Json attributes;   ///< of networks: `[{name, encoding, semantics}]`; null for meshes
  std::string cells_path;  ///< the spatial index, a Parquet file, below the prefix
};

/// Reads a manifest's bytes. Throws Error(kValidation) for versions, declarations
/// and paths that no reader of the format could act on.
CollectionManifest read_fabriks_manifest(std::string_view document);
CollectionManifest read_konnektion_manifest(std::string_view document);

}  // namespace formats
