// Text to tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "graphql/language/ast.h"

namespace graphql {

struct Token {
  enum class Kind : std::uint8_t {
    kEof,
    kBang,
    kDollar,
    kAmp,
    kParenL,
    kParenR,
    kSpread,
    kColon,
    kEquals,
    kAt,
    kBracketL,
    kBracketR,
    kBraceL,
    kPipe,
    kBraceR,
    kName,
    kInt,
    kFloat,
    kString,
    kBlockString,
  };
  Kind kind = Kind::kEof;
  /// As in the source; strings without their quotes, escapes not yet decoded.
  std::string_view text;
  /// 1-based, columns counted in characters.
  ast::Location location;

  bool is_name(std::string_view name) const { return kind == Kind::kName && text == name; }
};

/// As error messages name a kind of token: `Name`, `'{'`, `<EOF>`.
std::string_view token_kind_name(Token::Kind kind);
/// With its text: `Name 'foo'`.
std::string describe_token(const Token& token);

/// Reads one token after the other. The text must outlive lexer and tokens.
class Lexer {
 public:
  /// Throws SyntaxError if the text is not valid UTF-8.
  explicit Lexer(std::string_view text);

  /// Throws SyntaxError. After the end of the text: kEof, again and again.
  Token next();

 private:
  void skip_ignored();
  void skip_comment();
  void start_line(std::size_t offset);
  Token take(Token::Kind kind, std::size_t length);
  Token name();
  Token number();
  void digits();
  Token string();
  Token block_string();
  void string_character();
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  ast::Location location(std::size_t offset) const;
  std::string describe_character(std::size_t offset) const;
  [[noreturn]] void fail(std::string message, std::size_t offset) const;
  [[noreturn]] void unexpected_character() const;

  std::string_view text_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  /// Where the line starts, moved forward by every continuation byte on it so
  /// that columns count characters.
  std::size_t line_start_ = 0;
};

/// The value of a string token: escapes decoded, a block string's common
/// indentation removed. Throws SyntaxError for a bad escape.
std::string string_value(const Token& token);
/// The indentation rule of block strings (section 2.9.4).
std::string dedent_block_string(std::string_view raw);

}  // namespace graphql
