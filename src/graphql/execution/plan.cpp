#include "graphql/execution/plan.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "graphql/execution/resolver.h"
#include "graphql/schema/coercion.h"

namespace graphql {
namespace {

// Abstract types multiply selections by their concrete types; this bounds what
// a hostile document can make of that.
constexpr std::size_t kMaxPlanFields = 100'000;

bool mentions_variable(const ast::Value& value) {
  if (value.kind == ast::Value::Kind::kVariable) return true;
  return std::any_of(value.items.begin(), value.items.end(), mentions_variable) ||
         std::any_of(value.fields.begin(), value.fields.end(),
                     [](const ast::ObjectField& field) { return mentions_variable(field.value); });
}

using Conjunction = std::vector<Condition::Test>;

// Adds what `@skip` and `@include` say. False: never selected.
bool add_tests(const ast::Directives& directives, Conjunction& tests) {
  for (const ast::Directive& directive : directives) {
    const bool include = directive.name == "include";
    if (!include && directive.name != "skip") continue;
    const ast::Value* value = directive.argument("if");
    if (value == nullptr) continue;
    if (value->kind == ast::Value::Kind::kVariable) {
      tests.push_back({value->text, include});
    } else if ((value->text == "true") != include) {
      return false;
    }
  }
  return true;
}

struct SelectedNode {
  const ast::Field* node;
  Conjunction when;
};

struct Collected {
  std::string response_key;
  std::vector<SelectedNode> nodes;
};

}  // namespace

bool Condition::holds(const base::Json& variables) const {
  if (alternatives.empty()) return true;
  return std::any_of(alternatives.begin(), alternatives.end(), [&](const std::vector<Test>& tests) {
    return std::all_of(tests.begin(), tests.end(), [&](const Test& test) {
      const base::Json* value = variables.find(test.variable);
      return value != nullptr && value->is_bool() && value->as_bool() == test.wanted;
    });
  });
}

const TypeSelection* SelectionPlan::of(const NamedType& type) const {
  for (const TypeSelection& selection : types) {
    if (selection.type == &type) return &selection;
  }
  return nullptr;
}

void require_built(const PlanField& field) {
  if (field.not_built == nullptr) return;
  throw base::Error(base::code::kNotImplemented, "{}.{} is not built yet.", field.not_built->owner->name,
                    field.not_built->name);
}

class PlanBuilder {
 public:
  PlanBuilder(const Schema& schema, const ResolverMap& resolvers, Plan& plan)
      : schema_(schema), resolvers_(resolvers), plan_(plan) {}

  void build() {
    const ast::Operation& operation = *plan_.operation_;
    const NamedType* root = schema_.root(operation.kind);
    if (root == nullptr)
      throw base::Error(base::code::kValidation, std::string("The schema has no such operation."));
    Conjunction always;
    plan_.root_ = type_selection(*root, {{&operation.selections, always}}, 1);
  }

 private:
  struct Source {
    const ast::SelectionSet* selections;
    Conjunction when;
  };

  TypeSelection type_selection(const NamedType& type, const std::vector<Source>& sources, std::size_t level) {
    std::vector<Collected> collected;
    for (const Source& source : sources) collect(type, *source.selections, source.when, collected);
    TypeSelection selection;
    selection.type = &type;
    selection.fields.reserve(collected.size());
    for (const Collected& entry : collected) selection.fields.push_back(plan_field(type, entry, level));
    return selection;
  }

  void collect(const NamedType& type, const ast::SelectionSet& selections, const Conjunction& when,
               std::vector<Collected>& out) {
    for (const ast::Selection& selection : selections) {
      Conjunction tests = when;
      if (const auto* field = std::get_if<ast::Field>(&selection.node)) {
        if (add_tests(field->directives, tests)) add(*field, std::move(tests), out);
      } else if (const auto* inline_fragment = std::get_if<ast::InlineFragment>(&selection.node)) {
        if (applies(inline_fragment->type_condition, type) && add_tests(inline_fragment->directives, tests)) {
          collect(type, inline_fragment->selections, tests, out);
        }
      } else {
        const auto& spread = std::get<ast::FragmentSpread>(selection.node);
        const ast::Fragment* fragment = find_fragment(spread.name);
        if (fragment != nullptr && applies(fragment->type_condition, type) &&
            add_tests(spread.directives, tests)) {
          collect(type, fragment->selections, tests, out);
        }
      }
    }
  }

  static void add(const ast::Field& node, Conjunction when, std::vector<Collected>& out) {
    const std::string& key = node.response_key();
    for (Collected& entry : out) {
      if (entry.response_key != key) continue;
      entry.nodes.push_back({&node, std::move(when)});
      return;
    }
    out.push_back({key, {{&node, std::move(when)}}});
  }

