// Which service a command is about, and with which configuration.
#pragma once

#include <vector>

#include "platform/service_process.h"

namespace CLI {
class App;
}

namespace cli {

struct ServiceOptions {
  platform::Role role = platform::Role::kLok;
  platform::ProcessFlags flags;

  /// The positional argument SERVICE, one of `roles`, and `--config`. `this` must outlive the parsing.
  void add_to(CLI::App& command, const std::vector<platform::Role>& roles);
};

}  // namespace cli
