// Whose tokens a service takes when Lok is in the same process.
#pragma once

#include <string>

#include "service/authentikate_config.h"
#include "services/lok/lok.h"

namespace platform {

/// Those of `lok`, whose keys are handed over, not fetched. It must outlive whoever is given this.
service::AuthentikateConfig trust_in(const lok::Lok& lok, std::string audience);

}  // namespace platform
