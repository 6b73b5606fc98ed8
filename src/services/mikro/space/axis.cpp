#include "services/mikro/space/axis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "services/mikro/space/unit.h"

namespace mikro::space {
namespace {

constexpr std::array<std::string_view, 9> kTypeNames{
    "SPACE", "TIME", "CHANNEL", "COORDINATE", "DISPLACEMENT", "MICROTIME", "SPECTRUM", "INDEX", "VALUE"};
constexpr std::size_t kLongestName = 200;

base::Error refused(std::string message) { return {base::code::kValidation, std::move(message)}; }

void check_name(const Axis& axis) {
  if (axis.name.empty()) throw refused("An axis has no name. Please name every axis, such as 'x'.");
  if (axis.name.size() > kLongestName || base::contains_nul(axis.name)) {
    throw refused(fmt::format("The axis '{}...' has a name longer than {} bytes or with a zero byte in it.",
                              axis.name.substr(0, 20), kLongestName));
  }
}

bool takes_no_unit(const Axis& axis, AxesOf of) {
  return of == AxesOf::kGrid || axis.type == AxisType::kValue ||
         (axis.type == AxisType::kIndex && of != AxesOf::kPhysical);
}

/// The dimension an axis of this type is measured in; empty if any will do.
std::string_view dimension_for(AxisType type) {
  if (type == AxisType::kTime || type == AxisType::kMicrotime) return "time";
  if (type == AxisType::kSpace || type == AxisType::kSpectrum) return "length";
  return {};
}

std::string checked_unit(const Axis& axis) {
  const std::optional<Unit> unit = Unit::parse(*axis.unit);
  if (!unit) {
    throw refused(
        fmt::format("The unit '{}' of axis '{}' is not one known here. Please use a name such as "
                    "'micrometer' or 'second', or 'a.u.' for arbitrary units.",
                    axis.unit->substr(0, kLongestName), axis.name));
  }
  const std::string_view dimension = dimension_for(axis.type);
  if (!dimension.empty() && !unit->arbitrary() && !unit->measures(dimension)) {
    throw refused(fmt::format("Axis '{}' is a {} axis and takes a unit of [{}], but '{}' measures {}.",
                              axis.name, to_text(axis.type), dimension, unit->name(), unit->dimension()));
  }
  if (axis.type == AxisType::kIndex && !unit->arbitrary() && !unit->dimensionless()) {
    throw refused(
        fmt::format("Axis '{}' is an INDEX axis, which enumerates and measures nothing: give it the "
                    "unit 'a.u.', not '{}'.",
                    axis.name, unit->name()));
  }
  return unit->name();
}

void check_type(const Axis& axis, AxesOf of) {
  if (axis.type == AxisType::kValue && of != AxesOf::kDrawing) {
    throw refused(fmt::format(
        "Axis '{}' is a VALUE axis, which only an annotation collection's space can have.", axis.name));
  }
}

void check_unit_presence(const Axis& axis, AxesOf of) {
  if (axis.unit && takes_no_unit(axis, of)) {
    throw refused(
        fmt::format("Axis '{}' ({}) takes no unit here, but has '{}'. Units belong to a physical space "
                    "that the data is registered into.",
                    axis.name, to_text(axis.type), axis.unit->substr(0, kLongestName)));
  }
  if (!axis.unit && of == AxesOf::kPhysical) {
    throw refused(
        fmt::format("Axis '{}' has no unit, but every axis of a physical space has one. Use 'a.u.' if "
                    "its unit is arbitrary.",
                    axis.name));
  }
}

void check_space_units_agree(std::span<const Axis> axes) {
  const Axis* with = nullptr;
  const Axis* without = nullptr;
  for (const Axis& axis : axes) {
    if (axis.type == AxisType::kSpace) (axis.unit ? with : without) = &axis;
  }
  if (with != nullptr && without != nullptr) {
    throw refused(
        fmt::format("Axis '{}' has a unit and axis '{}' has none: give all SPACE axes of a table a unit, "
                    "or none.",
                    with->name, without->name));
  }
}

}  // namespace

std::string_view to_text(AxisType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

std::optional<AxisType> axis_type_from(std::string_view text) {
  const auto found = std::find(kTypeNames.begin(), kTypeNames.end(), text);
  if (found == kTypeNames.end()) return std::nullopt;
  return static_cast<AxisType>(found - kTypeNames.begin());
}

std::vector<Axis> checked_axes(std::vector<Axis> axes, AxesOf of) {
  if (axes.empty()) throw refused("A coordinate system needs at least one axis, but none was given.");
  if (axes.size() > kMostAxes) {
    throw refused(
        fmt::format("{} axes were given; a coordinate system has at most {}.", axes.size(), kMostAxes));
  }
  const Axis* time = nullptr;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    Axis& axis = axes[i];
    check_name(axis);
    if (*index_of(axes, axis.name) != i)
      throw refused(fmt::format("There are two axes named '{}'.", axis.name));
    check_type(axis, of);
    check_unit_presence(axis, of);
    if (axis.unit) axis.unit = checked_unit(axis);
    if (axis.type != AxisType::kTime) continue;
    if (time != nullptr) {
      throw refused(fmt::format("'{}' and '{}' are both TIME axes; a coordinate system has at most one.",
                                time->name, axis.name));
    }
    time = &axis;
  }
  if (of == AxesOf::kTable) check_space_units_agree(axes);
  return axes;
}

void check_axes_match_store(std::span<const Axis> axes, std::size_t rank,
                            std::span<const std::optional<std::string>> dimension_names) {
  if (axes.size() != rank) {
    throw refused(fmt::format("{} axes {} were given, but the stored array has {} dimensions.", axes.size(),
                              names_of(axes), rank));
  }
  for (std::size_t i = 0; i < std::min(rank, dimension_names.size()); ++i) {
    if (!dimension_names[i] || *dimension_names[i] == axes[i].name) continue;
    std::vector<std::string> stored;
    for (const auto& name : dimension_names) stored.push_back(name.value_or("null"));
    throw refused(
        fmt::format("The axes {} do not name the dimensions {} of the stored array: dimension {} is "
                    "'{}' there.",
                    names_of(axes), names_of(stored), i, *dimension_names[i]));
  }
}

RenderAxes render_axes(std::span<const Axis> axes) {
  RenderAxes result;
  std::vector<std::size_t> spatial;
  const auto first = [](std::optional<std::size_t>& slot, std::size_t index) {
    if (!slot) slot = index;
  };
  for (std::size_t i = 0; i < axes.size(); ++i) {
    switch (axes[i].type) {
      case AxisType::kSpace:
        spatial.push_back(i);
        break;
      case AxisType::kTime:
        first(result.t, i);
        break;
      case AxisType::kChannel:
        first(result.intensity, i);
        break;
      case AxisType::kMicrotime:
      case AxisType::kSpectrum:
        first(result.phasor, i);
        break;
      case AxisType::kDisplacement:
        first(result.vector, i);
        break;
      default:
        break;
    }
  }
  const auto named = [&](char lower) -> std::optional<std::size_t> {
    for (const std::size_t i : spatial) {
      if (axes[i].name.size() == 1 && (axes[i].name[0] | 0x20) == lower) return i;
    }
    return std::nullopt;
  };
  const bool by_name =
      (spatial.size() == 2 || (spatial.size() == 3 && named('z'))) && named('x') && named('y');
  if (by_name) {
    result.x = named('x');
    result.y = named('y');
    result.z = named('z');
    return result;
  }
  if (!spatial.empty()) result.x = spatial[spatial.size() - 1];
  if (spatial.size() > 1) result.y = spatial[spatial.size() - 2];
  if (spatial.size() > 2) result.z = spatial[spatial.size() - 3];
  return result;
}

void check_length(std::string_view place, std::string_view what) {
  if (place.size() <= kLongestPlace) return;
  throw refused(
      fmt::format("{} is told apart by its axes and numbers, which take {} bytes here and may take {}. "
                  "Please name fewer axes, or make their names shorter.",
                  what, place.size(), kLongestPlace));
}

std::optional<std::size_t> index_of(std::span<const Axis> axes, std::string_view name) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].name == name) return i;
  }
  return std::nullopt;
}

std::string names_of(std::span<const Axis> axes) {
  std::vector<std::string_view> names;
  for (const Axis& axis : axes) names.push_back(axis.name);
  return fmt::format("[{}]", fmt::join(names, ", "));
}

std::string names_of(std::span<const std::string> names) {
  return fmt::format("[{}]", fmt::join(names, ", "));
}

}  // namespace mikro::space
