#include "graphql/language/syntax_reader.h"

#include <fmt/format.h>

#include "graphql/error.h"

namespace graphql {

SyntaxReader::SyntaxReader(std::string_view text, const ParseLimits& limits) : lexer_(text), limits_(limits) {
  advance();
}

SyntaxReader::Nesting::Nesting(SyntaxReader& reader) : reader_(reader) {
  if (reader_.depth_ == reader_.limits_.depth) {
    reader_.fail(fmt::format("Document is nested more than {} levels deep.", reader_.limits_.depth),
                 reader_.location());
  }
  ++reader_.depth_;
}

void SyntaxReader::advance() {
  token_ = lexer_.next();
  if (token_.kind != Kind::kEof && ++tokens_ > limits_.tokens) {
    fail(fmt::format("Document contains more than {} tokens. Parsing aborted.", limits_.tokens), location());
  }
}

bool SyntaxReader::skip(Kind kind) {
  if (!at(kind)) return false;
  advance();
  return true;
}

bool SyntaxReader::skip_keyword(std::string_view word) {
  if (!at_keyword(word)) return false;
  advance();
  return true;
}

void SyntaxReader::expect(Kind kind) {
  if (!at(kind))
    fail(fmt::format("Expected {}, found {}.", token_kind_name(kind), describe_token(token_)), location());
  if (kind != Kind::kEof) advance();
}

void SyntaxReader::expect_keyword(std::string_view word) {
  if (!skip_keyword(word))
    fail(fmt::format("Expected '{}', found {}.", word, describe_token(token_)), location());
}

std::string SyntaxReader::name() {
  if (!at(Kind::kName)) expect(Kind::kName);
  std::string text(token_.text);
  advance();
  return text;
}

void SyntaxReader::unexpected() const {
  fail(fmt::format("Unexpected {}.", describe_token(token_)), location());
}

void SyntaxReader::fail(std::string message, ast::Location where) const {
  throw SyntaxError(std::move(message), where);
}

ast::TypeReference SyntaxReader::type() {
  const Nesting nesting(*this);
  ast::TypeReference reference;
  reference.location = location();
  if (skip(Kind::kBracketL)) {
    reference.kind = ast::TypeReference::Kind::kList;
    reference.of = std::make_shared<const ast::TypeReference>(type());
    expect(Kind::kBracketR);
  } else {
    reference.name = named_type();
  }
  if (!skip(Kind::kBang)) return reference;
  ast::TypeReference non_null;
  non_null.kind = ast::TypeReference::Kind::kNonNull;
  non_null.location = reference.location;
  non_null.of = std::make_shared<const ast::TypeReference>(std::move(reference));
  return non_null;
}

ast::Directives SyntaxReader::directives(Variables variables) {
  ast::Directives found;
  while (at(Kind::kAt)) {
    ast::Directive& directive = found.emplace_back();
    directive.location = location();
    advance();
    directive.name = name();
    directive.arguments = arguments(variables);
  }
  return found;
}

std::vector<ast::Argument> SyntaxReader::arguments(Variables variables) {
  std::vector<ast::Argument> found;
  const auto argument = [&] {
    const ast::Location where = location();
    std::string argument_name = name();
    expect(Kind::kColon);
    found.push_back({std::move(argument_name), value(variables), where});
  };
  optional_many(Kind::kParenL, argument, Kind::kParenR);
  return found;
}

ast::Value SyntaxReader::value(Variables variables) {
  switch (token_.kind) {
    case Kind::kBracketL:
      return list(variables);
    case Kind::kBraceL:
      return object(variables);
    case Kind::kDollar:
      return variable(variables);
    case Kind::kInt:
      return scalar(ast::Value::Kind::kInt);
    case Kind::kFloat:
      return scalar(ast::Value::Kind::kFloat);
    case Kind::kString:
    case Kind::kBlockString:
      return scalar(ast::Value::Kind::kString);
    case Kind::kName:
      return word();
    default:
      unexpected();
  }
}

ast::Value SyntaxReader::list(Variables variables) {
  const Nesting nesting(*this);
  ast::Value result;
  result.kind = ast::Value::Kind::kList;
  result.location = location();
  expect(Kind::kBracketL);
  while (!skip(Kind::kBracketR)) result.items.push_back(value(variables));
  return result;
}

ast::Value SyntaxReader::object(Variables variables) {
  const Nesting nesting(*this);
  ast::Value result;
  result.kind = ast::Value::Kind::kObject;
  result.location = location();
  expect(Kind::kBraceL);
  while (!skip(Kind::kBraceR)) {
    const ast::Location where = location();
    std::string field_name = name();
    expect(Kind::kColon);
    result.fields.push_back({std::move(field_name), value(variables), where});
  }
  return result;
}

ast::Value SyntaxReader::variable(Variables variables) {
  const Token dollar = token_;
  ast::Value result;
  result.kind = ast::Value::Kind::kVariable;
  result.location = location();
  expect(Kind::kDollar);
  if (variables == Variables::kAllowed) {
    result.text = name();
    return result;
  }
  if (at(Kind::kName)) {
    fail(fmt::format("Unexpected variable '${}' in constant value.", token_.text), dollar.location);
  }
  fail(fmt::format("Unexpected {}.", describe_token(dollar)), dollar.location);
}

ast::Value SyntaxReader::scalar(ast::Value::Kind kind) {
  ast::Value result;
  result.kind = kind;
  result.location = location();
  result.block = at(Kind::kBlockString);
  result.text = kind == ast::Value::Kind::kString ? string_value(token_) : std::string(token_.text);
  advance();
  return result;
}

ast::Value SyntaxReader::word() {
  if (at_keyword("true") || at_keyword("false")) return scalar(ast::Value::Kind::kBoolean);
  if (!at_keyword("null")) return scalar(ast::Value::Kind::kEnum);
  ast::Value result;
  result.location = location();
  advance();
  return result;
}

}  // namespace graphql
