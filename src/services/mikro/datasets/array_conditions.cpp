#include "services/mikro/datasets/array_conditions.h"

#include <fmt/format.h>

namespace mikro {

using entity::SqlText;

// The column is a JSON list of names that contain no quotes.
std::string has_specs(SqlText& sql, std::string_view alias,
                      const std::vector<schema::ArrayDatasetSpec>& specs) {
  std::string text = "1 = 1";
  for (const schema::ArrayDatasetSpec spec : specs) {
    text +=
        fmt::format(" and {}.spec like {}", alias, sql.bind(fmt::format("%\"{}\"%", entity::text_of(spec))));
  }
  return text;
}

std::string acquired_after(SqlText& sql, std::string_view alias, std::int64_t moment) {
  return fmt::format("{}.acquisition_end >= {}", alias, sql.bind(moment));
}

std::string acquired_before(SqlText& sql, std::string_view alias, std::int64_t moment) {
  return fmt::format("{}.acquisition_start <= {}", alias, sql.bind(moment));
}

}  // namespace mikro
