#include <algorithm>

#include "graphql/validation/rules.h"

namespace graphql::validation {
namespace {

/// Selection sets within selection sets, spreads included, for each level of
/// fields: what may expand fragments by recursion.
constexpr std::size_t kNestingPerLevel = 4;

/// What a selection set becomes once its fragments are expanded.
struct Extent {
  std::size_t depth = 0;    ///< nested fields
  std::size_t fields = 0;   ///< all fields, capped just above the limit
  std::size_t nesting = 0;  ///< nested selection sets, of fragments too
};

class Measure {
 public:
  explicit Measure(Context& context)
      : context_(context), cap_(context.limits().fields + 1), fragments_(context.fragments().size()) {
    // Bottom up, so that what a fragment spreads is known and nothing recurses into it.
    for (const std::uint32_t index : context.graph().bottom_up()) {
      fragments_[index] = of(context.document().fragments[index].selections);
    }
  }

  Extent of(const ast::SelectionSet& set) const {
    Extent total;
    for (const ast::Selection& selection : set) {
      const Extent part = of(selection);
      total.depth = std::max(total.depth, part.depth);
      total.nesting = std::max(total.nesting, part.nesting);
      total.fields = std::min(total.fields + part.fields, cap_);
    }
    ++total.nesting;
    return total;
  }

 private:
  Extent of(const ast::Selection& selection) const {
    if (const auto* field = std::get_if<ast::Field>(&selection.node)) {
      if (field->selections.empty()) return {.depth = 1, .fields = 1, .nesting = 0};
      Extent extent = of(field->selections);
      ++extent.depth;
      ++extent.fields;
      return extent;
    }
    if (const auto* inline_fragment = std::get_if<ast::InlineFragment>(&selection.node)) {
      return of(inline_fragment->selections);
    }
    const std::uint32_t index = context_.fragment_index(std::get<ast::FragmentSpread>(selection.node).name);
    return index == kNoFragment ? Extent{} : fragments_[index];
  }

  Context& context_;
  std::size_t cap_;
  std::vector<Extent> fragments_;
};

}  // namespace

bool operations_are_within_limits(Context& context) {
  const Measure measure(context);
  const ValidationLimits& limits = context.limits();
  bool within = true;
  for (const ast::Operation& operation : context.document().operations) {
    const Extent extent = measure.of(operation.selections);
    if (extent.depth > limits.depth) {
      context.report({operation.location}, "The operation nests {} levels of fields; at most {} are allowed.",
                     extent.depth, limits.depth);
    } else if (extent.fields > limits.fields) {
      context.report({operation.location}, "The operation selects more than {} fields.", limits.fields);
    } else if (extent.nesting > limits.depth * kNestingPerLevel) {
      context.report({operation.location},
                     "The operation nests {} fragments and fields; at most {} are allowed.", extent.nesting,
                     limits.depth * kNestingPerLevel);
    } else {
      continue;
    }
    within = false;
  }
  return within;
}

}  // namespace graphql::validation
