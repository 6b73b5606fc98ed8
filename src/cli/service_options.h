// Which service a command is about, and with which configuration.
#pragma once

#include <vector>

#include "platform/service_process.h"
#include "service/description.h"

namespace CLI {
class App;
}

namespace cli {

/// The positional argument SERVICE, one that has an image of its own. `service` must outlive the parsing.
void add_service_argument(CLI::App& command, service::Description& service);

/// `--config`, also from the environment. `flags` must outlive the parsing.
void add_config_option(CLI::App& command, platform::ProcessFlags& flags);

struct ServiceOptions {
  platform::Role role = platform::Role::kLok;
  platform::ProcessFlags flags;

  /// The positional argument SERVICE, one of `roles`, and `--config`. `this` must outlive the parsing.
  void add_to(CLI::App& command, const std::vector<platform::Role>& roles);
};

}  // namespace cli
