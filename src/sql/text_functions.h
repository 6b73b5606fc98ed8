// What both databases compute over text, defined once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sql {

/// Text as it compares without regard to case: by ICU's root locale upper, then
/// lower, then the sigma at a word's end as any other and the sharp s as ss.
/// PostgreSQL can compute the same (sql/expressions.h), which it cannot of
/// Unicode's case folding (base::fold_case). The two differ for Cherokee and the
/// dotless i only; still, what is compared with a `folded` expression is folded
/// here. `text` must be valid UTF-8.
std::string fold_case(std::string_view text);

/// A regular expression as PostgreSQL's `~` reads the common syntax: `.` matches
/// a line break, `^` and `$` the ends of the whole text.
/// Throws Error(kValidation) with what is wrong and where.
std::unique_ptr<re2::RE2> compile_regex(std::string_view pattern, bool ignore_case);

}  // namespace sql
