#include "graphql/schema/public_sdl.h"

#include <algorithm>
#include <array>

#include "graphql/language/printer.h"

namespace graphql {
namespace {

constexpr std::array<std::string_view, 8> kPublicDirectives = {
    "deprecated", "specifiedBy", "oneOf", "auth", "unionElementOf", "identified", "key", "link"};

bool is_public_directive(std::string_view name) {
  return std::ranges::find(kPublicDirectives, name) != kPublicDirectives.end();
}

class PublicPart {
 public:
  explicit PublicPart(const Schema& schema) : schema_(schema) {}

  ast::TypeDefinition type(const ast::TypeDefinition& definition) const {
    ast::TypeDefinition result;
    result.kind = definition.kind;
    result.description = definition.description;
    result.name = definition.name;
    result.interfaces = visible_names(definition.interfaces);
    result.members = visible_names(definition.members);
    result.directives = directives(definition.directives);
    result.input_fields = inputs(definition.input_fields);
    for (const ast::FieldDefinition& field : definition.fields) {
      if (schema_.type(definition.name)->field(field.name)->internal) continue;
      result.fields.push_back({field.description, field.name, inputs(field.arguments), field.type,
                               directives(field.directives), field.location});
    }
    for (const ast::EnumValueDefinition& value : definition.values) {
      result.values.push_back({value.description, value.name, directives(value.directives), value.location});
    }
    return result;
  }

  ast::SchemaDefinition schema(ast::SchemaDefinition definition) const {
    definition.directives = directives(definition.directives);
    return definition;
  }

 private:
  std::vector<std::string> visible_names(const std::vector<std::string>& names) const {
    std::vector<std::string> visible;
    for (const std::string& name : names) {
      if (!schema_.type(name)->internal) visible.push_back(name);
    }
    return visible;
  }

  static std::vector<ast::InputValueDefinition> inputs(
      const std::vector<ast::InputValueDefinition>& definitions) {
    std::vector<ast::InputValueDefinition> result;
    result.reserve(definitions.size());
    for (const ast::InputValueDefinition& each : definitions) {
      result.push_back({each.description, each.name, each.type, each.default_value,
                        directives(each.directives), each.location});
    }
    return result;
  }

  static ast::Directives directives(const ast::Directives& all) {
    ast::Directives visible;
    for (const ast::Directive& directive : all) {
      if (is_public_directive(directive.name)) visible.push_back(directive);
    }
    return visible;
  }

  const Schema& schema_;
};

}  // namespace

std::string public_sdl(const Schema& schema, const ast::TypeSystemDocument& document, std::size_t own_types,
                       std::size_t own_directives) {
  const PublicPart part(schema);
  ast::TypeSystemDocument visible;
  for (std::size_t i = 0; i < own_directives; ++i) {
    const ast::DirectiveDefinition& directive = document.directives[i];
    if (is_public_directive(directive.name)) visible.directives.push_back(directive);
  }
  for (std::size_t i = 0; i < own_types; ++i) {
    const ast::TypeDefinition& type = document.types[i];
    if (!schema.type(type.name)->internal) visible.types.push_back(part.type(type));
  }
  for (const ast::SchemaDefinition& definition : document.schemas) {
    visible.schemas.push_back(part.schema(definition));
  }
  return print_schema_document(visible);
}

}  // namespace graphql
