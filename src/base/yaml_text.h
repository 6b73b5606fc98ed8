// A document as YAML for a person to read and change.
#pragma once

#include <string>

#include "base/json.h"

namespace base {

/// Block style; keys and PEM read as a person would write them.
/// Reading the text back gives the same document.
std::string yaml_text(const Json& document);

}  // namespace base
