// `s3 grant`: keys to the running platform's object store, for any S3 client.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/foreground.h"
#include "platform/admin_socket.h"
#include "platform/start_error.h"

namespace cli {
namespace {

using base::Json;

struct GrantOptions {
  std::string data = "./data";
  std::string bucket;
  std::string prefix;
  std::string expires = "1h";
  bool write = false;
  bool json = false;
};

int grant(const GrantOptions& options) {
  try {
    const Json arguments = Json::object({{"bucket", options.bucket},
                                         {"prefix", options.prefix},
                                         {"expires", options.expires},
                                         {"write", options.write}});
    const Json result = platform::ask_admin(options.data, "s3 grant", arguments);
    if (options.json) {
      fmt::print("{}\n", result.dump());
    } else {
      for (const auto& [name, value] : result.members()) fmt::print("{}={}\n", name, value.as_string());
    }
    return 0;
  } catch (const base::Error& error) {
    fmt::print(stderr, "arkitektd: {}\n", error.message());
    const bool away = error.code() == base::code::kUnavailable;
    return static_cast<int>(away ? platform::Exit::kUnavailable : platform::Exit::kInternal);
  } catch (...) {
    return explain_failure();
  }
}

}  // namespace

void add_s3(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("s3", "The object store of the running platform");
  group->require_subcommand(1);
  auto options = std::make_shared<GrantOptions>();
  CLI::App* command =
      group->add_subcommand("grant", "Print keys for a while, as the environment of S3 clients takes them");
  command->add_option("--bucket", options->bucket, "Only in this bucket (all of them)");
  command->add_option("--prefix", options->prefix, "Only the object of this key, and those below it");
  command->add_flag("--write", options->write, "May write and delete, too");
  command->add_option("--expires", options->expires, "When they end from now: 12h, 45m or 30s, at most 36h")
      ->capture_default_str();
  command->add_option("--data", options->data, "The data directory of the running `arkitektd up`")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print them as one line of JSON");
  command->footer(
      "Examples:\n"
      "  env $(arkitektd s3 grant) aws s3 ls\n"
      "  env $(arkitektd s3 grant --bucket zarr --write --expires 12h) aws s3 sync ./plate s3://zarr/plate\n"
      "  env $(arkitektd s3 grant --bucket zarr --prefix plate) python -c \\\n"
      "    'import s3fs; print(s3fs.S3FileSystem().ls(\"zarr/plate\"))'\n\n"
      "Keys are not stored anywhere and cannot be listed or withdrawn; they end by themselves. What a "
      "service\n"
      "has declared finished can be read by them, but not changed. To end all keys at once, stop the "
      "platform,\n"
      "remove objects.key from the data directory and start it again.\n\n"
      "Exit codes: 0 done, 1 refused, 2 wrong arguments, 7 no platform is running there.");
  command->callback([options, &exit_code] { exit_code = grant(*options); });
}

}  // namespace cli
