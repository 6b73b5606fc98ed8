#include "services/mikro/descriptors/array_descriptors.h"

#include <fmt/format.h>

#include <utility>

#include "services/mikro/schema/array_dataset.h"

namespace mikro {
namespace {

using space::AxisType;

// Datasets and lenses call these fields the same.
using Fields = schema::ArrayDataset;

struct Counted {
  std::string_view key;
  entity::ColumnName field;
  std::string_view expression;
  std::int64_t ArrayDescriptors::* count;
};

constexpr Counted kCounted[] = {
    {"@mikro/n_space_axes", Fields::kNSpaceAxes, "{0}.n_space_axes", &ArrayDescriptors::space_axes},
    {"@mikro/n_time_axes", Fields::kNTimeAxes, "{0}.n_time_axes", &ArrayDescriptors::time_axes},
    {"@mikro/n_channel_axes", Fields::kNChannelAxes, "{0}.n_channel_axes", &ArrayDescriptors::channel_axes},
    {"@mikro/n_spectrum_axes", Fields::kNSpectrumAxes, "{0}.n_spectrum_axes",
     &ArrayDescriptors::spectrum_axes},
    {"@mikro/n_microtime_axes", Fields::kNMicrotimeAxes, "{0}.n_microtime_axes",
     &ArrayDescriptors::microtime_axes},
    {"@mikro/n_channels", Fields::kNChannels, "{0}.n_channels", &ArrayDescriptors::channels},
    {"@mikro/n_timepoints", Fields::kNTimepoints, "{0}.n_timepoints", &ArrayDescriptors::timepoints},
};

}  // namespace

ArrayDescriptors array_descriptors(std::span<const space::Axis> axes, std::span<const std::int64_t> shape,
                                   std::string dtype, std::optional<std::string> value_kind) {
  ArrayDescriptors result;
  result.dtype = std::move(dtype);
  result.value_kind = std::move(value_kind);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    switch (axes[i].type) {
      case AxisType::kSpace:
        ++result.space_axes;
        break;
      case AxisType::kTime:
        ++result.time_axes;
        result.timepoints += shape[i];
        break;
      case AxisType::kChannel:
        ++result.channel_axes;
        result.channels += shape[i];
        break;
      case AxisType::kSpectrum:
        ++result.spectrum_axes;
        break;
      case AxisType::kMicrotime:
        ++result.microtime_axes;
        break;
      default:
        break;
    }
  }
  return result;
}

std::string append_to(std::vector<sql::Value>& parameters, const ArrayDescriptors& descriptors) {
  const std::size_t first = parameters.size() + 1;
  for (const Counted& one : kCounted) parameters.emplace_back(descriptors.*one.count);
  parameters.emplace_back(descriptors.dtype);
  parameters.push_back(descriptors.value_kind ? sql::Value(*descriptors.value_kind)
                                              : sql::Value(std::monostate()));
  std::string placeholders;
  for (std::size_t i = first; i <= parameters.size(); ++i) {
    placeholders += fmt::format("{}${}", i == first ? "" : ", ", i);
  }
  return placeholders;
}

std::vector<DescriptorKey> array_descriptor_keys() {
  std::vector<DescriptorKey> keys;
  for (const Counted& one : kCounted) keys.push_back({one.key, DescriptorType::kNumber, one.expression});
  keys.push_back({"@mikro/dtype", DescriptorType::kText, "{0}.dtype"});
  keys.push_back({"@mikro/value_kind", DescriptorType::kText, "{0}.value_kind"});
  return keys;
}

base::Json descriptors_json(const ArrayDescriptors& descriptors) {
  base::Json json = base::Json::object();
  for (const Counted& one : kCounted) json.set(std::string(one.key), descriptors.*one.count);
  json.set("@mikro/dtype", descriptors.dtype);
  if (descriptors.value_kind) json.set("@mikro/value_kind", *descriptors.value_kind);
  return json;
}

base::Json descriptors_json(const entity::Row& row) {
  ArrayDescriptors descriptors;
  for (const Counted& one : kCounted) descriptors.*one.count = row.integer(one.field);
  descriptors.dtype = row.text(Fields::kDtype);
  if (!row.is_null(Fields::kValueKind)) descriptors.value_kind = row.text(Fields::kValueKind);
  return descriptors_json(descriptors);
}

}  // namespace mikro
