// "Did you mean ...?": names that resemble one that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graphql/validation/context.h"

namespace graphql::validation {

/// At most five of `known` that resemble `name`, the closest first.
std::vector<std::string> similar_names(std::string_view name, std::vector<std::string_view> known);

/// ` Did you mean 'a', 'b', or 'c'?`, or nothing. `what` comes before the
/// names: `to use an inline fragment on`.
std::string did_you_mean(const std::vector<std::string>& names, std::string_view what = {});

/// `Unknown type 'Dgo'.` with what was probably meant.
void report_unknown_type(Context& context, std::string_view name, ast::Location location);

}  // namespace graphql::validation
