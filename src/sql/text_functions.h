// What both databases compute over text, defined once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace sql {

/// Text as it compares without regard to case: upper(lower(text)) by ICU's root
/// locale. PostgreSQL can say the same (collation und-x-icu), which it cannot of
/// Unicode's case folding; unlike lower alone it has no context (the Greek final
/// sigma) and it joins the micro sign with mu, the Kelvin sign with K and the
/// sharp s with ss. For comparing, not for showing.
std::string fold_case(std::string_view text);

/// A regular expression as PostgreSQL's `~` reads the common syntax: `.` matches
/// a line break, `^` and `$` the ends of the whole text.
/// Throws Error(kValidation) with what is wrong and where.
std::unique_ptr<re2::RE2> compile_regex(std::string_view pattern, bool ignore_case);

}  // namespace sql
