// Arguments of tasks: stored and forwarded untouched, but hashed, and searched
// for the objects they name.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace rekuest {

inline constexpr std::string_view kArgumentsHashAlgorithm = "sha256-canonical-v1";

/// `Task.argsHash`: the same for two calls exactly if their arguments are
/// spelled the same but for member order. Null arguments are `{}`.
std::string arguments_hash(const base::Json& arguments);

/// `Task.actedOn`: `@mikro/image:42` for every root STRUCTURE port of
/// `arg_ports` (stored form) that has a value.
std::vector<std::string> acted_on(const base::Json& arg_ports, const base::Json& arguments);

}  // namespace rekuest
