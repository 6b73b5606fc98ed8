#include <vector>

#include "graphql/validation/rules.h"

namespace graphql::validation {

void fragment_names_are_unique(Context& context) {
  for_each_duplicate(
      context.document().fragments,
      [](const ast::Fragment& fragment) -> std::string_view { return fragment.name; },
      [&](const ast::Fragment& first, const ast::Fragment& again) {
        context.report({first.location, again.location}, "There can be only one fragment named '{}'.",
                       again.name);
      });
}

void fragment_type_exists(Context& context, const FragmentSite& site) {
  if (site.type == nullptr) context.report_unknown_type(site.node.type_condition, site.node.location);
}

void fragment_type_is_composite(Context& context, const FragmentSite& site) {
  if (site.type == nullptr || site.type->is_composite()) return;
  context.report({site.node.location}, "Fragment '{}' cannot condition on non composite type '{}'.",
                 site.node.name, site.type->name);
}

void inline_fragment_type_exists(Context& context, const InlineFragmentSite& site) {
  if (site.type != nullptr || site.node.type_condition.empty()) return;
  context.report_unknown_type(site.node.type_condition, site.node.location);
}

void inline_fragment_type_is_composite(Context& context, const InlineFragmentSite& site) {
  if (site.type == nullptr || site.type->is_composite()) return;
  context.report({site.node.location}, "Fragment cannot condition on non composite type '{}'.",
                 site.type->name);
}

void spread_fragment_exists(Context& context, const SpreadSite& site) {
  if (site.fragment == nullptr) {
    context.report({site.node.location}, "Unknown fragment '{}'.", site.node.name);
  }
}

void spread_is_possible(Context& context, const SpreadSite& site) {
  if (site.fragment == nullptr || site.parent == nullptr) return;
  const NamedType* type = context.type(site.fragment->type_condition);
  if (type == nullptr || !type->is_composite() || context.overlap(*site.parent, *type)) return;
  context.report({site.node.location},
                 "Fragment '{}' cannot be spread here as objects of type '{}' can never be of type '{}'.",
                 site.node.name, site.parent->name, type->name);
}

void inline_fragment_is_possible(Context& context, const InlineFragmentSite& site) {
  if (site.parent == nullptr || site.type == nullptr || !site.type->is_composite()) return;
  if (context.overlap(*site.parent, *site.type)) return;
  context.report({site.node.location},
                 "Fragment cannot be spread here as objects of type '{}' can never be of type '{}'.",
                 site.parent->name, site.type->name);
}

void fragments_are_used(Context& context) {
  std::vector<bool> used(context.fragments().size());
  std::vector<const Definition*> pending;
  for (const Definition& operation : context.operations()) pending.push_back(&operation);
  while (!pending.empty()) {
    const Definition& definition = *pending.back();
    pending.pop_back();
    for (const Spread& spread : definition.spreads) {
      if (used[spread.fragment]) continue;
      used[spread.fragment] = true;
      pending.push_back(&context.fragments()[spread.fragment]);
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const ast::Fragment& fragment = context.document().fragments[i];
    // A second fragment of the same name has its own error.
    if (used[i] || context.fragment_index(fragment.name) != i) continue;
    context.report({fragment.location}, "Fragment '{}' is never used.", fragment.name);
  }
}

void fragments_form_no_cycles(Context& context) {
  for (const std::vector<Spread>& cycle : context.graph().cycles()) {
    Context::Locations locations;
    std::string via;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      locations.push_back(cycle[i].node->location);
      if (i + 1 < cycle.size()) via += fmt::format("{}'{}'", i == 0 ? " via " : ", ", cycle[i].node->name);
    }
    context.report(std::move(locations), "Cannot spread fragment '{}' within itself{}.",
                   cycle.back().node->name, via);
  }
}

}  // namespace graphql::validation
