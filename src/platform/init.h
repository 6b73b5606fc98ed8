// `init`: the files with which the services run as processes of their own.
#pragma once

#include <string>

namespace platform {

struct InitOptions {
  std::string directory;
  std::string origin;               ///< where clients find everything: `https://arkitekt.lab.org`
  std::string postgres;             ///< connection URI; each service gets a schema of its own
  std::string object_store_health;  ///< empty: `rustfs/health` at the origin
};

/// Writes `lok.yaml`, `rekuest.yaml` and `access.json`, mode 0600. Throws StartError, also if one of them
/// exists: nothing is replaced.
void write_first_files(const InitOptions& options);

}  // namespace platform
