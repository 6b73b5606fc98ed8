#include <algorithm>

#include "graphql/schema/suggestions.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

const InputValue* find(const std::vector<InputValue>& definitions, std::string_view name) {
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const InputValue& definition) { return definition.name == name; });
  return found == definitions.end() ? nullptr : &*found;
}

std::string owner_of(const ArgumentsSite& site) {
  if (site.directive != nullptr) return fmt::format("directive '@{}'", site.directive->name);
  return fmt::format("field '{}.{}'", site.parent->name, site.field->name);
}

}  // namespace

void arguments_exist(Context& context, const ArgumentsSite& site) {
  if (site.definitions == nullptr) return;
  for (const ast::Argument& argument : site.given) {
    if (find(*site.definitions, argument.name) != nullptr) continue;
    if (context.full()) return;
    std::vector<std::string_view> known;
    for (const InputValue& definition : *site.definitions) known.emplace_back(definition.name);
    context.report({argument.location}, "Unknown argument '{}' on {}.{}", argument.name, owner_of(site),
                   suggest(argument.name, known));
  }
}

void arguments_are_unique(Context& context, const ArgumentsSite& site) {
  for_each_duplicate(
      site.given, [](const ast::Argument& argument) -> std::string_view { return argument.name; },
      [&](const ast::Argument& first, const ast::Argument& again) {
        context.report({first.location, again.location}, "There can be only one argument named '{}'.",
                       again.name);
      });
}

void required_arguments_are_given(Context& context, const ArgumentsSite& site) {
  if (site.definitions == nullptr) return;
  for (const InputValue& definition : *site.definitions) {
    if (!definition.is_required()) continue;
    const bool given = std::any_of(site.given.begin(), site.given.end(), [&](const ast::Argument& argument) {
      return argument.name == definition.name;
    });
    if (given) continue;
    if (site.directive != nullptr) {
      context.report({site.location},
                     "Directive '@{}' argument '{}' of type '{}' is required, but it was not provided.",
                     site.directive->name, definition.name, definition.type->printed);
    } else {
      context.report({site.location},
                     "Field '{}' argument '{}' of type '{}' is required, but it was not provided.",
                     site.field->name, definition.name, definition.type->printed);
    }
  }
}

}  // namespace graphql::validation
