#include <algorithm>
#include <cctype>

#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

/// `FRAGMENT_DEFINITION` -> `fragment definition`
std::string readable(std::string_view location) {
  std::string text(location);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

void directives_exist(Context& context, const DirectivesSite& site) {
  for (const ast::Directive& node : site.nodes) {
    if (context.schema().directive(node.name) != nullptr) continue;
    context.report({node.location}, "Unknown directive '@{}'.", node.name);
  }
}

void directives_are_in_valid_locations(Context& context, const DirectivesSite& site) {
  for (const ast::Directive& node : site.nodes) {
    const DirectiveDef* definition = context.schema().directive(node.name);
    if (definition == nullptr) continue;
    const std::vector<std::string>& allowed = definition->locations;
    if (std::find(allowed.begin(), allowed.end(), site.location) != allowed.end()) continue;
    context.report({node.location}, "Directive '@{}' may not be used on {}.", node.name,
                   readable(site.location));
  }
}

void directives_are_unique(Context& context, const DirectivesSite& site) {
  for_each_duplicate(
      site.nodes, [](const ast::Directive& node) -> std::string_view { return node.name; },
      [&](const ast::Directive& first, const ast::Directive& again) {
        const DirectiveDef* definition = context.schema().directive(again.name);
        if (definition == nullptr || definition->repeatable) return;
        context.report({first.location, again.location},
                       "The directive '@{}' can only be used once at this location.", again.name);
      });
}

}  // namespace graphql::validation
