// Values of string tokens: escape sequences and block string indentation.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "graphql/error.h"
#include "graphql/language/lexer.h"
#include "graphql/language/utf8.h"

namespace graphql {
namespace {

constexpr bool is_high_surrogate(std::uint32_t code) { return code >= 0xD800 && code <= 0xDBFF; }
constexpr bool is_low_surrogate(std::uint32_t code) { return code >= 0xDC00 && code <= 0xDFFF; }

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Decodes the contents of a quoted string, escape by escape.
class EscapeDecoder {
 public:
  explicit EscapeDecoder(const Token& token) : raw_(token.text), start_(token.location) {}

  std::string decode() {
    std::string out;
    out.reserve(raw_.size());
    while (offset_ < raw_.size()) {
      const std::size_t escape = std::min(raw_.find('\\', offset_), raw_.size());
      out.append(raw_.substr(offset_, escape - offset_));
      offset_ = escape;
      if (offset_ < raw_.size()) append_escape(out);
    }
    return out;
  }

 private:
  void append_escape(std::string& out) {
    const char letter = offset_ + 1 < raw_.size() ? raw_[offset_ + 1] : '\0';
    if (letter == 'u') return append_unicode_escape(out);
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t found = letter == '\0' ? std::string_view::npos : kLetters.find(letter);
    if (found == std::string_view::npos) fail("character", character_end(offset_ + 1));
    out += kMeanings[found];
    offset_ += 2;
  }

  void append_unicode_escape(std::string& out) {
    const std::size_t start = offset_;
    offset_ += 2;
    if (offset_ < raw_.size() && raw_[offset_] == '{') {
      const std::size_t close = raw_.find('}', offset_);
      const std::optional<std::uint32_t> code =
          close == std::string_view::npos ? std::nullopt : hex(offset_ + 1, close - offset_ - 1);
      const std::size_t end = close == std::string_view::npos ? raw_.size() : close + 1;
      if (!code || !is_scalar_value(*code)) fail_at(start, "Unicode", end);
      append_utf8(out, static_cast<char32_t>(*code));
      offset_ = end;
      return;
    }
    const std::optional<std::uint32_t> first = hex(offset_, 4);
    const std::size_t first_end = std::min(offset_ + 4, raw_.size());
    if (!first) fail_at(start, "Unicode", first_end);
    offset_ = first_end;
    if (is_scalar_value(*first)) return append_utf8(out, static_cast<char32_t>(*first));
    // A character beyond the basic plane is written as its two surrogates.
    const bool escape_follows = raw_.substr(offset_).starts_with("\\u");
    const std::optional<std::uint32_t> second = escape_follows ? hex(offset_ + 2, 4) : std::nullopt;
    if (!is_high_surrogate(*first) || !second || !is_low_surrogate(*second))
      fail_at(start, "Unicode", first_end);
    append_utf8(out, static_cast<char32_t>(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00)));
    offset_ += 6;
  }

  // At least one hexadecimal digit; more than 8 cannot be a character.
  std::optional<std::uint32_t> hex(std::size_t offset, std::size_t length) const {
    if (length == 0 || length > 8 || offset + length > raw_.size()) return std::nullopt;
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::optional<std::uint32_t> digit = hex_digit(raw_[offset + i]);
      if (!digit) return std::nullopt;
      code = code << 4 | *digit;
    }
    return code;
  }

  std::size_t character_end(std::size_t offset) const {
    if (offset >= raw_.size()) return raw_.size();
    ++offset;
    while (offset < raw_.size() && is_continuation_byte(raw_[offset])) ++offset;
    return offset;
  }

  [[noreturn]] void fail(std::string_view what, std::size_t end) const { fail_at(offset_, what, end); }

  [[noreturn]] void fail_at(std::size_t offset, std::string_view what, std::size_t end) const {
    const auto characters = static_cast<std::uint32_t>(
        std::count_if(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(offset),
                      [](char c) { return !is_continuation_byte(c); }));
    // One more for the opening quote.
    throw SyntaxError(
        fmt::format("Invalid {} escape sequence: '{}'.", what, raw_.substr(offset, end - offset)),
        {start_.line, start_.column + 1 + characters});
  }

  std::string_view raw_;
  ast::Location start_;
  std::size_t offset_ = 0;
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && text[i] != '\r') continue;
    lines.push_back(text.substr(start, i - start));
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    start = i + 1;
  }
  lines.push_back(text.substr(start));
  return lines;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

}  // namespace

std::string string_value(const Token& token) {
  if (token.kind == Token::Kind::kString) return EscapeDecoder(token).decode();
  constexpr std::string_view kEscapedQuotes = "\\\"\"\"";
  std::string value = dedent_block_string(token.text);
  for (std::size_t at = value.find(kEscapedQuotes); at != std::string::npos;
       at = value.find(kEscapedQuotes, at + 3)) {
    value.erase(at, 1);
  }
  return value;
}

std::string dedent_block_string(std::string_view raw) {
  const std::vector<std::string_view> lines = split_lines(raw);
  // The line with the opening quotes does not count for the common indent.
  std::size_t common = std::string_view::npos;
  std::size_t first = lines.size();
  std::size_t last = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t indent = indentation(lines[i]);
    if (indent == lines[i].size()) continue;
    first = std::min(first, i);
    last = i;
    if (i > 0) common = std::min(common, indent);
  }
  if (common == std::string_view::npos) common = 0;
  std::string out;
  for (std::size_t i = first; i < lines.size() && i <= last; ++i) {
    if (i > first) out += '\n';
    out += i == 0 ? lines[i] : lines[i].substr(std::min(common, lines[i].size()));
  }
  return out;
}

}  // namespace graphql
