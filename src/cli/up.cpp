#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/json.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/foreground.h"
#include "platform/platform.h"

namespace cli {
namespace {

void say_ready(const platform::Platform& running, bool json) {
  if (json) {
    fmt::print("{}\n", base::Json::object({{"ready", true},
                                           {"url", running.url()},
                                           {"access_file", running.access_file()},
                                           {"version", ARKITEKTD_VERSION}})
                           .dump());
  } else {
    fmt::print(
        "\nArkitekt is running at {}\n"
        "Keys and passwords are in {}\n"
        "Stop it with Ctrl-C.\n\n",
        running.url(), running.access_file());
  }
  std::fflush(stdout);
}

int up(const platform::Flags& flags) {
  return run_in_foreground([&](const std::function<void()>& wait) {
    const platform::Settings settings = platform::read_settings(flags);
    base::log::configure({*base::log::parse_level(settings.log_level), settings.json});
    const platform::Platform running(settings);
    say_ready(running, settings.json);
    wait();
  });
}

}  // namespace

void add_up(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<platform::Flags>();
  CLI::App* command = app.add_subcommand("up", "Run every service in the foreground until Ctrl-C");
  command->add_option("--data", flags->data, "Where everything is kept; made on the first start")
      ->capture_default_str();
  command
      ->add_option("--port", flags->port,
                   "Port of all services (8000); the object store listens on the next one")
      ->check(CLI::Range(1, 65534));
  command->add_option("--listen", flags->listen,
                      "Numeric address to listen on, repeatable (127.0.0.1 and ::1)");
  command->add_option("--tls-certificate", flags->tls_certificate,
                      "PEM file with the certificate and its chain: serves HTTPS; needs --tls-key");
  command->add_option("--tls-key", flags->tls_key, "PEM file with the certificate's key");
  command->add_option("--config", flags->config_file,
                      "YAML file with settings; ARKITEKT__SECTION__KEY overrides it");
  command->add_flag("--json", flags->json,
                    "Log as JSON, and print one line {\"ready\": true, ...} when serving");
  command->footer(
      "The first start makes an administrator, an organization, its first user and mandate keys.\n"
      "They are in DIR/access.json; a later start keeps everything.\n\n"
      "Exit codes: 0 stopped on request, 2 wrong arguments, 3 the configuration cannot be read or\n"
      "is wrong, 4 the port is taken, 5 the data directory is in use by another process, 6 a\n"
      "database was written by a newer arkitektd, 7 the disk is full or not writable, 1 anything else.");
  command->callback([flags, &exit_code] { exit_code = up(*flags); });
}

}  // namespace cli
