#include "services/mikro/lenses/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;

void check(const Window& window) {
  const auto is_finite = [](const std::optional<double>& value) { return !value || std::isfinite(*value); };
  if (!is_finite(window.min) || !is_finite(window.max)) {
    throw Error(base::code::kValidation,
                "The window along '{}' takes finite numbers; leave a side out to keep all.", window.axis);
  }
  if (window.min && window.max && *window.min > *window.max) {
    throw Error(base::code::kValidation,
                "The window along '{}' keeps nothing: it begins at {} and ends at {}.", window.axis,
                *window.min, *window.max);
  }
}

Json number(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

// -0.0 selects what 0.0 does, and is written like it.
std::optional<double> plain(const std::optional<double>& value) {
  return value ? std::optional(*value + 0.0) : value;
}

}  // namespace

std::vector<Window> normalized(std::span<const schema::WindowInput> given,
                               std::span<const space::Axis> axes) {
  std::vector<std::optional<Window>> by_axis(axes.size());
  for (const schema::WindowInput& one : given) {
    const auto axis = space::index_of(axes, one.axis);
    if (!axis) {
      throw Error(base::code::kValidation, "There is no axis '{}' to restrict; there is {}.", one.axis,
                  space::names_of(axes));
    }
    if (by_axis[*axis]) {
      throw Error(base::code::kValidation, "There are two windows along '{}'; give one.", one.axis);
    }
    by_axis[*axis] = Window{one.axis, plain(one.min), plain(one.max)};
    check(*by_axis[*axis]);
  }
  std::vector<Window> windows;
  for (const std::optional<Window>& window : by_axis) {
    if (window && (window->min || window->max)) windows.push_back(*window);
  }
  return windows;
}

std::vector<Window> intersected(const std::vector<Window>& outer, const std::vector<Window>& inner,
                                std::span<const space::Axis> axes) {
  const auto along = [](const std::vector<Window>& windows, const std::string& axis) {
    const auto found = std::find_if(windows.begin(), windows.end(),
                                    [&](const Window& window) { return window.axis == axis; });
    return found == windows.end() ? Window{axis, {}, {}} : *found;
  };
  std::vector<Window> windows;
  for (const space::Axis& axis : axes) {
    Window one = along(outer, axis.name);
    const Window other = along(inner, axis.name);
    if (other.min) one.min = std::max(one.min.value_or(*other.min), *other.min);
    if (other.max) one.max = std::min(one.max.value_or(*other.max), *other.max);
    check(one);
    if (one.min || one.max) windows.push_back(one);
  }
  return windows;
}

std::string selection_of(const std::vector<Window>& windows) {
  return windows.empty() ? "" : windows_json(windows).dump();
}

std::string suffix_of(const std::vector<Window>& windows) {
  std::string text;
  for (const Window& window : windows) {
    text += fmt::format("{}{}[{}:{}]", text.empty() ? " · " : ", ", window.axis,
                        window.min ? base::python_repr(*window.min) : "",
                        window.max ? base::python_repr(*window.max) : "");
  }
  return text;
}

Json windows_json(const std::vector<Window>& windows) {
  Json list = Json::array();
  for (const Window& window : windows) {
    list.push_back(
        Json::object({{"axis", window.axis}, {"min", number(window.min)}, {"max", number(window.max)}}));
  }
  return list;
}

std::vector<Window> windows_from(const Json& json) {
  std::vector<Window> windows;
  for (const Json& one : json.items()) {
    windows.push_back({one["axis"].as_string(), one["min"].as_double(), one["max"].as_double()});
  }
  return windows;
}

bool meets(const Window& window, double min, double max) {
  return (!window.min || max >= *window.min) && (!window.max || min <= *window.max);
}

}  // namespace mikro
