// The steps of reading a model, each over its JSON. Internal to glb.h's reader. An object is looked into
// once, not once for each that refers to it: there may be a hundred thousand members here, and as many
// references there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "formats/glb.h"

namespace formats {

template <class... Parts>
[[noreturn]] void refuse_model(std::string_view reason, fmt::format_string<Parts...> format,
                               Parts&&... parts) {
  throw base::Error(base::code::kValidation, fmt::format(format, std::forward<Parts>(parts)...))
      .with_reason(std::string(reason));
}

/// The list of objects `key`, empty if there is none. Refuses anything else.
const base::Json::Array& model_items(const base::Json& document, std::string_view key);

/// The position that `index` names in a list of that size. Refuses what names none; `what` is whose index it
/// is.
std::size_t model_index(std::size_t size, const base::Json& index, std::string_view what);

/// glb_extents.cpp: buffers, views and accessors stay within the binary chunk, which has that many bytes.
void check_model_extents(const base::Json& document, std::uint64_t binary_bytes);

/// glb_joints.cpp: the checked entries of `extras.arkitekt`, whose joints drive nodes by these names.
base::Json model_joints(const base::Json& document, const std::set<std::string_view>& nodes);

/// glb_bounds.cpp: the nodes are trees; the box around everything in the default scene.
std::optional<GlbBounds> model_bounds(const base::Json& document);

}  // namespace formats
