#include "platform/init.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/foreground.h"

namespace cli {
namespace {

int init(const platform::InitOptions& options) {
  try {
    platform::write_first_files(options);
    fmt::print(
        "Wrote lok.yaml, rekuest.yaml and access.json to {0}. Now run, each as often as you like,\n\n"
        "  arkitektd serve lok --config {0}/lok.yaml --port 8001\n"
        "  arkitektd serve rekuest --config {0}/rekuest.yaml --port 8002\n\n"
        "and let {1} pass /lok and /.well-known/ to the first, /rekuest to the second.\n",
        options.directory, options.origin);
    return 0;
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<platform::InitOptions>();
  CLI::App* command = app.add_subcommand("init", "Write the files with which services run on their own");
  command->add_option("--dir", options->directory, "Where to; made if it is missing")->required();
  command
      ->add_option("--origin", options->origin, "Where clients find the platform: https://arkitekt.lab.org")
      ->required();
  command->add_option("--postgres", options->postgres, "postgresql://user:password@host/name")->required();
  command->add_option("--object-store", options->object_store_health,
                      "Where clients ask whether the S3 store is there (ORIGIN/rustfs/health)");
  command->footer(
      "Nothing that exists is replaced. The files hold passwords and keys and are readable by their\n"
      "owner only; access.json says how to log in.");
  command->callback([options, &exit_code] { exit_code = init(*options); });
}

}  // namespace cli
