#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "platform/start_error.h"

namespace cli {

int run(int argc, char** argv) {
  CLI::App app{
      "arkitektd: the Arkitekt platform in one program.\n\n"
      "  arkitektd up        runs every service here, at http://localhost:8000\n"
      "  arkitektd doctor    says what would keep it from running\n\n"
      "  arkitektd init      writes the files for services in processes of their own\n"
      "  arkitektd serve     runs one of them\n"
      "  arkitektd migrate   brings one's database up to date\n\n"
      "  arkitektd describe|render|superuser SERVICE\n"
      "                      what an image says of itself and does for the tool that deploys it\n\n"
      "  arkitektd user|organization|membership|mandate|client|device add|list|show|remove\n"
      "                      who may use the running platform, and which apps\n\n"
      "  arkitektd s3 grant  keys to its object store, for any S3 client\n\n"
      "Start with `arkitektd up`, then point your apps to the address with FAKTS_URL and a key of\n"
      "the access file it names with FAKTS_MANDATE_KEY.\n"};
  app.set_version_flag("--version", ARKITEKTD_VERSION);
  app.require_subcommand(0, 1);
  int exit_code = 0;
  add_up(app, exit_code);
  add_doctor(app, exit_code);
  add_init(app, exit_code);
  add_serve(app, exit_code);
  add_migrate(app, exit_code);
  add_describe(app, exit_code);
  add_render(app, exit_code);
  add_superuser(app, exit_code);
  add_administration(app, exit_code);
  add_s3(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    if (!app.get_subcommands().empty()) {
      fmt::print(stderr, "arkitektd: unknown arguments; see `arkitektd {} --help`.\n",
                 app.get_subcommands().front()->get_name());
    } else {
      fmt::print(
          stderr,
          "arkitektd: there is no such command. There are: up, doctor, init, serve, migrate, describe, "
          "render, superuser, user, organization, membership, mandate, client, device, s3. See "
          "`arkitektd --help`.\n");
    }
    return static_cast<int>(platform::Exit::kUsage);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    app.exit(error);
    return static_cast<int>(platform::Exit::kUsage);
  }
  if (app.get_subcommands().empty()) {
    fmt::print(stderr, "{}", app.help());
    return static_cast<int>(platform::Exit::kUsage);
  }
  return exit_code;
}

}  // namespace cli
