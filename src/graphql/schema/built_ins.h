// SDL of what every schema has without declaring it.
#pragma once

#include <string_view>

namespace graphql {

/// The scalars of section 3.5 and the directives of section 3.13, with @oneOf.
/// A schema may declare any of them itself.
std::string_view built_in_sdl();

bool is_built_in_scalar(std::string_view type_name);

}  // namespace graphql
