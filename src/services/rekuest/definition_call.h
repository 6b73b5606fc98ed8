// Calls inside definitions: validators and effects run on the person's side,
// so they must be pure.
#pragma once

#include <string>

#include "base/json.h"

namespace rekuest {

/// `call` has a well-formed argument tree, calls no agent and reads only its
/// own value and `dependencies`. Throws Error(kValidation) naming `path`.
void check_pure_call(const base::Json& call, const base::Json& dependencies, const std::string& path);

}  // namespace rekuest
