// `render`: the facts of a deployment become a service's configuration.
#pragma once

#include <string>

#include "service/description.h"

namespace platform {

struct RenderFiles {
  std::string facts = "/hub/facts.yaml";
  std::string overrides = "/hub/overrides.yaml";  ///< laid over the configuration, if it exists
};

/// The YAML that `serve` reads, and that has been read as it would. The same files give the same text.
/// Touches no network and no database. Throws base::Error(kValidation), naming file and line, and the key
/// where there is one: facts of another version, a fact that is missing, an override that is no setting.
std::string render(const service::Description& service, const RenderFiles& files);

}  // namespace platform
