// SDL from syntax trees.
#include "graphql/language/printer.h"
#include "graphql/language/syntax_writer.h"

namespace graphql {
namespace {

using TypeKind = ast::TypeDefinition::Kind;

std::string_view keyword(TypeKind kind) {
  switch (kind) {
    case TypeKind::kScalar:
      return "scalar ";
    case TypeKind::kObject:
      return "type ";
    case TypeKind::kInterface:
      return "interface ";
    case TypeKind::kUnion:
      return "union ";
    case TypeKind::kEnum:
      return "enum ";
    case TypeKind::kInputObject:
      return "input ";
  }
  return "type ";
}

class SchemaWriter : public SyntaxWriter {
 public:
  void document(const ast::TypeSystemDocument& document) {
    for (const ast::DirectiveDefinition& each : document.directives) {
      separate();
      directive(each);
    }
    for (const ast::TypeDefinition& each : document.types) {
      separate();
      type_definition(each);
    }
    for (const ast::SchemaDefinition& each : document.schemas) {
      separate();
      schema(each);
    }
  }

 private:
  // Stands on lines of its own before what it describes.
  void description(std::string_view contents) {
    if (contents.empty()) return;
    if (fits_block_string(contents)) {
      block_string(contents);
    } else {
      quoted(contents);
    }
    text("\n");
    indent();
  }

  void directive(const ast::DirectiveDefinition& directive) {
    description(directive.description);
    text("directive @").text(directive.name);
    input_arguments(directive.arguments);
    if (directive.repeatable) text(" repeatable");
    text(" on ");
    list(directive.locations, " | ", [&](const std::string& location) { text(location); });
    text("\n");
  }

  void schema(const ast::SchemaDefinition& schema) {
    description(schema.description);
    if (schema.extension) text("extend ");
    text("schema");
    directives(schema.directives);
    if (!schema.query.empty() || !schema.mutation.empty() || !schema.subscription.empty()) {
      text(" {\n");
      root("query", schema.query);
      root("mutation", schema.mutation);
      root("subscription", schema.subscription);
      text("}");
    }
    text("\n");
  }

  void root(std::string_view operation, const std::string& type_name) {
    if (!type_name.empty()) text("  ").text(operation).text(": ").text(type_name).text("\n");
  }

  void type_definition(const ast::TypeDefinition& type) {
    description(type.description);
    if (type.extension) text("extend ");
    text(keyword(type.kind)).text(type.name);
    if (!type.interfaces.empty()) {
      text(" implements ");
      list(type.interfaces, " & ", [&](const std::string& each) { text(each); });
    }
    directives(type.directives);
    if (!type.members.empty()) {
      text(" = ");
      list(type.members, " | ", [&](const std::string& each) { text(each); });
    }
    block(type.fields, [&](const ast::FieldDefinition& each) { field(each); });
    block(type.values, [&](const ast::EnumValueDefinition& each) { enum_value(each); });
    block(type.input_fields, [&](const ast::InputValueDefinition& each) {
      description(each.description);
      input_value(each);
    });
    text("\n");
  }

  template <class Range, class Item>
  void block(const Range& range, Item&& item) {
    if (range.empty()) return;
    text(" {\n");
    const Indented deeper(*this);
    for (const auto& each : range) {
      indent();
      item(each);
      text("\n");
    }
    text("}");
  }

  void field(const ast::FieldDefinition& field) {
    description(field.description);
    text(field.name);
    input_arguments(field.arguments);
    text(": ");
    this->type(field.type);
    directives(field.directives);
  }

  void enum_value(const ast::EnumValueDefinition& value) {
    description(value.description);
    text(value.name);
    directives(value.directives);
  }

  // On one line, unless an argument has a description.
  void input_arguments(const std::vector<ast::InputValueDefinition>& arguments) {
    if (arguments.empty()) return;
    bool described = false;
    for (const ast::InputValueDefinition& each : arguments) described |= !each.description.empty();
    text("(");
    if (!described) {
      list(arguments, ", ", [&](const ast::InputValueDefinition& each) { input_value(each); });
    } else {
      text("\n");
      const Indented deeper(*this);
      for (const ast::InputValueDefinition& each : arguments) {
        indent();
        description(each.description);
        input_value(each);
        text("\n");
      }
      indent(1);
    }
    text(")");
  }

  void input_value(const ast::InputValueDefinition& input) {
    text(input.name).text(": ");
    type(input.type);
    if (input.default_value) {
      text(" = ");
      value(*input.default_value);
    }
    directives(input.directives);
  }
};

}  // namespace

std::string print_schema_document(const ast::TypeSystemDocument& document) {
  SchemaWriter writer;
  writer.document(document);
  return writer.take();
}

}  // namespace graphql
