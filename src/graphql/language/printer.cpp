#include "graphql/language/printer.h"

#include <string_view>

#include "graphql/language/syntax_writer.h"

namespace graphql {
namespace {

// Executable documents, two spaces a level.
class DocumentWriter : public SyntaxWriter {
 public:
  void document(const ast::Document& document) {
    for (const ast::Operation& each : document.operations) {
      separate();
      operation(each);
    }
    for (const ast::Fragment& each : document.fragments) {
      separate();
      text("fragment ").text(each.name).text(" on ").text(each.type_condition);
      directives(each.directives);
      text(" ");
      selections(each.selections);
      text("\n");
    }
  }

 private:
  void operation(const ast::Operation& operation) {
    const bool shorthand = operation.kind == ast::OperationKind::kQuery && operation.name.empty() &&
                           operation.variables.empty() && operation.directives.empty();
    if (!shorthand) {
      text(keyword(operation.kind));
      if (!operation.name.empty()) text(" ").text(operation.name);
      if (!operation.variables.empty()) {
        if (operation.name.empty()) text(" ");
        text("(");
        list(operation.variables, ", ", [&](const ast::VariableDefinition& each) { variable(each); });
        text(")");
      }
      directives(operation.directives);
      text(" ");
    }
    selections(operation.selections);
    text("\n");
  }

  static std::string_view keyword(ast::OperationKind kind) {
    switch (kind) {
      case ast::OperationKind::kQuery:
        return "query";
      case ast::OperationKind::kMutation:
        return "mutation";
      case ast::OperationKind::kSubscription:
        return "subscription";
    }
    return "query";
  }

  void variable(const ast::VariableDefinition& variable) {
    text("$").text(variable.name).text(": ");
    type(variable.type);
    if (variable.default_value) {
      text(" = ");
      value(*variable.default_value);
    }
    directives(variable.directives);
  }

  void selections(const ast::SelectionSet& set) {
    text("{\n");
    const Indented deeper(*this);
    for (const ast::Selection& selection : set) {
      indent();
      std::visit([&](const auto& node) { write(node); }, selection.node);
      text("\n");
    }
    indent(1);
    text("}");
  }

  void write(const ast::Field& field) {
    if (!field.alias.empty()) text(field.alias).text(": ");
    text(field.name);
    arguments(field.arguments);
    directives(field.directives);
    if (field.selections.empty()) return;
    text(" ");
    selections(field.selections);
  }

  void write(const ast::FragmentSpread& spread) {
    text("...").text(spread.name);
    directives(spread.directives);
  }

  void write(const ast::InlineFragment& fragment) {
    text("...");
    if (!fragment.type_condition.empty()) text(" on ").text(fragment.type_condition);
    directives(fragment.directives);
    text(" ");
    selections(fragment.selections);
  }
};

}  // namespace

std::string print_value(const ast::Value& value) {
  SyntaxWriter writer;
  writer.value(value);
  return writer.take();
}

std::string print_type(const ast::TypeReference& type) {
  SyntaxWriter writer;
  writer.type(type);
  return writer.take();
}

std::string print_document(const ast::Document& document) {
  DocumentWriter writer;
  writer.document(document);
  return writer.take();
}

}  // namespace graphql
