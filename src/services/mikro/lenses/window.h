// Selections of everything that is no array: windows along the axes of the container's own space.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/mikro/schema/lens.h"
#include "services/mikro/space/axis.h"

namespace mikro {

/// The positions kept along one axis, ends included; an open side has none.
struct Window {
  std::string axis;
  std::optional<double> min;
  std::optional<double> max;
};

/// In the axes' order, windows that keep everything left out. Throws VALIDATION_ERROR for an axis that is not
/// there or there twice, numbers that are not finite, and a window that ends before it begins.
std::vector<Window> normalized(std::span<const schema::WindowInput> given, std::span<const space::Axis> axes);
/// What both keep. Throws VALIDATION_ERROR naming an axis along which that is nothing.
std::vector<Window> intersected(const std::vector<Window>& outer, const std::vector<Window>& inner,
                                std::span<const space::Axis> axes);

/// The one text of a selection, empty for everything; unambiguous whatever axes are called.
std::string selection_of(const std::vector<Window>& windows);
/// What it adds to its container's name: ` · t[2.0:5.0], x[:7.5]`.
std::string suffix_of(const std::vector<Window>& windows);
/// As the column has them, and back.
base::Json windows_json(const std::vector<Window>& windows);
std::vector<Window> windows_from(const base::Json& json);

/// Whether `min` to `max` meets the window; touching counts.
bool meets(const Window& window, double min, double max);

}  // namespace mikro
