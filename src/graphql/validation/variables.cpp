#include <unordered_map>
#include <vector>

#include "graphql/language/printer.h"
#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

const ast::TypeReference& innermost(const ast::TypeReference& reference) {
  const ast::TypeReference* inner = &reference;
  while (inner->of != nullptr) inner = inner->of.get();
  return *inner;
}

/// AreTypesCompatible: is every value of `given` one of `wanted`?
bool fits(const Type& given, const Type& wanted) {
  if (wanted.is_non_null()) return given.is_non_null() && fits(*given.of, *wanted.of);
  if (given.is_non_null()) return fits(*given.of, wanted);
  if (wanted.kind == Type::Kind::kList) return given.kind == Type::Kind::kList && fits(*given.of, *wanted.of);
  return given.kind == Type::Kind::kNamed && given.named == wanted.named;
}

/// IsVariableUsageAllowed. A default on either side stands in for null where
/// the position takes none.
bool usage_is_allowed(const Type& type, const std::optional<ast::Value>& default_value,
                      const VariableUse& use) {
  if (!use.expected->is_non_null() || type.is_non_null()) return fits(type, *use.expected);
  const bool never_null = default_value.has_value() && default_value->kind != ast::Value::Kind::kNull;
  return (never_null || use.has_default) && fits(type, use.expected->nullable());
}

/// The variables of one operation against their uses in it and in every
/// fragment it reaches.
class OperationVariables {
 public:
  OperationVariables(Context& context, const Definition& definition)
      : context_(context), definition_(definition), used_(definition.variable_types.size()) {
    const std::vector<ast::VariableDefinition>& variables = definition.operation->variables;
    indexes_.reserve(variables.size());
    for (std::size_t i = 0; i < variables.size(); ++i) indexes_.emplace(variables[i].name, i);
  }

  void check(const std::vector<VariableUse>& uses) {
    for (const VariableUse& use : uses) check(use);
  }

  void report_unused() {
    const ast::Operation& operation = *definition_.operation;
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const ast::VariableDefinition& variable = operation.variables[i];
      // A second definition of the same name has its own error.
      if (used_[i] || indexes_.at(variable.name) != i) continue;
      context_.report({variable.location}, "Variable '${}' is never used{}.", variable.name,
                      in_operation(" in"));
    }
  }

 private:
  std::string in_operation(std::string_view preposition) const {
    const std::string& name = definition_.operation->name;
    return name.empty() ? std::string() : fmt::format("{} operation '{}'", preposition, name);
  }

  void check(const VariableUse& use) {
    const std::string& name = use.node->text;
    const auto found = indexes_.find(name);
    if (found == indexes_.end()) {
      if (context_.full()) return;
      context_.report({use.node->location, definition_.operation->location},
                      "Variable '${}' is not defined{}.", name, in_operation(" by"));
      return;
    }
    used_[found->second] = true;
    const Type* type = definition_.variable_types[found->second];
    if (type == nullptr || use.expected == nullptr) return;
    const ast::VariableDefinition& variable = definition_.operation->variables[found->second];
    if (!usage_is_allowed(*type, variable.default_value, use)) {
      context_.report({variable.location, use.node->location},
                      "Variable '${}' of type '{}' used in position expecting type '{}'.", name,
                      type->printed, use.expected->printed);
    } else if (use.one_of != nullptr && !type->is_non_null()) {
      context_.report(
          {variable.location, use.node->location},
          "Variable '${}' is of type '{}' but must be non-nullable to be used for OneOf Input Object '{}'.",
          name, type->printed, use.one_of->name);
    }
  }

  Context& context_;
  const Definition& definition_;
  std::unordered_map<std::string_view, std::size_t> indexes_;
  std::vector<bool> used_;
};

}  // namespace

void variables_are_unique(Context& context, const OperationSite& site) {
  for_each_duplicate(
      site.node.variables,
      [](const ast::VariableDefinition& variable) -> std::string_view { return variable.name; },
      [&](const ast::VariableDefinition& first, const ast::VariableDefinition& again) {
        context.report({first.location, again.location}, "There can be only one variable named '${}'.",
                       again.name);
      });
}

void variable_is_of_input_type(Context& context, const VariableSite& site) {
  if (site.type != nullptr) return;
  const ast::TypeReference& named = innermost(site.node.type);
  const NamedType* type = context.type(named.name);
  if (type == nullptr) {
    context.report_unknown_type(named.name, named.location);
  } else {
    context.report({site.node.type.location}, "Variable '${}' cannot be non-input type '{}'.", site.node.name,
                   print_type(site.node.type));
  }
}

void variables_are_used_as_defined(Context& context) {
  // Which operation a fragment was last reached from, so that no set needs clearing.
  std::vector<const Definition*> reached_from(context.fragments().size());
  std::vector<const Definition*> pending;
  for (const Definition& operation : context.operations()) {
    OperationVariables variables(context, operation);
    pending.push_back(&operation);
    while (!pending.empty()) {
      const Definition& definition = *pending.back();
      pending.pop_back();
      // Every operation may reach the same large fragments.
      if (!context.spend(definition.uses.size() + definition.spreads.size())) return;
      variables.check(definition.uses);
      for (const Spread& spread : definition.spreads) {
        if (reached_from[spread.fragment] == &operation) continue;
        reached_from[spread.fragment] = &operation;
        pending.push_back(&context.fragments()[spread.fragment]);
      }
    }
    variables.report_unused();
  }
}

}  // namespace graphql::validation
