// Small things every statement of this room needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sql/database.h"

namespace lok {

inline std::optional<std::string> optional_text(const sql::Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return std::string(rows.text(row, column));
}

inline sql::Value or_null(const std::optional<std::string>& text) {
  return text ? sql::Value(*text) : sql::Value();
}
inline sql::Value or_null(const std::optional<std::int64_t>& number) {
  return number ? sql::Value(*number) : sql::Value();
}
inline sql::Value flag(bool value) { return std::int64_t{value}; }

}  // namespace lok
