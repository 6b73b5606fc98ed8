// What computed fields do with the rows of a level.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "entity/registry.h"
#include "sql/database.h"

namespace mikro {

/// One for each row, in their order.
inline sql::Ids ids_of(std::span<const entity::Row> rows) {
  sql::Ids ids;
  for (const entity::Row& row : rows) ids.values.push_back(row.id());
  return ids;
}

/// Each once: many rows of a level may name the same.
inline sql::Ids distinct(sql::Ids ids) {
  std::sort(ids.values.begin(), ids.values.end());
  ids.values.erase(std::unique(ids.values.begin(), ids.values.end()), ids.values.end());
  return ids;
}

/// `found` has a parent's key and an id in each row, in the order of the lists.
inline entity::RowLists lists_by(const sql::Rows& found, const std::vector<std::int64_t>& keys) {
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> by_key;
  for (std::size_t row = 0; row < found.size(); ++row) {
    by_key[found.integer(row, 0)].push_back(found.integer(row, 1));
  }
  entity::RowLists lists;
  for (const std::int64_t key : keys) lists.push_back(by_key[key]);
  return lists;
}

}  // namespace mikro
