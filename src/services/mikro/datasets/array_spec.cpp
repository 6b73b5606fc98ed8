#include "services/mikro/datasets/array_spec.h"

#include <algorithm>
#include <array>

namespace mikro {

using space::AxisType;

std::vector<std::string_view> array_spec(std::span<const space::Axis> axes,
                                         std::span<const std::int64_t> shape) {
  const auto count = [&](std::initializer_list<AxisType> types) {
    std::size_t found = 0;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const bool is_one = std::find(types.begin(), types.end(), axes[i].type) != types.end();
      found += is_one && shape[i] > 1 ? 1 : 0;
    }
    return found;
  };
  constexpr std::array<std::string_view, 5> kSpatial{"SCALAR", "PROFILE", "IMAGE", "VOLUME", "HYPERVOLUME"};
  std::vector<std::string_view> spec{kSpatial[std::min<std::size_t>(count({AxisType::kSpace}), 4)]};
  const std::pair<AxisType, std::string_view> kModifiers[] = {
      {AxisType::kTime, "TIMESERIES"},
      {AxisType::kChannel, "MULTICHANNEL"},
      {AxisType::kSpectrum, "SPECTRAL"},
      {AxisType::kMicrotime, "FLIM"},
      {AxisType::kDisplacement, "DISPLACEMENT_FIELD"},
      {AxisType::kCoordinate, "COORDINATE_FIELD"},
      {AxisType::kIndex, "INDEXED"},
  };
  for (const auto& [type, name] : kModifiers) {
    if (count({type}) > 0) spec.push_back(name);
  }
  const bool is_curve =
      count({AxisType::kSpace, AxisType::kTime, AxisType::kMicrotime, AxisType::kSpectrum}) == 1 &&
      count({AxisType::kChannel, AxisType::kIndex}) <= 1;
  if (is_curve) spec.push_back("TRACE");
  return spec;
}

}  // namespace mikro
