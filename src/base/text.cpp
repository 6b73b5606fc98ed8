#include "base/text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace base {
namespace {

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0x80) != 0) return false;
  }
  return true;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

}  // namespace

bool is_valid_utf8(std::string_view text) {
  if (is_ascii(text)) return true;
  const char* bytes = text.data();
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t at = 0;
  while (at < size) {
    UChar32 point = 0;
    U8_NEXT(bytes, at, size, point);
    if (point < 0) return false;
  }
  return true;
}

bool contains_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

std::string fold_case(std::string_view text) {
  std::string folded;
  if (is_ascii(text)) {
    folded.resize(text.size());
    std::transform(text.begin(), text.end(), folded.begin(), lower);
    return folded;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&folded);
  const icu::StringPiece source(text.data(), static_cast<std::int32_t>(text.size()));
  icu::CaseMap::utf8Fold(U_FOLD_CASE_DEFAULT, source, sink, nullptr, status);
  if (U_FAILURE(status) != 0)
    throw Error(code::kValidation, "Text cannot be folded: {}.", u_errorName(status));
  return folded;
}

std::string snake_case(std::string_view camel) {
  std::string snake;
  for (std::size_t i = 0; i < camel.size(); ++i) {
    const char before = i > 0 ? camel[i - 1] : '_';
    const char after = i + 1 < camel.size() ? camel[i + 1] : '\0';
    const bool starts_word = is_upper(camel[i]) && before != '_' && (!is_upper(before) || is_lower(after));
    if (starts_word) snake += '_';
    snake += lower(camel[i]);
  }
  return snake;
}

std::string camel_case(std::string_view snake) {
  std::string camel;
  std::size_t i = 0;
  while (i < snake.size() && snake[i] == '_') camel += snake[i++];
  bool starts_word = false;
  for (; i < snake.size(); ++i) {
    if (snake[i] == '_') {
      starts_word = true;
    } else {
      camel += starts_word ? upper(snake[i]) : snake[i];
      starts_word = false;
    }
  }
  return camel;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += parts[i];
  }
  return joined;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;  // the row of i - 2
  std::vector<std::size_t> above(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, std::move(row));
  }
  return above[b.size()];
}

}  // namespace base
