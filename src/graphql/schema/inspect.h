// Values as error messages show them.
#pragma once

#include <string>

#include "base/json.h"

namespace graphql {

/// As Python prints a value (`None`, `'text'`, `{'a': [1]}`), shortened where
/// it is long or deep.
std::string inspect(const base::Json& value);

}  // namespace graphql
