// Type system documents: SDL (section 3).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "graphql/language/parser.h"
#include "graphql/language/syntax_reader.h"

namespace graphql {
namespace {

constexpr std::array<std::string_view, 19> kDirectiveLocations = {"QUERY",
                                                                  "MUTATION",
                                                                  "SUBSCRIPTION",
                                                                  "FIELD",
                                                                  "FRAGMENT_DEFINITION",
                                                                  "FRAGMENT_SPREAD",
                                                                  "INLINE_FRAGMENT",
                                                                  "VARIABLE_DEFINITION",
                                                                  "SCHEMA",
                                                                  "SCALAR",
                                                                  "OBJECT",
                                                                  "FIELD_DEFINITION",
                                                                  "ARGUMENT_DEFINITION",
                                                                  "INTERFACE",
                                                                  "UNION",
                                                                  "ENUM",
                                                                  "ENUM_VALUE",
                                                                  "INPUT_OBJECT",
                                                                  "INPUT_FIELD_DEFINITION"};

struct TypeKeyword {
  std::string_view word;
  ast::TypeDefinition::Kind kind;
};
constexpr TypeKeyword kTypeKeywords[] = {
    {"type", ast::TypeDefinition::Kind::kObject},         {"input", ast::TypeDefinition::Kind::kInputObject},
    {"enum", ast::TypeDefinition::Kind::kEnum},           {"scalar", ast::TypeDefinition::Kind::kScalar},
    {"interface", ast::TypeDefinition::Kind::kInterface}, {"union", ast::TypeDefinition::Kind::kUnion},
};

class SchemaReader : public SyntaxReader {
 public:
  using SyntaxReader::SyntaxReader;

  ast::TypeSystemDocument document() {
    ast::TypeSystemDocument result;
    do definition(result);
    while (!at(Kind::kEof));
    return result;
  }

 private:
  bool at_description() const { return at(Kind::kString) || at(Kind::kBlockString); }

  std::string description() {
    if (!at_description()) return {};
    std::string text = string_value(token());
    advance();
    return text;
  }

  void definition(ast::TypeSystemDocument& document) {
    const ast::Location start = location();
    const bool described = at_description();
    std::string text = description();
    const bool extension = at_keyword("extend");
    if (extension && described) {
      fail("Unexpected description, only GraphQL definitions support descriptions.", start);
    }
    const ast::Location where = location();
    if (extension) advance();
    if (at_keyword("schema")) {
      document.schemas.push_back(schema(extension, std::move(text), where));
    } else if (at_keyword("directive") && !extension) {
      document.directives.push_back(directive(std::move(text), where));
    } else {
      document.types.push_back(type_definition(extension, std::move(text), where));
    }
  }

  ast::SchemaDefinition schema(bool extension, std::string text, ast::Location where) {
    ast::SchemaDefinition result;
    result.extension = extension;
    result.description = std::move(text);
    result.location = where;
    expect_keyword("schema");
    result.directives = directives(Variables::kRefused);
    const auto root = [&] { root_operation(result); };
    if (!extension) {
      many(Kind::kBraceL, root, Kind::kBraceR);
      return result;
    }
    if (result.directives.empty() && !at(Kind::kBraceL)) unexpected();
    optional_many(Kind::kBraceL, root, Kind::kBraceR);
    return result;
  }

  void root_operation(ast::SchemaDefinition& schema) {
    std::string* target = at_keyword("query")          ? &schema.query
                          : at_keyword("mutation")     ? &schema.mutation
                          : at_keyword("subscription") ? &schema.subscription
                                                       : nullptr;
    if (target == nullptr) unexpected();
    if (!target->empty()) {
      fail(fmt::format("There can be only one {} type in schema.", token().text), location());
    }
    advance();
    expect(Kind::kColon);
    *target = named_type();
  }

  ast::DirectiveDefinition directive(std::string text, ast::Location where) {
    ast::DirectiveDefinition result;
    result.description = std::move(text);
    result.location = where;
    expect_keyword("directive");
    expect(Kind::kAt);
    result.name = name();
    result.arguments = input_values(Kind::kParenL, Kind::kParenR);
    result.repeatable = skip_keyword("repeatable");
    expect_keyword("on");
    skip(Kind::kPipe);
    do {
      if (at(Kind::kName) &&
          std::ranges::find(kDirectiveLocations, token().text) == kDirectiveLocations.end()) {
        unexpected();
      }
      result.locations.push_back(name());
    } while (skip(Kind::kPipe));
    return result;
  }

