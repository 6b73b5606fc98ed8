#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/foreground.h"
#include "cli/service_options.h"
#include "platform/service_process.h"

namespace cli {
namespace {

void say(const entity::MigrationPlan& plan, bool done) {
  if (plan.from == plan.to) {
    fmt::print("The database has version {}, as this program: nothing to do.\n", plan.to);
    return;
  }
  for (const std::string& statement : plan.statements) fmt::print("{};\n", statement);
  fmt::print("-- Version {} {} {}.\n", plan.from, done ? "became" : "would become", plan.to);
}

int migrate(const ServiceOptions& options, bool plan_only) {
  try {
    const auto process = platform::ServiceProcess::make(options.role, options.flags);
    say(plan_only ? process->plan_migration() : process->migrate(), !plan_only);
    return 0;
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace

void add_migrate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ServiceOptions>();
  auto plan_only = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("migrate", "Bring a service's database up to date and say what was done");
  options->add_to(*command, {platform::Role::kLok, platform::Role::kRekuest, platform::Role::kMikro});
  command->add_flag("--plan", *plan_only, "Only say what would be done");
  command->footer("`serve` does the same at its start. Several at a time wait for each other.");
  command->callback([options, plan_only, &exit_code] { exit_code = migrate(*options, *plan_only); });
}

}  // namespace cli
