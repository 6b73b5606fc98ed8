// The descriptors of arrays: of datasets, and of lenses as what they keep of one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "entity/call.h"
#include "services/mikro/descriptors/descriptors.h"
#include "services/mikro/space/axis.h"
#include "sql/database.h"

namespace mikro {

/// As the columns of a row.
struct ArrayDescriptors {
  std::int64_t space_axes = 0, time_axes = 0, channel_axes = 0, spectrum_axes = 0, microtime_axes = 0;
  std::int64_t channels = 0;    ///< positions along all CHANNEL axes together
  std::int64_t timepoints = 0;  ///< the same for TIME
  std::string dtype;            ///< as numpy spells it; empty if the store has none with a name
  std::optional<std::string> value_kind;
};
/// One entry an axis in both.
ArrayDescriptors array_descriptors(std::span<const space::Axis> axes, std::span<const std::int64_t> shape,
                                   std::string dtype, std::optional<std::string> value_kind);

/// The columns in the order of `append_to`.
inline constexpr std::string_view kArrayDescriptorColumns =
    "n_space_axes, n_time_axes, n_channel_axes, n_spectrum_axes, n_microtime_axes, n_channels, n_timepoints,"
    " dtype, value_kind";
/// Adds the values to a statement's parameters; returns their placeholders.
std::string append_to(std::vector<sql::Value>& parameters, const ArrayDescriptors& descriptors);

/// The keys of a row that has these columns.
std::vector<DescriptorKey> array_descriptor_keys();
/// What `descriptors` answers for such an array, and for such a row.
base::Json descriptors_json(const ArrayDescriptors& descriptors);
base::Json descriptors_json(const entity::Row& row);

}  // namespace mikro
