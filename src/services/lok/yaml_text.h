// A document as YAML for a person to read and change.
#pragma once

#include <string>

#include "base/json.h"

namespace lok {

/// Block style; texts of several lines as literal blocks.
std::string yaml_text(const base::Json& document);

}  // namespace lok
