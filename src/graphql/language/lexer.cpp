#include "graphql/language/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "graphql/error.h"
#include "graphql/language/utf8.h"

namespace graphql {
namespace {

using Kind = Token::Kind;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlockQuote = "\"\"\"";

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr std::array<bool, 256> kNameCharacters = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = is_name_start(static_cast<char>(c)) || is_digit(static_cast<char>(c));
  }
  return table;
}();

bool is_name_character(char c) { return kNameCharacters[static_cast<unsigned char>(c)]; }

/// SourceCharacter: no control characters but tab and line ends.
bool is_source_character(char c) {
  return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

constexpr std::string_view kKindNames[] = {"<EOF>", "'!'",  "'$'", "'&'",   "'('",    "')'",        "'...'",
                                           "':'",   "'='",  "'@'", "'['",   "']'",    "'{'",        "'|'",
                                           "'}'",   "Name", "Int", "Float", "String", "BlockString"};

}  // namespace

std::string_view token_kind_name(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string describe_token(const Token& token) {
  if (token.kind < Kind::kName) return std::string(token_kind_name(token.kind));
  return fmt::format("{} '{}'", token_kind_name(token.kind), token.text);
}

Lexer::Lexer(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) {
    offset_ = kByteOrderMark.size();
    line_start_ = offset_;
  }
  const std::size_t invalid = find_invalid_utf8(text_);
  if (invalid == text_.size()) return;
  for (std::size_t i = offset_; i < invalid; ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && at(i + 1) != '\n')) start_line(i + 1);
    if (is_continuation_byte(text_[i])) ++line_start_;
  }
  fail("The document is not valid UTF-8.", invalid);
}

Token Lexer::next() {
  skip_ignored();
  if (offset_ == text_.size()) return {Kind::kEof, {}, location(offset_)};
  const char c = text_[offset_];
  if (is_name_start(c)) return name();
  switch (c) {
    case '{':
      return take(Kind::kBraceL, 1);
    case '}':
      return take(Kind::kBraceR, 1);
    case '(':
      return take(Kind::kParenL, 1);
    case ')':
      return take(Kind::kParenR, 1);
    case '[':
      return take(Kind::kBracketL, 1);
    case ']':
      return take(Kind::kBracketR, 1);
    case ':':
      return take(Kind::kColon, 1);
    case '!':
      return take(Kind::kBang, 1);
    case '$':
      return take(Kind::kDollar, 1);
    case '@':
      return take(Kind::kAt, 1);
    case '=':
      return take(Kind::kEquals, 1);
    case '|':
      return take(Kind::kPipe, 1);
    case '&':
      return take(Kind::kAmp, 1);
    case '"':
      return text_.substr(offset_).starts_with(kBlockQuote) ? block_string() : string();
    case '.':
      if (at(offset_ + 1) == '.' && at(offset_ + 2) == '.') return take(Kind::kSpread, 3);
      unexpected_character();
    default:
      break;
  }
  if (is_digit(c) || c == '-') return number();
  unexpected_character();
}

void Lexer::skip_ignored() {
  while (offset_ < text_.size()) {
    switch (text_[offset_]) {
      case ' ':
      case ',':
      case '\t':
        ++offset_;
        break;
      case '\r':
        if (at(offset_ + 1) == '\n') ++offset_;
        [[fallthrough]];
      case '\n':
        start_line(++offset_);
        break;
      case '#':
        skip_comment();
        break;
      case kByteOrderMark[0]:
        if (!text_.substr(offset_).starts_with(kByteOrderMark)) return;
        offset_ += kByteOrderMark.size();
        line_start_ += 2;
        break;
      default:
        return;
    }
  }
}

void Lexer::skip_comment() {
  for (; offset_ < text_.size(); ++offset_) {
    const char c = text_[offset_];
    if (c == '\n' || c == '\r') return;
    if (!is_source_character(c)) unexpected_character();
    if (is_continuation_byte(c)) ++line_start_;
  }
}

void Lexer::start_line(std::size_t offset) {
  ++line_;
  line_start_ = offset;
}

Token Lexer::take(Kind kind, std::size_t length) {
  Token token{kind, text_.substr(offset_, length), location(offset_)};
  offset_ += length;
  return token;
}

Token Lexer::name() {
  std::size_t end = offset_ + 1;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  return take(Kind::kName, end - offset_);
}