  ast::TypeDefinition type_definition(bool extension, std::string text, ast::Location where) {
    const auto* keyword = std::ranges::find_if(
        kTypeKeywords, [&](const TypeKeyword& candidate) { return at_keyword(candidate.word); });
    if (keyword == std::end(kTypeKeywords)) unexpected();
    advance();
    ast::TypeDefinition result;
    result.kind = keyword->kind;
    result.extension = extension;
    result.description = std::move(text);
    result.location = where;
    result.name = name();
    if (at_keyword("implements") && may_implement(result.kind)) result.interfaces = implemented();
    result.directives = directives(Variables::kRefused);
    body(result);
    const bool says_nothing = result.interfaces.empty() && result.directives.empty() &&
                              result.fields.empty() && result.members.empty() && result.values.empty() &&
                              result.input_fields.empty();
    if (extension && says_nothing) unexpected();
    return result;
  }

  static bool may_implement(ast::TypeDefinition::Kind kind) {
    return kind == ast::TypeDefinition::Kind::kObject || kind == ast::TypeDefinition::Kind::kInterface;
  }

  std::vector<std::string> implemented() {
    std::vector<std::string> names;
    expect_keyword("implements");
    skip(Kind::kAmp);
    do names.push_back(named_type());
    while (skip(Kind::kAmp));
    return names;
  }

  void body(ast::TypeDefinition& result) {
    switch (result.kind) {
      case ast::TypeDefinition::Kind::kScalar:
        return;
      case ast::TypeDefinition::Kind::kObject:
      case ast::TypeDefinition::Kind::kInterface:
        return optional_many(Kind::kBraceL, [&] { result.fields.push_back(field()); }, Kind::kBraceR);
      case ast::TypeDefinition::Kind::kInputObject:
        result.input_fields = input_values(Kind::kBraceL, Kind::kBraceR);
        return;
      case ast::TypeDefinition::Kind::kEnum:
        return optional_many(Kind::kBraceL, [&] { result.values.push_back(enum_value()); }, Kind::kBraceR);
      case ast::TypeDefinition::Kind::kUnion:
        break;
    }
    if (!skip(Kind::kEquals)) return;
    skip(Kind::kPipe);
    do result.members.push_back(named_type());
    while (skip(Kind::kPipe));
  }

  ast::FieldDefinition field() {
    ast::FieldDefinition result;
    result.description = description();
    result.location = location();
    result.name = name();
    result.arguments = input_values(Kind::kParenL, Kind::kParenR);
    expect(Kind::kColon);
    result.type = type();
    result.directives = directives(Variables::kRefused);
    return result;
  }

  std::vector<ast::InputValueDefinition> input_values(Kind open, Kind close) {
    std::vector<ast::InputValueDefinition> found;
    optional_many(open, [&] { found.push_back(input_value()); }, close);
    return found;
  }

  ast::InputValueDefinition input_value() {
    ast::InputValueDefinition result;
    result.description = description();
    result.location = location();
    result.name = name();
    expect(Kind::kColon);
    result.type = type();
    if (skip(Kind::kEquals)) result.default_value = value(Variables::kRefused);
    result.directives = directives(Variables::kRefused);
    return result;
  }

  ast::EnumValueDefinition enum_value() {
    ast::EnumValueDefinition result;
    result.description = description();
    result.location = location();
    if (at_keyword("true") || at_keyword("false") || at_keyword("null")) {
      fail(fmt::format("Name '{}' is reserved and cannot be used for an enum value.", token().text),
           location());
    }
    result.name = name();
    result.directives = directives(Variables::kRefused);
    return result;
  }
};

}  // namespace

ast::TypeSystemDocument parse_schema(std::string_view text) {
  // SDL is our own: as long as it likes.
  return SchemaReader(text, {.depth = ParseLimits{}.depth, .tokens = std::numeric_limits<std::size_t>::max()})
      .document();
}

}  // namespace graphql