  bool applies(const std::string& condition, const NamedType& type) const {
    if (condition.empty()) return true;
    const NamedType* named = schema_.type(condition);
    return named != nullptr && named->includes(type);
  }

  const ast::Fragment* find_fragment(const std::string& name) const {
    for (const ast::Fragment& fragment : plan_.document_->fragments) {
      if (fragment.name == name) return &fragment;
    }
    return nullptr;
  }

  PlanField plan_field(const NamedType& type, const Collected& entry, std::size_t level) {
    if (++planned_ > kMaxPlanFields) {
      throw base::Error(base::code::kValidation, "The query selects more than {} fields.", kMaxPlanFields);
    }
    plan_.depth_ = std::max(plan_.depth_, level);
    PlanField field;
    field.response_key = entry.response_key;
    base::append_json_string(field.key_json, entry.response_key);
    field.key_json += ':';
    field.node = entry.nodes.front().node;
    add_condition(entry, field.condition);
    if (field.node->name == "__typename") return field;
    field.field = type.field(field.node->name);
    add_arguments(field);
    field.resolver = resolvers_.find(*field.field);
    const NamedType& result = *field.field->type->named;
    if (result.is_composite()) field.selection = sub_selection(result, entry, level + 1);
    if (field.resolver != nullptr) {
      field.prepared = field.resolver->prepare(field);
      if (field.resolver->reads()) plan_.pure_ = false;
      if (field.resolver->slices()) plan_.slices_ = true;
    }
    if (resolvers_.action(*field.field) != nullptr) plan_.pure_ = false;
    field.not_built = not_built(field);
    return field;
  }

  const FieldDef* not_built(const PlanField& field) const {
    const NamedType* owner = field.field->owner;
    const bool built = owner == schema_.mutation()       ? resolvers_.action(*field.field) != nullptr
                       : owner == schema_.subscription() ? resolvers_.stream(*field.field) != nullptr
                                                         : field.resolver != nullptr;
    if (!built) return field.field;
    if (!field.selection || (field.resolver != nullptr && field.resolver->is_absent())) return nullptr;
    for (const TypeSelection& selection : field.selection->types) {
      for (const PlanField& below : selection.fields) {
        if (below.not_built != nullptr && below.condition.alternatives.empty()) return below.not_built;
      }
    }
    return nullptr;
  }

  static void add_condition(const Collected& entry, Condition& condition) {
    for (const SelectedNode& selected : entry.nodes) {
      if (selected.when.empty()) {
        condition.alternatives.clear();
        return;
      }
      condition.alternatives.push_back(selected.when);
    }
  }

  static void add_arguments(PlanField& field) {
    const std::vector<ast::Argument>& given = field.node->arguments;
    field.arguments_are_constant =
        std::none_of(given.begin(), given.end(),
                     [](const ast::Argument& argument) { return mentions_variable(argument.value); });
    if (field.arguments_are_constant) {
      field.constant_arguments = coerce_arguments(field.field->arguments, given, nullptr);
    }
  }

  std::unique_ptr<SelectionPlan> sub_selection(const NamedType& type, const Collected& entry,
                                               std::size_t level) {
    std::vector<Source> sources;
    for (const SelectedNode& selected : entry.nodes) {
      // With one node the field's own condition says it all.
      sources.push_back(
          {&selected.node->selections, entry.nodes.size() == 1 ? Conjunction{} : selected.when});
    }
    auto selection = std::make_unique<SelectionPlan>();
    if (!type.is_abstract()) {
      selection->types.push_back(type_selection(type, sources, level));
    } else {
      for (const NamedType* member : type.members) {
        // No object is of a type that is still to come: what it lacks is nothing that a query lacks.
        if (ast::find_directive(member->directives, "absent") != nullptr) continue;
        selection->types.push_back(type_selection(*member, sources, level));
      }
    }
    return selection;
  }

  const Schema& schema_;
  const ResolverMap& resolvers_;
  Plan& plan_;
  std::size_t planned_ = 0;
};

std::shared_ptr<const Plan> Plan::make(const Schema& schema, const ResolverMap& resolvers,
                                       std::shared_ptr<const ast::Document> document,
                                       const ast::Operation& operation) {
  auto plan = std::make_shared<Plan>();
  plan->document_ = std::move(document);
  plan->operation_ = &operation;
  PlanBuilder(schema, resolvers, *plan).build();
  return plan;
}

}  // namespace graphql
