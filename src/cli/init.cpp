#include "platform/init.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.h"
#include "cli/foreground.h"

namespace cli {
namespace {

constexpr int kFirstPort = 8001;

int init(const platform::InitOptions& options) {
  try {
    const platform::FirstFiles written = platform::write_first_files(options);
    fmt::print("Wrote {}.yaml and access.json to {}.\n", fmt::join(written.services, ".yaml, "),
               options.directory);
    if (!written.buckets.empty()) {
      fmt::print("\nMake these buckets in {}, unless they are there:\n\n  {}\n", options.storage.endpoint,
                 fmt::join(written.buckets, " "));
    }
    fmt::print("\nNow run, each as often as you like,\n\n");
    int port = kFirstPort;
    for (const std::string& name : written.services) {
      fmt::print("  arkitektd serve {0} --config {1}/{0}.yaml --port {2}\n", name, options.directory, port++);
    }
    fmt::print("\nand let {} pass each its path, /{}, and /.well-known/ to lok.\n", options.origin,
               fmt::join(written.services, ", /"));
    if (written.buckets.empty()) {
      fmt::print("Without --s3 nothing keeps bytes: no Mikro, no pictures, no media.\n");
    }
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
  command->add_option(
      "--object-store", options->object_store_health,
      "Where clients ask whether the S3 store is there (S3/rustfs/health, or ORIGIN/rustfs/health without)");
  auto& storage = options->storage;
  CLI::Option* s3 = command->add_option(
      "--s3", storage.endpoint,
      "An S3 that is there already, as services and clients reach it: https://s3.lab.org");
  command
      ->add_option("--s3-access-key", storage.access_key,
                   "Its keys, which may read and write the buckets and assume the role")
      ->envname("AWS_ACCESS_KEY_ID");
  command->add_option("--s3-secret-key", storage.secret_key)->envname("AWS_SECRET_ACCESS_KEY");
  command
      ->add_option("--s3-role", storage.role_arn,
                   "The role whose permission is narrowed for each upload; stores without roles take any")
      ->capture_default_str()
      ->needs(s3);
  command
      ->add_option("--s3-sts", storage.sts_endpoint,
                   "Where that role is assumed, if not at the S3: https://sts.eu-central-1.amazonaws.com")
      ->needs(s3);
  command->add_option("--s3-external-id", storage.external_id, "What the role asks for")->needs(s3);
  command
      ->add_flag("--s3-permanent-keys", storage.hands_out_keys,
                 "Clients get the keys themselves: for stores that issue none for a while")
      ->needs(s3);
  command->footer(
      "Nothing that exists is replaced. The files hold passwords and keys and are readable by their\n"
      "owner only; access.json says how to log in.");
  command->callback([options, &exit_code] { exit_code = init(*options); });
}

}  // namespace cli
