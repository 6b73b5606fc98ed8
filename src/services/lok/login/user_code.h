// The code a person compares and may have to type.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lok {

/// `WDJB-MJHT`: eight of twenty consonants, so that nothing looks like a digit
/// and no word appears. One of 26 thousand million.
std::string make_user_code();

/// The code as it is stored, of whatever a person typed: case, spaces and
/// hyphens do not matter. nullopt if it cannot be a code.
std::optional<std::string> read_user_code(std::string_view typed);

}  // namespace lok
