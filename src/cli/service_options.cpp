#include "cli/service_options.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "platform/services.h"

namespace cli {

void add_service_argument(CLI::App& command, service::Description& service) {
  std::vector<std::string> names;
  for (const service::Description& one : platform::services()) names.push_back(one.name);
  command.add_option("service", service.name, "The service")
      ->required()
      ->check(CLI::IsMember(names).description(""))
      ->each([&service](const std::string& name) {
        for (const service::Description& one : platform::services()) {
          if (one.name == name) service = one;
        }
      });
}

void add_config_option(CLI::App& command, platform::ProcessFlags& flags) {
  command.add_option("--config", flags.config_file, "Its YAML file; ARKITEKT__SECTION__KEY overrides it")
      ->envname("ARKITEKT_CONFIG_FILE")
      ->required();
}

void ServiceOptions::add_to(CLI::App& command, const std::vector<platform::Role>& roles) {
  std::map<std::string, platform::Role> names;
  for (const platform::Role one : roles) names.emplace(platform::name_of(one), one);
  command.add_option("service", role, "The service")
      ->required()
      ->transform(CLI::CheckedTransformer(names).description(""));
  add_config_option(command, flags);
}

}  // namespace cli
