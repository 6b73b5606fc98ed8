// Which annotation collections are drawn over a dataset.
#pragma once

#include <cstdint>
#include <string>

#include "entity/call.h"

namespace mikro {

/// The condition that the row `alias` of annotation_collection is derived from a space of the dataset: its
/// grid, one of its levels or one of its lenses.
std::string drawn_over(entity::SqlText& sql, const std::string& alias, std::int64_t dataset);

}  // namespace mikro
