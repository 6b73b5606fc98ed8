// The part of a schema that clients may see, as SDL. Inside this folder only.
#pragma once

#include <string>

#include "graphql/schema/schema.h"

namespace graphql {

/// See Schema::public_sdl. Of `document` only the first `own_types` types and
/// `own_directives` directives are the service's; the others are built in.
std::string public_sdl(const Schema& schema, const ast::TypeSystemDocument& document, std::size_t own_types,
                       std::size_t own_directives);

}  // namespace graphql
