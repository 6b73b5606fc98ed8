// The rules, by the kind of node they look at, each with its section of the
// October 2021 specification. The walk shows every node of a document to the
// rules of its kind; the last two tables work on what the walk has found.
#pragma once

#include <string_view>
#include <vector>

#include "graphql/validation/context.h"

namespace graphql::validation {

// --- what the rules look at -------------------------------------------------

/// A node's place in the schema is null where the schema (or another rule's
/// error) leaves it unknown; rules then say nothing about it.
struct OperationSite {
  const ast::Operation& node;
  const NamedType* type;  ///< the root type
};

struct VariableSite {
  const ast::VariableDefinition& node;
  const Type* type;
};

struct FragmentSite {
  const ast::Fragment& node;
  const NamedType* type;  ///< of the condition
};

struct FieldSite {
  const ast::Field& node;
  const NamedType* parent;
  const FieldDef* definition;
};

struct SpreadSite {
  const ast::FragmentSpread& node;
  const NamedType* parent;
  const ast::Fragment* fragment;
};

struct InlineFragmentSite {
  const ast::InlineFragment& node;
  const NamedType* parent;
  const NamedType* type;  ///< of the condition; the parent if there is none
};

/// The arguments of a field or of a directive.
struct ArgumentsSite {
  const std::vector<ast::Argument>& given;
  const std::vector<InputValue>* definitions;
  ast::Location location;
  const NamedType* parent;  ///< the field's
  const FieldDef* field;    ///< at most one of field and directive is set
  const DirectiveDef* directive;
};

/// All directives of one node.
struct DirectivesSite {
  const ast::Directives& nodes;
  std::string_view location;  ///< `FRAGMENT_DEFINITION`
};

// --- the families -----------------------------------------------------------

// operations.cpp
void operation_names_are_unique(Context& context);
void anonymous_operation_is_alone(Context& context);
void operation_is_supported(Context& context, const OperationSite& site);
void subscription_has_one_root_field(Context& context, const OperationSite& site);

// fields.cpp
void field_exists(Context& context, const FieldSite& site);
void only_composites_have_selections(Context& context, const FieldSite& site);

// arguments.cpp
void arguments_exist(Context& context, const ArgumentsSite& site);
void arguments_are_unique(Context& context, const ArgumentsSite& site);
void required_arguments_are_given(Context& context, const ArgumentsSite& site);

// fragments.cpp
void fragment_names_are_unique(Context& context);
void fragment_type_exists(Context& context, const FragmentSite& site);
void fragment_type_is_composite(Context& context, const FragmentSite& site);
void inline_fragment_type_exists(Context& context, const InlineFragmentSite& site);
void inline_fragment_type_is_composite(Context& context, const InlineFragmentSite& site);
void spread_fragment_exists(Context& context, const SpreadSite& site);
void spread_is_possible(Context& context, const SpreadSite& site);
void inline_fragment_is_possible(Context& context, const InlineFragmentSite& site);
void fragments_are_used(Context& context);
void fragments_form_no_cycles(Context& context);

// values.cpp
/// These two also collect `VariableUse`s into the current definition.
void arguments_have_correct_types(Context& context, const ArgumentsSite& site);
void variable_default_has_correct_type(Context& context, const VariableSite& site);

// directives.cpp
void directives_exist(Context& context, const DirectivesSite& site);
void directives_are_in_valid_locations(Context& context, const DirectivesSite& site);
void directives_are_unique(Context& context, const DirectivesSite& site);

// variables.cpp
void variables_are_unique(Context& context, const OperationSite& site);
void variable_is_of_input_type(Context& context, const VariableSite& site);
/// Section 5.8.3 to 5.8.5: defined, used, and of a type that fits.
void variables_are_used_as_defined(Context& context);

// limits.cpp
/// Not a rule of the specification, but what the expanding rules rely on.
bool operations_are_within_limits(Context& context);

// overlapping_fields.cpp
void overlapping_fields_can_be_merged(Context& context);

// --- the tables -------------------------------------------------------------

template <class Site>
struct Rule {
  std::string_view section;
  void (*check)(Context& context, const Site& site);
};

struct DocumentRule {
  std::string_view section;
  void (*check)(Context& context);
};

// Section 5.1.1, executable definitions only, is the parser's.

inline constexpr DocumentRule kDocumentRules[] = {
    {"5.2.1.1", operation_names_are_unique},
    {"5.2.2.1", anonymous_operation_is_alone},
    {"5.5.1.1", fragment_names_are_unique},
};

inline constexpr Rule<OperationSite> kOperationRules[] = {
    {"5.2", operation_is_supported},
    {"5.2.3.1", subscription_has_one_root_field},
    {"5.8.1", variables_are_unique},
};

inline constexpr Rule<VariableSite> kVariableRules[] = {
    {"5.8.2", variable_is_of_input_type},
    {"5.6", variable_default_has_correct_type},
};

inline constexpr Rule<FragmentSite> kFragmentRules[] = {
    {"5.5.1.2", fragment_type_exists},
    {"5.5.1.3", fragment_type_is_composite},
};

inline constexpr Rule<FieldSite> kFieldRules[] = {
    {"5.3.1", field_exists},
    {"5.3.3", only_composites_have_selections},
};

inline constexpr Rule<ArgumentsSite> kArgumentsRules[] = {
    {"5.4.1", arguments_exist},
    {"5.4.2", arguments_are_unique},
    {"5.4.2.1", required_arguments_are_given},
    {"5.6", arguments_have_correct_types},
};

inline constexpr Rule<SpreadSite> kSpreadRules[] = {
    {"5.5.2.1", spread_fragment_exists},
    {"5.5.2.3", spread_is_possible},
};

inline constexpr Rule<InlineFragmentSite> kInlineFragmentRules[] = {
    {"5.5.1.2", inline_fragment_type_exists},
    {"5.5.1.3", inline_fragment_type_is_composite},
    {"5.5.2.3", inline_fragment_is_possible},
};

inline constexpr Rule<DirectivesSite> kDirectivesRules[] = {
    {"5.7.1", directives_exist},
    {"5.7.2", directives_are_in_valid_locations},
    {"5.7.3", directives_are_unique},
};

/// After the walk, over what spreads what.
inline constexpr DocumentRule kGraphRules[] = {
    {"5.5.2.2", fragments_form_no_cycles},
    {"5.5.1.4", fragments_are_used},
    {"5.8.3", variables_are_used_as_defined},
};

/// Where fragments are expanded: only without cycles and within the limits.
inline constexpr DocumentRule kExpandingRules[] = {
    {"5.3.2", overlapping_fields_can_be_merged},
};

/// Applies every table to the context's document. `validate` without its
/// result's order; tests read the work spent from the context.
void run(Context& context);

}  // namespace graphql::validation
