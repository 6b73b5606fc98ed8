#include "graphql/validation/walk.h"

#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

class Walker {
 public:
  explicit Walker(Context& context) : context_(context) {}

  void operation(Definition& definition) {
    context_.enter(definition);
    const ast::Operation& node = *definition.operation;
    definition.variable_types.reserve(node.variables.size());
    for (const ast::VariableDefinition& variable : node.variables) {
      definition.variable_types.push_back(context_.input_type(variable.type));
    }
    const NamedType* type = context_.schema().root(node.kind);
    apply(kOperationRules, OperationSite{node, type});
    for (std::size_t i = 0; i < node.variables.size(); ++i) {
      apply(kVariableRules, VariableSite{node.variables[i], definition.variable_types[i]});
      directives(node.variables[i].directives, "VARIABLE_DEFINITION");
    }
    directives(node.directives, location_of(node.kind));
    selections(node.selections, type);
  }

  void fragment(Definition& definition) {
    context_.enter(definition);
    const ast::Fragment& node = *definition.fragment;
    const NamedType* type = context_.type(node.type_condition);
    apply(kFragmentRules, FragmentSite{node, type});
    directives(node.directives, "FRAGMENT_DEFINITION");
    selections(node.selections, composite(type));
  }

 private:
  static std::string_view location_of(ast::OperationKind kind) {
    switch (kind) {
      case ast::OperationKind::kQuery:
        return "QUERY";
      case ast::OperationKind::kMutation:
        return "MUTATION";
      case ast::OperationKind::kSubscription:
        return "SUBSCRIPTION";
    }
    return {};
  }

  static const NamedType* composite(const NamedType* type) {
    return type != nullptr && type->is_composite() ? type : nullptr;
  }

  template <class Site, std::size_t N>
  void apply(const Rule<Site> (&rules)[N], const Site& site) {
    for (const Rule<Site>& rule : rules) rule.check(context_, site);
  }

  void selections(const ast::SelectionSet& set, const NamedType* parent) {
    for (const ast::Selection& selection : set) {
      if (context_.full()) return;
      if (const auto* node = std::get_if<ast::Field>(&selection.node)) {
        field(*node, parent);
      } else if (const auto* spread_node = std::get_if<ast::FragmentSpread>(&selection.node)) {
        spread(*spread_node, parent);
      } else {
        inline_fragment(std::get<ast::InlineFragment>(selection.node), parent);
      }
    }
  }

  void field(const ast::Field& node, const NamedType* parent) {
    const FieldDef* definition = parent == nullptr ? nullptr : context_.field(*parent, node.name);
    apply(kFieldRules, FieldSite{node, parent, definition});
    apply(kArgumentsRules,
          ArgumentsSite{.given = node.arguments,
                        .definitions = definition == nullptr ? nullptr : &definition->arguments,
                        .location = node.location,
                        .parent = parent,
                        .field = definition,
                        .directive = nullptr});
    directives(node.directives, "FIELD");
    selections(node.selections, definition == nullptr ? nullptr : composite(definition->type->named));
  }

  void spread(const ast::FragmentSpread& node, const NamedType* parent) {
    const std::uint32_t index = context_.fragment_index(node.name);
    if (index != kNoFragment) context_.current().spreads.push_back({&node, index});
    apply(kSpreadRules,
          SpreadSite{node, parent, index == kNoFragment ? nullptr : &context_.document().fragments[index]});
    directives(node.directives, "FRAGMENT_SPREAD");
  }

  void inline_fragment(const ast::InlineFragment& node, const NamedType* parent) {
    const NamedType* type = node.type_condition.empty() ? parent : context_.type(node.type_condition);
    apply(kInlineFragmentRules, InlineFragmentSite{node, parent, type});
    directives(node.directives, "INLINE_FRAGMENT");
    selections(node.selections, composite(type));
  }

  void directives(const ast::Directives& nodes, std::string_view location) {
    if (nodes.empty()) return;
    apply(kDirectivesRules, DirectivesSite{nodes, location});
    for (const ast::Directive& node : nodes) {
      const DirectiveDef* definition = context_.schema().directive(node.name);
      apply(kArgumentsRules,
            ArgumentsSite{.given = node.arguments,
                          .definitions = definition == nullptr ? nullptr : &definition->arguments,
                          .location = node.location,
                          .parent = nullptr,
                          .field = nullptr,
                          .directive = definition});
    }
  }

  Context& context_;
};

}  // namespace

void walk(Context& context) {
  Walker walker(context);
  for (Definition& operation : context.operations()) walker.operation(operation);
  for (Definition& fragment : context.fragments()) walker.fragment(fragment);
}

}  // namespace graphql::validation
