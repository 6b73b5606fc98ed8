// Several SDL documents as one: extensions joined with what they extend.
#pragma once

#include <string>
#include <vector>

#include "graphql/language/ast.h"

namespace graphql {

/// What is wrong with a schema, one sentence each.
using Problems = std::vector<std::string>;

/// One document without extensions and with at most one schema definition.
/// Definitions keep their order. An extension of `Query`, `Mutation` or
/// `Subscription` defines it if nothing else does.
ast::TypeSystemDocument merge(std::vector<ast::TypeSystemDocument> documents, Problems& problems);

/// Appends the built-ins that `document` does not define itself.
void add_missing(ast::TypeSystemDocument& document, ast::TypeSystemDocument built_ins);

}  // namespace graphql
