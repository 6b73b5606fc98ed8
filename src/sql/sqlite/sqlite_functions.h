// SQL functions that PostgreSQL has and SQLite lacks.
#pragma once

#include <sqlite3.h>

namespace sql {

/// fold_case(text) and regex_matches(pattern, text, ignore_case); null in, null
/// out. An invalid pattern fails the statement with Error(kValidation).
void add_functions(sqlite3* database);

}  // namespace sql
