// Executable documents: operations and fragments (section 2).
#include "graphql/language/parser.h"
#include "graphql/language/syntax_reader.h"

namespace graphql {
namespace {

class DocumentReader : public SyntaxReader {
 public:
  using SyntaxReader::SyntaxReader;

  ast::Document document() {
    ast::Document result;
    do definition(result);
    while (!at(Kind::kEof));
    return result;
  }

 private:
  void definition(ast::Document& document) {
    if (at(Kind::kBraceL)) {
      ast::Operation& shorthand = document.operations.emplace_back();
      shorthand.location = location();
      shorthand.selections = selection_set();
    } else if (at_keyword("query")) {
      document.operations.push_back(operation(ast::OperationKind::kQuery));
    } else if (at_keyword("mutation")) {
      document.operations.push_back(operation(ast::OperationKind::kMutation));
    } else if (at_keyword("subscription")) {
      document.operations.push_back(operation(ast::OperationKind::kSubscription));
    } else if (at_keyword("fragment")) {
      document.fragments.push_back(fragment());
    } else {
      unexpected();
    }
  }

  ast::Operation operation(ast::OperationKind kind) {
    ast::Operation result;
    result.kind = kind;
    result.location = location();
    advance();
    if (at(Kind::kName)) result.name = name();
    optional_many(Kind::kParenL, [&] { result.variables.push_back(variable_definition()); }, Kind::kParenR);
    result.directives = directives(Variables::kAllowed);
    result.selections = selection_set();
    return result;
  }

  ast::VariableDefinition variable_definition() {
    ast::VariableDefinition result;
    result.location = location();
    expect(Kind::kDollar);
    result.name = name();
    expect(Kind::kColon);
    result.type = type();
    if (skip(Kind::kEquals)) result.default_value = value(Variables::kRefused);
    result.directives = directives(Variables::kRefused);
    return result;
  }

  ast::Fragment fragment() {
    ast::Fragment result;
    result.location = location();
    expect_keyword("fragment");
    if (at_keyword("on")) unexpected();
    result.name = name();
    expect_keyword("on");
    result.type_condition = named_type();
    result.directives = directives(Variables::kAllowed);
    result.selections = selection_set();
    return result;
  }

  ast::SelectionSet selection_set() {
    const Nesting nesting(*this);
    ast::SelectionSet result;
    many(Kind::kBraceL, [&] { selection(result); }, Kind::kBraceR);
    return result;
  }

  void selection(ast::SelectionSet& set) {
    ast::Selection& added = set.emplace_back();
    if (!at(Kind::kSpread)) {
      field(std::get<ast::Field>(added.node));
      return;
    }
    const ast::Location where = location();
    advance();
    if (at(Kind::kName) && !at_keyword("on")) {
      auto& spread = added.node.emplace<ast::FragmentSpread>();
      spread.location = where;
      spread.name = name();
      spread.directives = directives(Variables::kAllowed);
      return;
    }
    auto& inline_fragment = added.node.emplace<ast::InlineFragment>();
    inline_fragment.location = where;
    if (skip_keyword("on")) inline_fragment.type_condition = named_type();
    inline_fragment.directives = directives(Variables::kAllowed);
    inline_fragment.selections = selection_set();
  }

  void field(ast::Field& result) {
    result.location = location();
    result.name = name();
    if (skip(Kind::kColon)) {
      result.alias = std::move(result.name);
      result.name = name();
    }
    result.arguments = arguments(Variables::kAllowed);
    result.directives = directives(Variables::kAllowed);
    if (at(Kind::kBraceL)) result.selections = selection_set();
  }
};

}  // namespace

ast::Document parse_document(std::string_view text, const ParseLimits& limits) {
  return DocumentReader(text, limits).document();
}

ast::Value parse_value(std::string_view text) {
  SyntaxReader reader(text, ParseLimits{});
  ast::Value result = reader.value(SyntaxReader::Variables::kAllowed);
  reader.expect_end();
  return result;
}

}  // namespace graphql
