// Errors as a GraphQL response reports them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "graphql/language/ast.h"

namespace graphql {

/// The document is not GraphQL. `what()` starts with "Syntax Error: ".
class SyntaxError : public base::Error {
 public:
  SyntaxError(std::string message, ast::Location where)
      : base::Error(base::code::kValidation, "Syntax Error: " + message), location(where) {}
  ast::Location location;
};

using PathSegment = std::variant<std::string, std::size_t>;

/// One element of `errors`: message, locations, path, extensions, in this order.
struct ResponseError {
  std::string message;
  std::vector<ast::Location> locations;
  std::vector<PathSegment> path;
  base::Json extensions;  ///< object, or null for none

  /// Message, code, reason and lists of any exception; what is not a
  /// base::Error becomes INTERNAL_ERROR without details (they go to the log).
  static ResponseError from(const std::exception& error);
  base::Json to_json() const;
};

}  // namespace graphql
