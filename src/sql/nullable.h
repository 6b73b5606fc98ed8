// Values that may be null, between C++, JSON and rows.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "sql/database.h"

namespace sql {

template <class T>
Value nullable(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

/// Booleans are stored as 0 and 1.
inline Value flag(bool value) { return std::int64_t{value}; }

/// A JSON text or whole number as a parameter; null for any other value.
inline Value nullable_text(const base::Json& value) {
  return value.is_string() ? Value(value.as_string()) : Value();
}
inline Value nullable_integer(const base::Json& value) { return nullable(value.as_int64()); }

inline std::optional<std::string> optional_text(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return std::string(rows.text(row, column));
}
inline std::optional<std::int64_t> optional_integer(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.is_null(row, column)) return std::nullopt;
  return rows.integer(row, column);
}

/// Null, or the value as JSON; `parsed_or_null`: what stored JSON text says.
template <class T>
base::Json json_or_null(const std::optional<T>& value) {
  return value ? base::Json(*value) : base::Json();
}
inline base::Json parsed_or_null(const std::optional<std::string>& text) {
  return text ? base::Json::parse(*text) : base::Json();
}

}  // namespace sql
