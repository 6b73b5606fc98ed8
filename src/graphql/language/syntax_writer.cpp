#include "graphql/language/syntax_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "graphql/language/lexer.h"

namespace graphql {
namespace {

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
  });
}

}  // namespace

SyntaxWriter& SyntaxWriter::text(std::string_view piece) {
  out_ += piece;
  return *this;
}

void SyntaxWriter::indent(std::size_t less) { out_.append(2 * (depth_ - less), ' '); }

void SyntaxWriter::separate() {
  if (!out_.empty()) out_ += '\n';
}

void SyntaxWriter::value(const ast::Value& value) {
  using Kind = ast::Value::Kind;
  switch (value.kind) {
    case Kind::kVariable:
      text("$").text(value.text);
      return;
    case Kind::kNull:
      text("null");
      return;
    case Kind::kString:
      if (value.block && fits_block_string(value.text)) {
        block_string(value.text);
      } else {
        quoted(value.text);
      }
      return;
    case Kind::kList:
      text("[");
      list(value.items, ", ", [&](const ast::Value& item) { this->value(item); });
      text("]");
      return;
    case Kind::kObject:
      text("{");
      list(value.fields, ", ", [&](const ast::ObjectField& field) {
        text(field.name).text(": ");
        this->value(field.value);
      });
      text("}");
      return;
    case Kind::kInt:
    case Kind::kFloat:
    case Kind::kBoolean:
    case Kind::kEnum:
      text(value.text);
      return;
  }
}

void SyntaxWriter::quoted(std::string_view contents) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  text("\"");
  for (const char c : contents) {
    const std::size_t found = kEscaped.find(c);
    if (found != std::string_view::npos) {
      out_ += '\\';
      out_ += kLetters[found];
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out_ += fmt::format("\\u{:04X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out_ += c;
    }
  }
  text("\"");
}

bool SyntaxWriter::fits_block_string(std::string_view contents) {
  if (has_control_characters(contents)) return false;
  return dedent_block_string(fmt::format("\n{}\n", contents)) == contents;
}

void SyntaxWriter::block_string(std::string_view contents) {
  constexpr std::string_view kQuotes = "\"\"\"";
  text(kQuotes).text("\n");
  while (true) {
    const std::size_t end = std::min(contents.find('\n'), contents.size());
    std::string_view line = contents.substr(0, end);
    if (!line.empty()) indent();
    for (std::size_t at = line.find(kQuotes); at != std::string_view::npos; at = line.find(kQuotes)) {
      text(line.substr(0, at)).text("\\").text(kQuotes);
      line.remove_prefix(at + kQuotes.size());
    }
    text(line).text("\n");
    if (end == contents.size()) break;
    contents.remove_prefix(end + 1);
  }
  indent();
  text(kQuotes);
}

void SyntaxWriter::type(const ast::TypeReference& type) {
  switch (type.kind) {
    case ast::TypeReference::Kind::kNamed:
      text(type.name);
      return;
    case ast::TypeReference::Kind::kList:
      text("[");
      this->type(*type.of);
      text("]");
      return;
    case ast::TypeReference::Kind::kNonNull:
      this->type(*type.of);
      text("!");
      return;
  }
}

void SyntaxWriter::arguments(const std::vector<ast::Argument>& arguments) {
  if (arguments.empty()) return;
  text("(");
  list(arguments, ", ", [&](const ast::Argument& argument) {
    text(argument.name).text(": ");
    value(argument.value);
  });
  text(")");
}

void SyntaxWriter::directives(const ast::Directives& directives) {
  for (const ast::Directive& directive : directives) {
    text(" @").text(directive.name);
    arguments(directive.arguments);
  }
}

}  // namespace graphql
