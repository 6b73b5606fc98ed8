#include "platform/superuser.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/foreground.h"
#include "cli/service_options.h"

namespace cli {
namespace {

struct SuperuserOptions {
  service::Description service;
  platform::ProcessFlags flags;
  lok::Superuser account;
};

int superuser(const SuperuserOptions& options) {
  try {
    platform::ensure_superuser(options.service, options.flags, options.account);
    fmt::print("{} is a superuser now.\n", options.account.username);
    return 0;
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace

void add_superuser(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SuperuserOptions>();
  CLI::App* command =
      app.add_subcommand("superuser", "Make somebody an administrator in a service's database");
  add_service_argument(*command, options->service);
  add_config_option(*command, options->flags);
  command->add_option("--username", options->account.username, "Made if there is no such account")
      ->envname("DJANGO_SUPERUSER_USERNAME")
      ->required();
  command->add_option("--password", options->account.password, "Replaces the one it has")
      ->envname("DJANGO_SUPERUSER_PASSWORD")
      ->required();
  command->add_option("--email", options->account.email, "Replaces the one it has")
      ->envname("DJANGO_SUPERUSER_EMAIL");
  command->footer(
      "Works on the database, also while the service runs. On a command line everybody on the machine\n"
      "can read a password: DJANGO_SUPERUSER_PASSWORD keeps it to the process.");
  command->callback([options, &exit_code] { exit_code = superuser(*options); });
}

}  // namespace cli
