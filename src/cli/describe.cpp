#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/service_options.h"
#include "platform/services.h"

namespace cli {

void add_describe(CLI::App& app, int& exit_code) {
  auto service = std::make_shared<service::Description>();
  CLI::App* command = app.add_subcommand("describe", "Print what a service's image says of itself, as JSON");
  add_service_argument(*command, *service);
  command->footer("The value of the label `live.arkitekt.service`; see docs/deployment.md.");
  command->callback([service, &exit_code] {
    fmt::print("{}\n", platform::image_label(*service).dump());
    exit_code = 0;
  });
}

}  // namespace cli
