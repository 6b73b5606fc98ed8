// What filters ask of arrays, as SQL about the row `alias`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "entity/filter.h"
#include "services/mikro/schema/array_dataset.h"

namespace mikro {

/// All of them: `1 = 1` for none.
std::string has_specs(entity::SqlText& sql, std::string_view alias,
                      const std::vector<schema::ArrayDatasetSpec>& specs);
/// Acquired at least partly after or before a moment, in microseconds UTC.
std::string acquired_after(entity::SqlText& sql, std::string_view alias, std::int64_t moment);
std::string acquired_before(entity::SqlText& sql, std::string_view alias, std::int64_t moment);

}  // namespace mikro
