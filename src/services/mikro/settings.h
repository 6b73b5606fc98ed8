// What Mikro is told by its configuration file.
#pragma once

#include "base/config.h"
#include "service/stores.h"

namespace mikro {

struct Settings {
  service::StoreSettings stores;

  /// Reads the block `stores`. Throws base::Error(kValidation) naming file and line.
  static Settings read(const base::Config& config);
};

}  // namespace mikro
