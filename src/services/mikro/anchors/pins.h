// Where the anchors of datasets and tables are pinned.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace mikro {

struct Pins {
  std::int64_t anchor = 0;
  base::Json at;  ///< positions by axis; an axis without one is meant whole
};
/// By what they are anchored to, in the order they were made.
struct AllPins {
  std::unordered_map<std::int64_t, std::vector<Pins>> datasets, tables;
};
/// One statement, none if there is nothing to look for.
AllPins load_pins(sql::Reader& reader, sql::Ids datasets, sql::Ids tables);

/// Whether a lens' slices keep the position that is pinned, along every axis that is pinned.
bool is_within(const base::Json& at, const base::Json& slices);

}  // namespace mikro
