// Input coercion (section 3 and 6.4.1 of the specification): JSON variables
// and literals to values of a declared type.
//
// Coerced values are JSON: enums and ids as strings, numbers with their
// lexeme, input objects with their defaults filled in and fields the caller
// left out absent. Where a type is `T! = default` an explicit null means the
// default. Extra rules of single scalars (DateTime, UUID, ...) are checked here.
#pragma once

#include <vector>

#include "base/json.h"
#include "graphql/error.h"
#include "graphql/schema/schema.h"

namespace graphql {

/// Throws base::Error(kValidation), e.g. `Invalid value '1' at 'x.i'; Int cannot
/// represent non-integer value: '1'` if `where` is `x`.
base::Json coerce_value(const base::Json& value, const Type& type, std::string_view where);

/// A literal; variables are looked up in `variables` (already coerced). Null
/// `variables` means a constant. A variable that is absent makes the argument
/// or field absent, reported by `absent`.
base::Json coerce_literal(const ast::Value& value, const Type& type, const base::Json* variables,
                          bool* absent);

/// All variables of an operation. Reports every problem, not only the first.
base::Json coerce_variables(const Schema& schema, const ast::Operation& operation, const base::Json& given,
                            std::vector<ResponseError>& errors);

/// A field's arguments with defaults, absent ones left out.
base::Json coerce_arguments(const std::vector<InputValue>& definitions,
                            const std::vector<ast::Argument>& given, const base::Json* variables);

/// Appends the output form of a scalar value (already JSON) or throws
/// base::Error when the type cannot represent it (`Int` out of range, non-finite
/// `Float`).
void check_output(const NamedType& leaf, const base::Json& value);

}  // namespace graphql
