// What models and pictures are held to when they are added, as clients are told it. What is refused carries a
// code of its own in `extensions.code`, which an app's log shows.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json.h"
#include "formats/glb.h"

namespace rekuest {

namespace refusal {
inline constexpr std::string_view kNotDeclared = "not_declared";
inline constexpr std::string_view kTooLarge = "too_large";
inline constexpr std::string_view kHashMismatch = "hash_mismatch";
inline constexpr std::string_view kBadImage = "bad_image";
}  // namespace refusal

inline constexpr std::uint64_t kLargestImage = 20 * 1024 * 1024;
inline constexpr std::int64_t kLongestSide = 8192;

/// Of bytes, JSON, nodes, triangles, animations and extensions; refused by the reasons of formats/glb.h.
const formats::GlbLimits& model_limits();

/// The value of `assetPolicy`. What it says of textures is for clients, who decode them.
base::Json asset_policy();

}  // namespace rekuest
