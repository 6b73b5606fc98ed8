// SQL that the two databases spell differently, and the C++ side of what must
// mean the same in both. Expressions go in and come out as text; none is ever
// built from input.
#pragma once

#include <string>
#include <string_view>

#include "sql/database.h"

namespace sql {

/// A text expression without regard to case: compare it with a parameter made
/// by `fold_case` (sql/text_functions.h), which computes the same.
std::string folded(Dialect dialect, std::string_view expression);

/// Whether text matches the pattern. Check the pattern's value with
/// `check_regex` first: PostgreSQL's engine accepts what RE2 refuses because it
/// may take for ever.
std::string regex_match(Dialect dialect, std::string_view expression, std::string_view pattern,
                        bool ignore_case);
/// Throws Error(kValidation) with what is wrong and where.
void check_regex(std::string_view pattern);

/// A text expression that compares and sorts by code point.
std::string by_code_point(Dialect dialect, std::string_view expression);

/// `not` for which null is false, too: rows whose condition is unknown are kept.
std::string negated(std::string_view condition);

/// A term of `order by`. Directions are the contracts' ASC, DESC and each with
/// _NULLS_FIRST or _NULLS_LAST; without, nulls sort as PostgreSQL sorts them: as
/// if larger than all values. Throws Error(kValidation) on another direction.
std::string ordered(std::string_view expression, std::string_view direction);

}  // namespace sql
