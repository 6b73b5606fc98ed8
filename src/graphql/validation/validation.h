// Is a document valid against a schema? Every rule of section 5 of the
// specification (October 2021), and the limits of this server.
#pragma once

#include <cstddef>
#include <vector>

#include "graphql/error.h"
#include "graphql/language/ast.h"
#include "graphql/schema/schema.h"

namespace graphql {

struct ValidationLimits {
  std::size_t depth = 64;       ///< nested fields, fragments expanded
  std::size_t fields = 20'000;  ///< selected fields, fragments expanded
};

/// Empty if valid; at most 100 errors, each with locations. Runs in time
/// linear in the expanded document, bounded by the limits (overlapping fields
/// are compared with memory of compared pairs).
std::vector<ResponseError> validate(const Schema& schema, const ast::Document& document,
                                    const ValidationLimits& limits = {});

}  // namespace graphql
