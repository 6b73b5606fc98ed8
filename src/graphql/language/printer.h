// Syntax tree to text: introspection's default values and the published SDL.
#pragma once

#include <string>

#include "graphql/language/ast.h"

namespace graphql {

std::string print_value(const ast::Value& value);
std::string print_type(const ast::TypeReference& type);
std::string print_document(const ast::Document& document);
/// SDL with descriptions as block strings; definitions in document order.
std::string print_schema_document(const ast::TypeSystemDocument& document);

}  // namespace graphql
