// Answers of the administration for people to read.
#pragma once

#include "base/json.h"

namespace cli {

/// An object as lines, a list of them as a table.
void print_result(const base::Json& result);

}  // namespace cli
