#include "sql/text_functions.h"

#include <re2/re2.h>
#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <algorithm>

#include "base/error.h"

namespace sql {
namespace {

constexpr std::int64_t kRegexMemory = 1 << 20;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
}

char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

icu::StringPiece piece(std::string_view text) {
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

void replace_all(std::string& text, std::string_view old, std::string_view by) {
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  if (is_ascii(text)) {
    folded.resize(text.size());
    std::transform(text.begin(), text.end(), folded.begin(), lower_ascii);
    return folded;
  }
  std::string upper;
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> upper_sink(&upper);
  icu::CaseMap::utf8ToUpper("", 0, piece(text), upper_sink, nullptr, status);
  icu::StringByteSink<std::string> folded_sink(&folded);
  icu::CaseMap::utf8ToLower("", 0, piece(upper), folded_sink, nullptr, status);
  if (U_FAILURE(status)) {
    throw base::Error(base::code::kInternal, "Folding the case of a text failed: {}.", u_errorName(status));
  }
  replace_all(folded, "ς", "σ");
  replace_all(folded, "ß", "ss");
  return folded;
}

std::unique_ptr<re2::RE2> compile_regex(std::string_view pattern, bool ignore_case) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  options.set_dot_nl(true);
  options.set_max_mem(kRegexMemory);
  auto regex = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    throw base::Error(base::code::kValidation, "The regular expression is not valid: {}.", regex->error());
  }
  return regex;
}

}  // namespace sql
