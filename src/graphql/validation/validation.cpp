#include "graphql/validation/validation.h"

#include <algorithm>
#include <tuple>

#include "graphql/validation/rules.h"
#include "graphql/validation/walk.h"

namespace graphql {
namespace {

/// The rules ran one after another; a person reads from top to bottom.
bool comes_before(const ResponseError& a, const ResponseError& b) {
  const ast::Location left = a.locations.empty() ? ast::Location{} : a.locations.front();
  const ast::Location right = b.locations.empty() ? ast::Location{} : b.locations.front();
  return std::tie(left.line, left.column, a.message) < std::tie(right.line, right.column, b.message);
}

}  // namespace

namespace validation {

void run(Context& context) {
  for (const DocumentRule& rule : kDocumentRules) rule.check(context);
  walk(context);
  // A walk that stopped early has not seen every spread.
  if (context.full()) return;
  context.build_graph();
  for (const DocumentRule& rule : kGraphRules) rule.check(context);
  if (!context.graph().cycles().empty()) return;
  if (!operations_are_within_limits(context)) return;
  for (const DocumentRule& rule : kExpandingRules) rule.check(context);
}

}  // namespace validation

std::vector<ResponseError> validate(const Schema& schema, const ast::Document& document,
                                    const ValidationLimits& limits) {
  validation::Context context(schema, document, limits);
  validation::run(context);
  std::vector<ResponseError> errors = context.take_errors();
  std::sort(errors.begin(), errors.end(), comes_before);
  return errors;
}

}  // namespace graphql
