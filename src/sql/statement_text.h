// From the one spelling of a statement to what a database reads.
#pragma once

#include <string>
#include <string_view>

#include "sql/database.h"

namespace sql {

/// Rewrites `$1`, `[not] in_ids($1)` and `[not] in_texts($1)` outside of
/// literals, quoted names and comments. Pure; drivers keep the result with the
/// prepared statement.
std::string statement_text(Dialect dialect, std::string_view sql);

/// The highest number among the statement's parameters.
std::size_t parameter_count(std::string_view sql);

}  // namespace sql
