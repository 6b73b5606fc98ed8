// What a caller asks of an agent's states before its task runs.
#pragma once

#include <cstdint>
#include <string>

#include "sql/database.h"

namespace rekuest {

/// The agent looks at the values when it is the task's turn; here, that it does
/// so at all, and declares what is asked of. `features` of the agent and
/// `requirements` of the task are JSON text. Throws base::Error(kValidation)
/// naming the state or path that the agent does not declare.
void check_state_requirements(sql::Reader& reader, std::int64_t agent, const std::string& features,
                              const std::string& requirements);

}  // namespace rekuest
