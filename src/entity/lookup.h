// `StrFilterLookup` and its kin: operators on one column.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "entity/call.h"

namespace entity {

/// All operators given in `lookup`, AND-ed; empty if none restricts. Null
/// operands are ignored: search widgets send `{iContains: null}`.
std::string lookup_condition(SqlText& sql, const std::string& expression, Storage storage,
                             const base::Json& lookup);

/// Case-insensitive substring, as `search` fields want; empty text: no restriction.
std::string contains_folded(SqlText& sql, const std::string& expression, const std::string& text);

/// An id as clients send it; nullopt for anything that cannot be one.
std::optional<std::int64_t> row_id(std::string_view text);

/// A JSON value as the column stores it.
sql::Value column_value(Storage storage, const base::Json& value);

}  // namespace entity
