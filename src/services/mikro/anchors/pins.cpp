#include "services/mikro/anchors/pins.h"

#include <string>
#include <utility>

#include "services/mikro/row_lists.h"

namespace mikro {

using base::Json;

AllPins load_pins(sql::Reader& reader, sql::Ids datasets, sql::Ids tables) {
  AllPins pins;
  if (datasets.values.empty() && tables.values.empty()) return pins;
  const sql::Rows rows = reader.query(
      "select dataset_id, null as table_id, id, coordinates from coordinate_anchor where dataset_id "
      "in_ids($1)"
      " union all select null, table_id, id, coordinates from coordinate_anchor where table_id in_ids($2)"
      " order by 3",
      {distinct(std::move(datasets)), distinct(std::move(tables))});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto& list =
        rows.is_null(row, 0) ? pins.tables[rows.integer(row, 1)] : pins.datasets[rows.integer(row, 0)];
    list.push_back({rows.integer(row, 2), Json::parse(rows.text(row, 3))});
  }
  return pins;
}

bool is_within(const Json& at, const Json& slices) {
  for (const Json& slice : slices.items()) {
    const Json* pinned = at.find(slice["axis"].as_string());
    if (pinned == nullptr) continue;
    const std::int64_t value = pinned->as_int64().value_or(0);
    const std::int64_t start = slice["start"].as_int64().value_or(0);
    const std::int64_t step = slice["step"].as_int64().value_or(1);
    const std::int64_t steps = step == 0 ? 0 : (value - start) / step;
    const auto stop = slice["stop"].as_int64();
    const bool is_before_stop = !stop || (step > 0 ? value < *stop : value > *stop);
    if (steps < 0 || start + steps * step != value || !is_before_stop) return false;
  }
  return true;
}

}  // namespace mikro
