#include "platform/render.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/commands.h"
#include "cli/foreground.h"
#include "cli/service_options.h"
#include "platform/process.h"
#include "platform/services.h"

namespace cli {
namespace {

int print_rendered(const service::Description& service, const platform::RenderFiles& files) {
  // Standard output is the configuration and nothing else.
  base::log::configure({.level = base::log::Level::kError});
  try {
    platform::start_or_explain([&] { fmt::print("{}", platform::render(service, files)); });
    return 0;
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace

void add_render(CLI::App& app, int& exit_code) {
  auto service = std::make_shared<service::Description>();
  auto files = std::make_shared<platform::RenderFiles>();
  CLI::App* command =
      app.add_subcommand("render", "Print a service's configuration, made from the facts of a deployment");
  add_service_argument(*command, *service);
  command->add_option("--facts", files->facts, "What the deployment tool knows")->capture_default_str();
  command->add_option("--overrides", files->overrides, "Settings laid over the result, if the file is there")
      ->capture_default_str();
  command->footer("Reads the files, and nothing else; `serve` reads what it prints.");
  command->callback([service, files, &exit_code] { exit_code = print_rendered(*service, *files); });
}

}  // namespace cli
