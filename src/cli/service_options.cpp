#include "cli/service_options.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace cli {

void ServiceOptions::add_to(CLI::App& command, const std::vector<platform::Role>& roles) {
  std::map<std::string, platform::Role> names;
  for (const platform::Role one : roles) names.emplace(platform::name_of(one), one);
  command.add_option("service", role, "The service")
      ->required()
      ->transform(CLI::CheckedTransformer(names).description(""));
  command.add_option("--config", flags.config_file, "Its YAML file; ARKITEKT__SECTION__KEY overrides it")
      ->envname("ARKITEKT_CONFIG_FILE")
      ->required();
}

}  // namespace cli
