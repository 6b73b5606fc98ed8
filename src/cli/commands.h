// The command line: one file a command.
#pragma once

namespace CLI {
class App;
}

namespace cli {

/// The whole program. Returns the exit code.
int run(int argc, char** argv);

/// Each adds its subcommand; the chosen one's exit code goes to `exit_code`.
void add_up(CLI::App& app, int& exit_code);
void add_doctor(CLI::App& app, int& exit_code);
void add_serve(CLI::App& app, int& exit_code);
void add_migrate(CLI::App& app, int& exit_code);
void add_init(CLI::App& app, int& exit_code);
/// What images and the tools that deploy them call.
void add_describe(CLI::App& app, int& exit_code);
void add_render(CLI::App& app, int& exit_code);
void add_superuser(CLI::App& app, int& exit_code);
/// `user`, `organization`, `membership`, `mandate`, `client`, `device`.
void add_administration(CLI::App& app, int& exit_code);
/// `s3 grant`.
void add_s3(CLI::App& app, int& exit_code);

}  // namespace cli
