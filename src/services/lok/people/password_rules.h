// Which passwords people may choose for themselves.
#pragma once

#include <string>
#include <string_view>

namespace lok {

/// What a form says before somebody chooses.
inline constexpr std::string_view kPasswordHint =
    "At least 8 characters, not only digits, nothing that many others use or that is mostly your user name.";

/// Throws base::Error(kValidation) that says what to choose instead: for less
/// than 8 characters (or more than 1,024 bytes), digits alone, a common
/// password however it is decorated, few different characters, and the user
/// name with little else.
void check_password(std::string_view password, std::string_view username);

}  // namespace lok
