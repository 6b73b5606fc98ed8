// What executable documents and SDL have in common: a token of lookahead,
// limits, and the grammar of values, types, arguments and directives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graphql/language/ast.h"
#include "graphql/language/lexer.h"
#include "graphql/language/parser.h"

namespace graphql {

/// Recursive descent: every function starts at the current token and leaves
/// the first one it did not use. All of them throw SyntaxError.
class SyntaxReader {
 public:
  SyntaxReader(std::string_view text, const ParseLimits& limits);

  /// Whether variables may stand where a value is expected.
  enum class Variables { kAllowed, kRefused };
  ast::Value value(Variables variables);
  void expect_end() { expect(Token::Kind::kEof); }

 protected:
  using Kind = Token::Kind;

  const Token& token() const { return token_; }
  bool at(Kind kind) const { return token_.kind == kind; }
  bool at_keyword(std::string_view word) const { return token_.is_name(word); }
  ast::Location location() const { return token_.location; }
  void advance();
  /// Uses up the token if it is of that kind.
  bool skip(Kind kind);
  bool skip_keyword(std::string_view word);
  void expect(Kind kind);
  void expect_keyword(std::string_view word);
  std::string name();
  [[noreturn]] void unexpected() const;
  [[noreturn]] void fail(std::string message, ast::Location where) const;

  ast::TypeReference type();
  std::string named_type() { return name(); }
  ast::Directives directives(Variables variables);
  std::vector<ast::Argument> arguments(Variables variables);

  /// `open item+ close`
  template <class Item>
  void many(Kind open, Item&& item, Kind close) {
    expect(open);
    do item();
    while (!skip(close));
  }
  /// Nothing, or `open item+ close`.
  template <class Item>
  void optional_many(Kind open, Item&& item, Kind close) {
    if (at(open)) many(open, item, close);
  }

  /// Held while one level deeper; refuses more levels than the limit.
  class Nesting {
   public:
    explicit Nesting(SyntaxReader& reader);
    ~Nesting() { --reader_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    SyntaxReader& reader_;
  };

 private:
  ast::Value list(Variables variables);
  ast::Value object(Variables variables);
  ast::Value variable(Variables variables);
  ast::Value scalar(ast::Value::Kind kind);
  ast::Value word();

  Lexer lexer_;
  ParseLimits limits_;
  Token token_;
  std::size_t tokens_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace graphql
