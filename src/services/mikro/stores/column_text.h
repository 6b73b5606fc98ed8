// Facts as the columns of a store's row have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "sql/database.h"

namespace mikro {

/// JSON text, null for null.
inline sql::Value column_text(const base::Json& json) {
  return json.is_null() ? sql::Value(std::monostate()) : sql::Value(json.dump());
}
template <class T>
sql::Value column_text(const std::vector<T>& values) {
  return base::Json(base::Json::Array(values.begin(), values.end())).dump();
}
/// Plain text.
inline sql::Value column_text(const std::optional<std::string>& text) {
  return text ? sql::Value(*text) : sql::Value(std::monostate());
}
template <class T>
sql::Value column_text(const std::optional<std::vector<T>>& values) {
  return values ? column_text(*values) : sql::Value(std::monostate());
}

}  // namespace mikro
