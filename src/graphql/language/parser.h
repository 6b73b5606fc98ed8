// Text to syntax tree (October 2021 grammar, sections 2 and 3).
#pragma once

#include <cstddef>
#include <string_view>

#include "graphql/language/ast.h"

namespace graphql {

struct ParseLimits {
  std::size_t depth = 128;  ///< nested selection sets, lists and objects
  std::size_t tokens = 100'000;
};

/// Throws SyntaxError; never crashes, whatever the bytes.
ast::Document parse_document(std::string_view text, const ParseLimits& limits = {});
ast::TypeSystemDocument parse_schema(std::string_view text);
/// One value literal: `{a: [1, $b]}`.
ast::Value parse_value(std::string_view text);

}  // namespace graphql
