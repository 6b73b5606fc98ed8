// Parameters on their way to a database.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sql/database.h"

namespace sql {

/// Throws Error(kValidation) for what not both databases can store: text that
/// is not UTF-8 or has U+0000, and NaN.
void check_parameters(std::span<const Value> parameters);

/// `[1,2]`, `["a","b"]`: SQLite's json_each reads it.
std::string json_array(const Ids& ids);
std::string json_array(const Texts& texts);
/// `{1,2}`, `{"a","b"}`: PostgreSQL's array input syntax.
std::string array_literal(const Ids& ids);
std::string array_literal(const Texts& texts);

}  // namespace sql
