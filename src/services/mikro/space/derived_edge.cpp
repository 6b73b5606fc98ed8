#include "services/mikro/space/derived_edge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"

namespace mikro::space {
namespace {

base::Error refused(std::string message) { return {base::code::kValidation, std::move(message)}; }

std::string print(std::span<const std::int64_t> shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

bool keeps_extent(AxisType type) {
  return type == AxisType::kChannel || type == AxisType::kCoordinate || type == AxisType::kDisplacement ||
         type == AxisType::kIndex;
}

Transform scale_then_translate(std::vector<double> scale, std::vector<double> translation) {
  Transform result;
  result.kind = Kind::kSequence;
  result.steps.push_back({Kind::kScale, std::move(scale), {}, {}});
  result.steps.push_back({Kind::kTranslation, {}, std::move(translation), {}});
  return result;
}

}  // namespace

Transform level_edge(std::span<const Axis> axes, std::span<const std::int64_t> shape0,
                     std::span<const std::int64_t> shape) {
  if (axes.size() != shape0.size() || axes.size() != shape.size()) {
    throw refused(fmt::format(
        "A level of shape {} does not fit level 0 of shape {} over the axes {}: the ranks differ.",
        print(shape), print(shape0), names_of(axes)));
  }
  std::vector<double> scale;
  std::vector<double> translation;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (shape0[i] < 1 || shape[i] < 1) {
      throw refused(fmt::format("Axis '{}' has no extent in a level of shape {} over level 0 of shape {}.",
                                axes[i].name, print(shape), print(shape0)));
    }
    if (keeps_extent(axes[i].type) && shape0[i] != shape[i]) {
      throw refused(fmt::format(
          "Axis '{}' is a {} axis and keeps its extent in every level, but a level of shape {} over "
          "level 0 of shape {} changes it.",
          axes[i].name, to_text(axes[i].type), print(shape), print(shape0)));
    }
    scale.push_back(static_cast<double>(shape0[i]) / static_cast<double>(shape[i]));
    translation.push_back((scale.back() - 1) / 2);
  }
  if (std::all_of(translation.begin(), translation.end(), [](double value) { return value == 0; })) {
    Transform result;
    result.kind = Kind::kScale;
    result.scale = std::move(scale);
    return result;
  }
  return scale_then_translate(std::move(scale), std::move(translation));
}

Transform lens_edge(std::span<const Cut> cuts) {
  std::vector<double> scale;
  std::vector<double> translation;
  for (const Cut& cut : cuts) {
    if (cut.step == 0) throw refused("A slice's step is 0; it must go forward or backward.");
    scale.push_back(static_cast<double>(cut.step));
    translation.push_back(static_cast<double>(cut.start));
  }
  if (std::any_of(cuts.begin(), cuts.end(), [](const Cut& cut) { return cut.step != 1; })) {
    return scale_then_translate(std::move(scale), std::move(translation));
  }
  Transform result;
  result.kind = Kind::kTranslation;
  result.translation = std::move(translation);
  return result;
}

}  // namespace mikro::space
