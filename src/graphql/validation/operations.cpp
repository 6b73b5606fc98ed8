#include <cstddef>
#include <vector>

#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

std::string_view kind_name(ast::OperationKind kind) {
  switch (kind) {
    case ast::OperationKind::kQuery:
      return "query";
    case ast::OperationKind::kMutation:
      return "mutation";
    case ast::OperationKind::kSubscription:
      return "subscription";
  }
  return {};
}

/// The fields at the top of a selection set, fragments expanded, each fragment
/// once. Without recursion: it also meets documents whose fragments form cycles.
std::vector<const ast::Field*> top_fields(Context& context, const ast::SelectionSet& root) {
  std::vector<const ast::Field*> fields;
  std::vector<const ast::SelectionSet*> pending = {&root};
  std::vector<bool> expanded(context.document().fragments.size());
  while (!pending.empty()) {
    const ast::SelectionSet& set = *pending.back();
    pending.pop_back();
    if (!context.spend(set.size())) return {};
    for (const ast::Selection& selection : set) {
      if (const auto* field = std::get_if<ast::Field>(&selection.node)) {
        fields.push_back(field);
      } else if (const auto* inline_fragment = std::get_if<ast::InlineFragment>(&selection.node)) {
        pending.push_back(&inline_fragment->selections);
      } else {
        const std::uint32_t index =
            context.fragment_index(std::get<ast::FragmentSpread>(selection.node).name);
        if (index == kNoFragment || expanded[index]) continue;
        expanded[index] = true;
        pending.push_back(&context.document().fragments[index].selections);
      }
    }
  }
  return fields;
}

}  // namespace

void operation_names_are_unique(Context& context) {
  for_each_duplicate(
      context.document().operations,
      [](const ast::Operation& operation) -> std::string_view { return operation.name; },
      [&](const ast::Operation& first, const ast::Operation& again) {
        if (first.name.empty()) return;
        context.report({first.location, again.location}, "There can be only one operation named '{}'.",
                       again.name);
      });
}

void anonymous_operation_is_alone(Context& context) {
  if (context.document().operations.size() < 2) return;
  for (const ast::Operation& operation : context.document().operations) {
    if (!operation.name.empty()) continue;
    context.report({operation.location}, "This anonymous operation must be the only defined operation.");
  }
}

void operation_is_supported(Context& context, const OperationSite& site) {
  if (site.type != nullptr) return;
  context.report({site.node.location}, "The schema has no {} operations.", kind_name(site.node.kind));
}

void subscription_has_one_root_field(Context& context, const OperationSite& site) {
  if (site.node.kind != ast::OperationKind::kSubscription) return;
  const std::string who =
      site.node.name.empty() ? "Anonymous Subscription" : fmt::format("Subscription '{}'", site.node.name);
  const std::vector<const ast::Field*> fields = top_fields(context, site.node.selections);
  Context::Locations others;
  Context::Locations introspection;
  for (const ast::Field* field : fields) {
    if (field->response_key() != fields.front()->response_key()) others.push_back(field->location);
    if (field->name.starts_with("__")) introspection.push_back(field->location);
  }
  if (!others.empty()) context.report(std::move(others), "{} must select only one top level field.", who);
  if (!introspection.empty()) {
    context.report(std::move(introspection), "{} must not select an introspection top level field.", who);
  }
}

}  // namespace graphql::validation