Token Lexer::number() {
  const std::size_t start = offset_;
  bool is_float = false;
  if (at(offset_) == '-') ++offset_;
  if (at(offset_) == '0') {
    ++offset_;
    if (is_digit(at(offset_))) {
      fail(fmt::format("Invalid number, unexpected digit after 0: {}.", describe_character(offset_)),
           offset_);
    }
  } else {
    digits();
  }
  if (at(offset_) == '.') {
    is_float = true;
    ++offset_;
    digits();
  }
  if (at(offset_) == 'e' || at(offset_) == 'E') {
    is_float = true;
    ++offset_;
    if (at(offset_) == '+' || at(offset_) == '-') ++offset_;
    digits();
  }
  // `0xF` and `1.2.3` are mistakes, not two tokens.
  if (at(offset_) == '.' || is_name_start(at(offset_))) {
    fail(fmt::format("Invalid number, expected digit but got: {}.", describe_character(offset_)), offset_);
  }
  const std::size_t length = offset_ - start;
  offset_ = start;
  return take(is_float ? Kind::kFloat : Kind::kInt, length);
}

void Lexer::digits() {
  if (!is_digit(at(offset_))) {
    fail(fmt::format("Invalid number, expected digit but got: {}.", describe_character(offset_)), offset_);
  }
  while (is_digit(at(offset_))) ++offset_;
}

Token Lexer::string() {
  Token token{Kind::kString, {}, location(offset_)};
  const std::size_t start = ++offset_;
  while (at(offset_) != '"') {
    if (offset_ >= text_.size() || text_[offset_] == '\n' || text_[offset_] == '\r') {
      fail("Unterminated string.", offset_);
    }
    // Escapes are decoded, and their errors found, when the value is used.
    if (text_[offset_] == '\\' && (at(offset_ + 1) == '"' || at(offset_ + 1) == '\\')) ++offset_;
    string_character();
  }
  token.text = text_.substr(start, offset_ - start);
  ++offset_;
  return token;
}

Token Lexer::block_string() {
  Token token{Kind::kBlockString, {}, location(offset_)};
  offset_ += kBlockQuote.size();
  const std::size_t start = offset_;
  while (!text_.substr(offset_).starts_with(kBlockQuote)) {
    if (offset_ >= text_.size()) fail("Unterminated string.", offset_);
    const char c = text_[offset_];
    if (c == '\\' && text_.substr(offset_ + 1).starts_with(kBlockQuote)) {
      offset_ += 1 + kBlockQuote.size();
    } else if (c == '\n' || (c == '\r' && at(offset_ + 1) != '\n')) {
      start_line(++offset_);
    } else {
      string_character();
    }
  }
  token.text = text_.substr(start, offset_ - start);
  offset_ += kBlockQuote.size();
  return token;
}

void Lexer::string_character() {
  const char c = text_[offset_];
  if (!is_source_character(c)) {
    fail(fmt::format("Invalid character within String: {}.", describe_character(offset_)), offset_);
  }
  if (is_continuation_byte(c)) ++line_start_;
  ++offset_;
}

ast::Location Lexer::location(std::size_t offset) const {
  return {line_, static_cast<std::uint32_t>(offset - line_start_ + 1)};
}

std::string Lexer::describe_character(std::size_t offset) const {
  if (offset >= text_.size()) return "<EOF>";
  const char32_t character = decode_utf8(text_, offset);
  if (character == U'"') return "'\"'";
  if (character > 0x20 && character < 0x7F) return fmt::format("'{}'", text_[offset]);
  return fmt::format("U+{:04X}", static_cast<std::uint32_t>(character));
}

void Lexer::fail(std::string message, std::size_t offset) const {
  throw SyntaxError(std::move(message), location(offset));
}

void Lexer::unexpected_character() const {
  if (text_[offset_] == '\'') {
    fail("Unexpected single quote character ('), did you mean to use a double quote (\")?", offset_);
  }
  if (text_[offset_] == '.' && is_digit(at(offset_ + 1))) {
    fail(fmt::format("Invalid number, expected digit before '.', did you mean '0.{}'?", text_[offset_ + 1]),
         offset_);
  }
  if (text_[offset_] == '.' && at(offset_ + 1) == '.') fail("Unexpected '..', did you mean '...'?", offset_);
  fail(fmt::format("Unexpected character: {}.", describe_character(offset_)), offset_);
}

}  // namespace graphql
