#include "sql/expressions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <utility>

#include "base/error.h"
#include "sql/text_functions.h"

namespace sql {

std::string folded(Dialect dialect, std::string_view expression) {
  if (dialect == Dialect::kSqlite) return fmt::format("fold_case({})", expression);
  return fmt::format(
      R"((replace(replace(lower(upper(({}) collate "und-x-icu")), 'ς', 'σ'), 'ß', 'ss') collate "C"))",
      expression);
}

std::string regex_match(Dialect dialect, std::string_view expression, std::string_view pattern,
                        bool ignore_case) {
  if (dialect == Dialect::kSqlite) {
    return fmt::format("regex_matches({}, {}, {})", pattern, expression, ignore_case ? 1 : 0);
  }
  return fmt::format("(({}) {} {})", expression, ignore_case ? "~*" : "~", pattern);
}

void check_regex(std::string_view pattern) { compile_regex(pattern, false); }

std::string by_code_point(Dialect dialect, std::string_view expression) {
  return fmt::format("(({}) collate {})", expression, dialect == Dialect::kSqlite ? "binary" : "\"C\"");
}

std::string negated(std::string_view condition) { return fmt::format("(({}) is not true)", condition); }

std::string ordered(std::string_view expression, std::string_view direction) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kDirections = {{
      {"ASC", "asc nulls last"},
      {"DESC", "desc nulls first"},
      {"ASC_NULLS_FIRST", "asc nulls first"},
      {"ASC_NULLS_LAST", "asc nulls last"},
      {"DESC_NULLS_FIRST", "desc nulls first"},
      {"DESC_NULLS_LAST", "desc nulls last"},
  }};
  for (const auto& [name, sql] : kDirections) {
    if (name == direction) return fmt::format("{} {}", expression, sql);
  }
  throw base::Error(base::code::kValidation, "'{}' is no direction to order by.", direction);
}

}  // namespace sql
