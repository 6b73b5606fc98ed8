// What an agent asks for and waits for an answer to: child calls, holds, probes,
// state revisions.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"

namespace rekuest {

/// The answering frame; nullopt if the frame is no request. What this server
/// does not do yet is refused in the protocol's own words, so that an app fails
/// cleanly instead of waiting.
std::optional<std::string> answer_to(const std::string& kind, const base::Json& request);

}  // namespace rekuest
