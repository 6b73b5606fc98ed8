// What each scalar accepts and how it is kept.
#pragma once

#include <string_view>

#include "base/json.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// How values of a scalar are checked. Scalars of a service's own are text if they are listed or
/// named `...Like`, and otherwise any JSON.
enum class ScalarRule { kInt, kFloat, kString, kBoolean, kId, kByteCount, kDateTime, kUuid, kText, kJson };
ScalarRule rule_of(std::string_view scalar);

/// The value in the form resolvers get it: ids and dates as normalised
/// strings, whole numbers without fraction. Throws base::Error(kValidation).
base::Json read_scalar(const NamedType& scalar, const base::Json& value);

/// A literal that contains no variables unless the scalar takes any JSON;
/// then they come from `variables`.
base::Json read_scalar_literal(const NamedType& scalar, const ast::Value& literal,
                               const base::Json* variables);

}  // namespace graphql
