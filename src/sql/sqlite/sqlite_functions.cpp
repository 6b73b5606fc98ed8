#include "sql/sqlite/sqlite_functions.h"

#include <re2/re2.h>

#include <string_view>

#include "sql/sqlite/sqlite_error.h"
#include "sql/text_functions.h"

namespace sql {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr ? std::string_view()
                         : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

/// Exceptions must not pass through SQLite's C frames.
void report(sqlite3_context* context, const std::exception& error) {
  sqlite3_result_error(context, error.what(), -1);
}

void fold_case_function(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (is_null(arguments[0])) return sqlite3_result_null(context);
  try {
    const std::string folded = fold_case(text_of(arguments[0]));
    sqlite3_result_text64(context, folded.data(), folded.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (const std::exception& error) {
    report(context, error);
  }
}

void delete_regex(void* regex) { delete static_cast<RE2*>(regex); }

/// The compiled pattern, kept by SQLite for the run of a statement as long as
/// the pattern is the same for all rows.
const RE2* regex_of(sqlite3_context* context, sqlite3_value** arguments, std::unique_ptr<RE2>& owned) {
  const bool ignore_case = sqlite3_value_int(arguments[2]) != 0;
  if (const auto* kept = static_cast<const RE2*>(sqlite3_get_auxdata(context, 0))) {
    if (kept->options().case_sensitive() != ignore_case) return kept;
  }
  owned = compile_regex(text_of(arguments[0]), ignore_case);
  return owned.get();
}

void regex_matches_function(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (is_null(arguments[0]) || is_null(arguments[1])) return sqlite3_result_null(context);
  try {
    std::unique_ptr<RE2> owned;
    const RE2* regex = regex_of(context, arguments, owned);
    const std::string_view text = text_of(arguments[1]);
    const bool matches = RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
    sqlite3_result_int(context, matches ? 1 : 0);
    // Last: SQLite may delete it at once.
    if (owned != nullptr) sqlite3_set_auxdata(context, 0, owned.release(), delete_regex);
  } catch (const std::exception& error) {
    report(context, error);
    sqlite3_result_error_code(context, SQLITE_CONSTRAINT_FUNCTION);
  }
}

}  // namespace

void add_functions(sqlite3* database) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const int code : {sqlite3_create_function_v2(database, "fold_case", 1, kFlags, nullptr,
                                                    fold_case_function, nullptr, nullptr, nullptr),
                         sqlite3_create_function_v2(database, "regex_matches", 3, kFlags, nullptr,
                                                    regex_matches_function, nullptr, nullptr, nullptr)}) {
    if (code != SQLITE_OK) throw sqlite_error(database, code);
  }
}

}  // namespace sql
