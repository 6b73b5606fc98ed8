#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/foreground.h"
#include "cli/service_options.h"
#include "platform/service_process.h"

namespace cli {
namespace {

void say_ready(const platform::ServiceProcess& running, platform::Role role) {
  const std::string_view name = platform::name_of(role);
  if (running.logs_json()) {
    fmt::print("{}\n", base::Json::object({{"ready", true},
                                           {"service", std::string(name)},
                                           {"url", running.url()},
                                           {"version", ARKITEKTD_VERSION}})
                           .dump());
  } else {
    fmt::print("\n{} is running at {}\nStop it with Ctrl-C.\n\n", name, running.url());
  }
  std::fflush(stdout);
}

int serve(const ServiceOptions& options) {
  return run_in_foreground([&](const std::function<void()>& wait) {
    const auto running = platform::ServiceProcess::make(options.role, options.flags);
    running->serve();
    say_ready(*running, options.role);
    wait();
  });
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* command =
      app.add_subcommand("serve", "Run one service in the foreground, on its own or beside others");
  options->add_to(*command, {platform::Role::kLok, platform::Role::kRekuest, platform::Role::kMikro,
                             platform::Role::kRekuestTakt});
  command->add_option("--port", options->flags.port, "Port to listen on (8000)")->check(CLI::Range(1, 65535));
  command->add_option("--listen", options->flags.listen,
                      "Numeric address to listen on, repeatable (127.0.0.1 and ::1)");
  command->add_flag("--debug", options->flags.debug, "As the setting `debug`: say more, take static tokens");
  command->add_flag("--json", options->flags.json,
                    "Log as JSON, and print one line {\"ready\": true, ...} when serving");
  command->footer(
      "Brings the database up to date first. On PostgreSQL, any number of processes may serve the same\n"
      "service; rekuest-takt has only the sockets of agents and takes rekuest's configuration.\n"
      "`arkitektd init` writes configurations. Exit codes are those of `up`.");
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace cli
