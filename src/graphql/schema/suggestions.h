// "Did you mean ...?": names that resemble one that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace graphql {

/// ` Did you mean 'a', 'b', or 'c'?` with at most five of `known`, the closest
/// first, or nothing. `what` stands before the names: `the enum value`.
std::string suggest(std::string_view wrong, const std::vector<std::string_view>& known,
                    std::string_view what = {});

}  // namespace graphql
