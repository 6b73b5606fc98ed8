// SDL of the introspection types (section 4 of the specification); every
// schema has them. Their fields are resolved in execution/introspection.cpp.
#pragma once

#include <string_view>

namespace graphql {

/// `__Schema`, `__Type`, `__Field`, `__InputValue`, `__EnumValue`,
/// `__Directive`, `__TypeKind`, `__DirectiveLocation`, with `isOneOf`,
/// `isRepeatable`, `specifiedByURL`.
std::string_view introspection_sdl();

}  // namespace graphql
