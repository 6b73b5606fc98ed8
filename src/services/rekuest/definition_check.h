// Rules a complete definition must keep. Each function throws
// Error(kValidation) naming the path of what breaks one.
#pragma once

#include <string>

#include "base/json.h"

namespace rekuest {

void check_definition(const base::Json& definition, const std::string& path);
void check_state_ports(const base::Json& ports, const std::string& path);
void check_agent_dependencies(const base::Json& dependencies, const std::string& path);

}  // namespace rekuest
