// Directives where a schema uses them.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "graphql/schema/coercion.h"
#include "graphql/schema/schema_checks.h"

namespace graphql {
namespace {

using Kind = ast::TypeDefinition::Kind;

std::string_view location_of(Kind kind) {
  switch (kind) {
    case Kind::kScalar:
      return "SCALAR";
    case Kind::kObject:
      return "OBJECT";
    case Kind::kInterface:
      return "INTERFACE";
    case Kind::kUnion:
      return "UNION";
    case Kind::kEnum:
      return "ENUM";
    case Kind::kInputObject:
      return "INPUT_OBJECT";
  }
  return "OBJECT";
}

class DirectiveChecks {
 public:
  DirectiveChecks(const Schema& schema, Problems& problems) : schema_(schema), problems_(problems) {}

  void run(const ast::TypeSystemDocument& document) {
    for (const ast::SchemaDefinition& definition : document.schemas) {
      check(definition.directives, "SCHEMA", "schema");
    }
    for (const ast::TypeDefinition& type : document.types) {
      check(type.directives, location_of(type.kind), type.name);
      for (const ast::FieldDefinition& field : type.fields) {
        const std::string where = type.name + "." + field.name;
        check(field.directives, "FIELD_DEFINITION", where);
        check_inputs(field.arguments, "ARGUMENT_DEFINITION", where);
      }
      for (const ast::EnumValueDefinition& value : type.values) {
        if (!value.directives.empty()) check(value.directives, "ENUM_VALUE", type.name + "." + value.name);
      }
      check_inputs(type.input_fields, "INPUT_FIELD_DEFINITION", type.name);
    }
  }

 private:
  void check_inputs(const std::vector<ast::InputValueDefinition>& inputs, std::string_view location,
                    const std::string& owner) {
    for (const ast::InputValueDefinition& input : inputs) {
      if (!input.directives.empty()) check(input.directives, location, owner + "." + input.name);
    }
  }

  void check(const ast::Directives& directives, std::string_view location, const std::string& where) {
    for (auto use = directives.begin(); use != directives.end(); ++use) {
      const DirectiveDef* definition = schema_.directive(use->name);
      if (definition == nullptr) continue;
      if (std::ranges::find(definition->locations, location) == definition->locations.end()) {
        report(*use, where, fmt::format("may not be used on {}.", location));
      }
      const auto same = [&](const ast::Directive& earlier) { return earlier.name == use->name; };
      if (!definition->repeatable && std::find_if(directives.begin(), use, same) != use) {
        report(*use, where, "can only be used once.");
      }
      check_arguments(*use, *definition, where);
    }
  }

  void check_arguments(const ast::Directive& use, const DirectiveDef& definition, const std::string& where) {
    for (const ast::Argument& argument : use.arguments) {
      const auto named = [&](const InputValue& known) { return known.name == argument.name; };
      if (std::ranges::none_of(definition.arguments, named)) {
        report(use, where, fmt::format("has no argument '{}'.", argument.name));
      }
    }
    try {
      coerce_arguments(definition.arguments, use.arguments, nullptr);
    } catch (const base::Error& error) {
      report(use, where, error.message());
    }
  }

  void report(const ast::Directive& use, const std::string& where, std::string_view what) {
    problems_.push_back(fmt::format("Directive '@{}' at '{}': {}", use.name, where, what));
  }

  const Schema& schema_;
  Problems& problems_;
};

}  // namespace

void check_directive_uses(const Schema& schema, const ast::TypeSystemDocument& document, Problems& problems) {
  DirectiveChecks(schema, problems).run(document);
}

}  // namespace graphql
