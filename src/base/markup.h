// Text as HTML and XML understand it.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// As content of an element or value of an attribute, in quotes of either kind. A control character that
/// neither language can say becomes a space.
std::string escaped(std::string_view text);

}  // namespace base
