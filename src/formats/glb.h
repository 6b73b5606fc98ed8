// Models of devices ("kulisse"): one binary glTF 2.0 file that carries all its data. Its header and JSON
// chunk are read; the binary chunk is measured, never decoded. What is refused carries a code
// (`extensions.reason`) that clients switch on. Source: the glTF 2.0 specification; the rules of the Python
// package kulisse 1.0 (`validate.py`), without those of textures, whose sizes lie in the binary chunk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace formats {

/// Why a model is refused.
namespace refusal {
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kBadHeader = "bad_header";
inline constexpr std::string_view kBadStructure = "bad_structure";
inline constexpr std::string_view kExternalReference = "external_reference";
inline constexpr std::string_view kUnsupportedExtension = "unsupported_extension";
inline constexpr std::string_view kBadExtras = "bad_extras";
inline constexpr std::string_view kOverBudget = "over_budget";
}  // namespace refusal

/// What a model may need of a viewer.
struct GlbLimits {
  std::uint64_t bytes = std::uint64_t{50} << 20;
  std::uint64_t json_bytes = std::uint64_t{4} << 20;
  std::int64_t nodes = 10'000;
  std::int64_t triangles = 2'000'000;
  std::int64_t animations = 64;
  /// Extensions a model may require.
  std::vector<std::string> extensions = {"KHR_lights_punctual",       "KHR_materials_emissive_strength",
                                         "KHR_materials_variants",    "KHR_texture_transform",
                                         "KHR_mesh_quantization",     "EXT_meshopt_compression",
                                         "KHR_draco_mesh_compression"};
};

/// A box in the model's own coordinates, in metres as glTF has it; x, y, z.
struct GlbBounds {
  std::array<double, 3> min;
  std::array<double, 3> max;
};

/// Counted from the JSON alone.
struct GlbStats {
  std::int64_t nodes = 0;
  std::int64_t triangles = 0;
  std::int64_t textures = 0;
  std::int64_t animations = 0;
};

/// What is recorded of a model. A plain value.
struct GlbModel {
  std::string spec_version;  ///< of glTF: `2.0`
  std::optional<std::string> generator;
  std::optional<GlbBounds> bounds;  ///< of the default scene; nullopt if nothing in it declares a box
  GlbStats stats;
  std::vector<std::string> nodes;  ///< names, each once, sorted
  base::Json joints;               ///< the joint table's entries as written; `[]` for a rigid model
  std::vector<std::string> extensions_used;
  std::vector<std::string> warnings;  ///< what was noticed but not refused, in sentences
};

/// How many bytes at the beginning of an object say how long its JSON is.
inline constexpr std::size_t kGlbStart = 20;

/// How many bytes at the object's beginning `read_glb` needs, told by its first kGlbStart bytes (or all, if
/// there are fewer). Throws Error(kValidation) with a reason for what exceeds the limits or is no GLB of that
/// size.
std::size_t glb_head_size(std::string_view start, std::uint64_t object_size, const GlbLimits& limits = {});

/// Reads the first `glb_head_size` bytes of an object (more may be given).
/// Throws Error(kValidation) with one of the reasons above.
GlbModel read_glb(std::string_view head, std::uint64_t object_size, const GlbLimits& limits = {});

}  // namespace formats
