// Lenses over everything that is no array: one row for each selection of windows, in the container's own
// space.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "entity/input.h"
#include "services/mikro/feed.h"
#include "services/mikro/lenses/window.h"
#include "services/mikro/ownership.h"
#include "services/mikro/spaces/containers.h"
#include "sql/database.h"

namespace mikro {

struct WindowLens {
  const Container* container = nullptr;  ///< what kind of thing is looked at
  std::int64_t thing = 0;                ///< its row
  std::int64_t system = 0;               ///< its space
  std::vector<Window> windows;
  std::optional<base::Json> spec{};  ///< what is left of the thing's structure, of kinds that have one
};

/// The lens for this selection, made if nobody has asked for it before. Those who ask at the same time get
/// the same row.
std::int64_t find_or_create_lens(sql::Writer& writer, Feed& feed, const Maker& maker, const WindowLens& lens);

/// What a client asks for: windows of a container, or of what one of its lenses keeps. Throws
/// VALIDATION_ERROR unless exactly one of `thing` and `lens` is given, NOT_FOUND if the organization has no
/// such row, and what normalized() and intersected() throw.
WindowLens stated_window_lens(sql::Reader& reader, std::int64_t organization, const Container& container,
                              const std::optional<entity::Id>& thing, const std::optional<entity::Id>& lens,
                              const std::optional<std::vector<schema::WindowInput>>& windows);

}  // namespace mikro
